// One mutant: read, played on the whole stack of actors and on the bare machines. It may pass, fail or be not applicable; anything else is a finding.

using System.Globalization;
using System.Runtime.CompilerServices;
using ActorNet.Protocols;
using ActorNet.Protocols.Tests.Tcp.Fuzz;

namespace ActorNet.Packetdrill.Tests.Fuzz;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it is a finding.")]
internal sealed class ScriptFuzz
{
    private const int MostSeconds = 60;
    private readonly (string Name, string[] Lines, bool HasPackets)[] _scripts = [.. Load()];

    public long Mutants, Changes, Unread, Passed, Failed, NotApplicable, Unequal;

    public int Scripts => _scripts.Length;

    /// <summary>Texts that were not played because they are none of a script, but had to be refused in order.</summary>
    public long Scrambled;

    /// <summary>Two mutants that the actors and the bare machines played differently, at most.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>Plays the mutant of a seed; the finding, or null.</summary>
    public string? Play(ulong seed)
    {
        var random = new RandomStream(seed, "fuzz", "mutant");
        (string name, string[] lines, bool hasPackets) = _scripts[random.Below((uint)_scripts.Length)];
        string[] other = _scripts[random.Below((uint)_scripts.Length)].Lines;
        bool deaf = random.Below(3) != 0;
        var changes = new ulong[1 + random.Below(random.Below(3) == 0 ? 20u : 5u)];
        foreach (ref ulong c in changes.AsSpan()) c = random.NextUInt64();
        Mutants++;
        Changes += changes.Length;
        if (Try(ScriptMutator.Mutate(lines, other, changes, deaf), hasPackets, count: true) is not { } wrong) return null;
        // Fewer changes, as long as something is found.
        List<ulong> few = [.. changes];
        for (int i = few.Count - 1; i >= 0; i--)
        {
            ulong c = few[i];
            few.RemoveAt(i);
            if (Try(ScriptMutator.Mutate(lines, other, few, deaf), hasPackets, count: false) is { } still) wrong = still;
            else few.Insert(i, c);
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {wrong}\n  repeat: {FuzzRequest.Variable}=1:{seed} dotnet test Tests/Packetdrill.Tests -c Release --filter Mutated_scripts\n  with {few.Count} of {changes.Length} changes:\n{ScriptMutator.Mutate(lines, other, few, deaf)}");
    }

    /// <summary>Reads scrambled text: it is a script, or it is said where it is none.</summary>
    public string? Read(ulong seed)
    {
        var random = new RandomStream(seed, "fuzz", "text");
        string text = string.Join('\n', _scripts[random.Below((uint)_scripts.Length)].Lines);
        if (random.Below(4) == 0) text += string.Join('\n', _scripts[random.Below((uint)_scripts.Length)].Lines);
        text = ScriptMutator.Scramble(text, random);
        Scrambled++;
        return TryRead(text, out _) is { } wrong ? string.Create(CultureInfo.InvariantCulture, $"{wrong}\n  repeat: {FuzzRequest.Variable}=1:{seed} dotnet test Tests/Packetdrill.Tests -c Release --filter Scrambled\n{text}") : null;
    }

    private string? Try(string text, bool hasPackets, bool count)
    {
        if (TryRead(text, out Script? script) is { } wrong) return wrong;
        if (script is null)
        {
            if (count) Unread++;
            return null;
        }

        string? found = null;
        // On a thread of its own, so that one that never ends is a finding and no hanging test.
        var thread = new Thread(() => found = hasPackets ? PlayPackets(script, text, count) : PlayCalls(script), 16 << 20) { IsBackground = true };
        thread.Start();
        return thread.Join(TimeSpan.FromSeconds(MostSeconds)) ? found : $"it does not come to an end within {MostSeconds} s";
    }

    private static string? TryRead(string text, out Script? script)
    {
        script = null;
        try
        {
            script = Parser.Parse("mutant.pkt", text);
            return null;
        }
        catch (ScriptException e)
        {
            return IsPlaced(e) ? null : $"an error that does not say where: {e.Message}";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static bool IsPlaced(ScriptException e) => e.Message.StartsWith("mutant.pkt:", StringComparison.Ordinal) && char.IsAsciiDigit(e.Message["mutant.pkt:".Length]);

    private string? PlayPackets(Script script, string text, bool count)
    {
        PacketResult? host = null, machine = null;
        if (Played(() => host = PacketRun.Play(script, SharedScripts.Defines)) is { } a) return "host: " + a;
        if (Played(() => machine = PacketRun.Play(script, SharedScripts.Defines, target: Target.Machine)) is { } b) return "machine: " + b;
        if (!count || host is null) return null;
        switch (host.Verdict)
        {
            case Verdict.Passed: Passed++; break;
            case Verdict.Failed: Failed++; break;
            default: NotApplicable++; break;
        }

        if (machine is null or { Verdict: Verdict.NotApplicable } || host.Verdict == Verdict.NotApplicable || (host.Trace == machine.Trace && host.Verdict == machine.Verdict)) return null;
        Unequal++;
        if (Differences.Count < 2) Differences.Add($"host: {host.Verdict} {host.Why}\nmachine: {machine.Verdict} {machine.Why}\n{text}");
        return null;
    }

    private static string? Played(Func<PacketResult> play)
    {
        try
        {
            return Finding(play().Why);
        }
        catch (ScriptException e)
        {
            return e.Message.Contains("mutant.pkt:", StringComparison.Ordinal) ? null : $"an error that does not say where: {e.Message}";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static string? PlayCalls(Script script)
    {
        try
        {
            return Finding(HostRun.Play(script, new Constants()).Broken);
        }
        catch (ScriptException e)
        {
            return e.Message.Contains("mutant.pkt:", StringComparison.Ordinal) ? null : $"an error that does not say where: {e.Message}";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    // An exception in the host comes as its stack; the audit as what does not balance.
    private static string? Finding(string? why) =>
        why is not null && (why.Contains("\n   at ", StringComparison.Ordinal) || why.Contains("do not balance", StringComparison.Ordinal)) ? why : null;

    private static IEnumerable<(string Name, string[] Lines, bool HasPackets)> Load()
    {
        string tests = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));
        foreach ((string folder, bool packets) in ((string, bool)[])[("Packetdrill.Tests/scripts", true), ("Differential.Tests/scripts", false), ("../../shared/packetdrill", true)])
        {
            string root = Path.Combine(tests, folder);
            if (!Directory.Exists(root)) continue;
            foreach (string file in Directory.EnumerateFiles(root, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                yield return (Path.GetRelativePath(tests, file), File.ReadAllLines(file), packets);
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
