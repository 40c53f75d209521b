// What one call of a script gave, on one side; and one run of a whole script.

namespace ActorNet.Packetdrill;

/// <summary>A call's result, what it wrote into its caller's memory, and when it was made and returned (since the script's beginning).</summary>
public sealed record Answer(long Value, Errno Errno, IReadOnlyList<Output> Outputs, Duration Called, Duration Returned)
{
    /// <summary>How long it took, where that is not the difference of its two times: a busy machine's script falls behind its times.</summary>
    public Duration Took { get; init; } = Returned - Called;

    /// <summary>Why there is no answer: it never returned, or could not be made.</summary>
    public string? Failure { get; init; }

    public static Answer Of(SystemCall call, SysResult r, Duration called, Duration returned)
    {
        long value = r.IsOk ? r.Value : -1;
        return new Answer(value, r.Errno, [.. call.Outputs(value)], called, returned);
    }

    public static Answer Failed(string why, Duration called, Duration returned) => new(-1, Errno.OK, [], called, returned) { Failure = why };

    /// <summary>The answer in the script's notation: the line as it would have to be written to expect exactly this.</summary>
    /// <param name="brief">To be looked at: long data is cut.</param>
    public string ToLine(SyscallEvent line, bool brief = false)
    {
        if (Failure is not null) return Failure;
        Expr[] arguments = [.. line.Arguments];
        foreach (Output o in Outputs) arguments[o.Argument] = brief ? o.Value.Brief() : o.Value;
        string errno = Errno == Errno.OK ? "" : $" {Errno} ({Errno.Strerror()})";
        return $"{line.Name}({string.Join(", ", arguments.AsEnumerable())}) = {Value.ToString(CultureInfo.InvariantCulture)}{errno}";
    }
}

/// <summary>A run of a script on one side.</summary>
/// <param name="Side">"kernel" or "ActorNet".</param>
/// <param name="Answers">By event; null for one that was not reached.</param>
/// <param name="Broken">Why the run ended before its script; null when it did not.</param>
public sealed record ScriptRun(string Side, IReadOnlyList<Answer?> Answers, string? Broken);
