// Writes the kernel's answers into a draft: ACTORNET_RECORD=1 in the environment, and each line of a script that ends in `= ...` gets its result and outputs.

namespace ActorNet.Differential.Tests;

/// <summary>Fills drafts in. What a script already says is never touched.</summary>
internal static class Recorder
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("ACTORNET_RECORD") == "1" && Kernel.WhyNot is null;

    public static void Fill(string file, Script script)
    {
        if (!script.Events.OfType<SyscallEvent>().Any(IsOpen)) return;
        ScriptRun run = KernelRun.Play(script, new Constants(), TimeSpan.FromMilliseconds(2));
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < script.Events.Count; i++)
        {
            if (script.Events[i] is not SyscallEvent call || !IsOpen(call) || run.Answers[i] is not { Failure: null } answer) continue;
            ref string line = ref lines[call.At.Line - 1];
            int name = line.IndexOf(call.Name + "(", StringComparison.Ordinal), end = line.LastIndexOf("= ...", StringComparison.Ordinal);
            if (name < 0 || end < name) continue; // a call over several lines: by hand
            Output[] outputs = [.. answer.Outputs.Select(o => o with { Value = WithoutPorts(o.Value) })];
            line = line[..name] + (answer with { Outputs = outputs }).ToLine(call) + line[(end + "= ...".Length)..];
        }

        File.WriteAllLines(file, lines);
    }

    private static bool IsOpen(SyscallEvent call) => call.Result is Ellipsis;

    // A port that the kernel chose is another one next time; long data is compared, not written down.
    private static Expr WithoutPorts(Expr e) => e switch
    {
        Text { Bytes.Length: > 64 } => new Ellipsis(),
        Apply { Function: "htons", Arguments: [Number { Value: >= 32_768 and <= 60_999 }] } => new Ellipsis(),
        StructExpr s => new StructExpr([.. s.Fields.Select(f => f with { Value = f.IsVolatile ? new Ellipsis() : WithoutPorts(f.Value) })]),
        ArrayExpr a => new ArrayExpr([.. a.Items.Select(WithoutPorts)]),
        _ => e,
    };
}
