// Script against kernel against ActorNet, line by line.

using System.Text;

namespace ActorNet.Packetdrill;

/// <summary>Judges runs of a script. An answer is null when all is well, or a text that shows the sides beside each other.</summary>
public sealed class Judge(Script script, Constants constants)
{
    // packetdrill's own tolerance: a call that is not said to block returns within it, one that is returns at its end within it.
    private static readonly Duration s_tolerance = Duration.FromMilliseconds(4);

    /// <summary>False where only what calls give is of interest, not when they return.</summary>
    public bool JudgesTime { get; init; } = true;

    /// <inheritdoc cref="Matching.Began"/>
    public long? Began { get; init; }

    /// <summary>Judges one side by the script alone.</summary>
    /// <param name="strictTime">The side's time is virtual: late is wrong.</param>
    public string? ByScript(ScriptRun run, bool strictTime)
    {
        var text = new StringBuilder();
        var matching = new Matching(constants) { Began = Began };
        ForEachCall((i, call) =>
        {
            if (run.Answers[i] is not { } answer) return run.Broken is null ? "was not made" : null;
            return Differs(matching, call, answer, strictTime, i);
        }, text, (i, call) => $"  script:    {call}\n  {run.Side + ":",-10} {run.Answers[i]?.ToLine(call, brief: true)}\n");
        if (run.Broken is not null) text.Append(CultureInfo.InvariantCulture, $"{run.Side}: {run.Broken}\n");
        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>Judges both: the script against each, and each against the other.</summary>
    public string? Both(ScriptRun kernel, ScriptRun ours)
    {
        var text = new StringBuilder();
        Matching forKernel = new(constants), forOurs = new(constants), between = new(constants);
        ForEachCall((i, call) =>
        {
            if (kernel.Answers[i] is not { } k) return kernel.Broken is null ? "was not made of the kernel" : null;
            if (ours.Answers[i] is not { } o) return ours.Broken is null ? "was not made of ActorNet" : null;
            string? d = Differs(forKernel, call, k, strictTime: false, i) is { } x ? $"kernel, {x}" : null;
            d ??= Differs(forOurs, call, o, strictTime: true, i) is { } y ? $"ActorNet, {y}" : null;
            return d ?? Disagree(between, call, k, o);
        }, text, (i, call) => $"  script:    {call}\n  kernel:    {kernel.Answers[i]?.ToLine(call, brief: true)}\n  ActorNet:  {ours.Answers[i]?.ToLine(call, brief: true)}\n");
        foreach (ScriptRun run in (ScriptRun[])[kernel, ours])
        {
            if (run.Broken is not null) text.Append(CultureInfo.InvariantCulture, $"{run.Side}: {run.Broken}\n");
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>The script as the answers of a run would have it written.</summary>
    public string Rewrite(ScriptRun run)
    {
        var text = new StringBuilder();
        for (int i = 0; i < script.Events.Count; i++)
        {
            if (script.Events[i] is SyscallEvent call && run.Answers[i] is { } answer) text.Append(CultureInfo.InvariantCulture, $"{call.Time,6} {answer.ToLine(call, brief: true)}\n");
        }

        return text.ToString();
    }

    private void ForEachCall(Func<int, SyscallEvent, string?> judge, StringBuilder text, Func<int, SyscallEvent, string> columns)
    {
        for (int i = 0; i < script.Events.Count; i++)
        {
            if (script.Events[i] is not SyscallEvent call) continue;
            if (judge(i, call) is { } difference) text.Append(CultureInfo.InvariantCulture, $"{call.At.File}:{call.At.Line}: {difference}\n{columns(i, call)}");
        }
    }

    private string? Differs(Matching matching, SyscallEvent call, Answer answer, bool strictTime, int index)
    {
        if (answer.Failure is not null) return answer.Failure;
        if (call.Result is not Ellipsis and not Anything)
        {
            long expected = constants.Evaluate(call.Result);
            if (expected != answer.Value) return $"result: {expected} against {answer.Value}";
            Errno errno = call.Errno is null ? Errno.OK : Errnos.Find(call.Errno)!.Value;
            if (expected == -1 && call.Errno is not null && errno != answer.Errno) return $"errno: {errno} against {answer.Errno}";
        }

        foreach (Output o in answer.Outputs)
        {
            if (matching.Differs(call.Arguments[o.Argument], o.Value, $"argument {o.Argument + 1}") is { } d) return d;
        }

        return JudgesTime ? Time(call, answer, strictTime, index) : null;
    }

    private string? Time(SyscallEvent call, Answer answer, bool strictTime, int index)
    {
        if (call.Time.End is not { } end)
            return strictTime && answer.Took > s_tolerance ? $"time: it blocks for {answer.Took.TotalSeconds:0.######} s, and is not said to" : null;
        Duration due = End(index, end);
        // By both clocks: behind its times a script's call seems to return early when it waits for a time-out.
        if (answer.Returned < due - s_tolerance && answer.Took < due - answer.Called - s_tolerance) return $"time: it returns at {answer.Returned.TotalSeconds:0.######}, before {due.TotalSeconds:0.######}";
        return strictTime && answer.Returned > due + s_tolerance ? $"time: it returns at {answer.Returned.TotalSeconds:0.######}, after {due.TotalSeconds:0.######}" : null;
    }

    private Duration End(int index, Duration end)
    {
        Duration last = Duration.Zero;
        for (int i = 0; i < index; i++) last = script.Events[i].Time is { IsRelative: true } t ? last + t.Earliest : script.Events[i].Time.Earliest;
        return script.Events[index].Time.IsRelative ? last + end : end;
    }

    private static string? Disagree(Matching between, SyscallEvent call, Answer kernel, Answer ours)
    {
        if (call.Result is not Anything)
        {
            if (kernel.Value != ours.Value) return $"result: kernel {kernel.Value}, ActorNet {ours.Value}";
            if (kernel.Errno != ours.Errno) return $"errno: kernel {kernel.Errno}, ActorNet {ours.Errno}";
        }

        foreach (Output k in kernel.Outputs)
        {
            Output o = ours.Outputs.FirstOrDefault(x => x.Argument == k.Argument);
            if (o.Value is null) return $"argument {k.Argument + 1}: kernel {k.Value}, ActorNet nothing";
            if (between.Disagree(call.Arguments[k.Argument], k.Value, o.Value, $"argument {k.Argument + 1}") is { } d) return $"kernel against ActorNet, {d}";
        }

        return null;
    }
}
