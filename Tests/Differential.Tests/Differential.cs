// A script against the kernel and against ActorNet.

namespace ActorNet.Differential.Tests;

internal static class Differential
{
    /// <summary>Null when the script, the kernel (where it can be asked) and ActorNet say the same; else the difference, line by line.</summary>
    public static string? Judge(Script script, Constants? constants = null)
    {
        constants ??= new Constants();
        var judge = new Judge(script, constants);
        ScriptRun ours = HostRun.Play(script, constants);
        if (Kernel.WhyNot is not null) return judge.ByScript(ours, strictTime: true);
        string? difference = null;
        // A busy machine may deliver a packet a moment after the call that sent it: what is asked again, slower, and still differs, differs.
        foreach (int settle in (int[])[0, 2, 10])
        {
            ScriptRun kernel = KernelRun.Play(script, constants, TimeSpan.FromMilliseconds(settle));
            difference = judge.Both(kernel, ours);
            if (difference is null || kernel.Broken is not null) return difference;
        }

        return difference;
    }
}
