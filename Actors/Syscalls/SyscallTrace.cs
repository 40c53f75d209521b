// What of a call enters the host's trace: who, which, its numbers or its address, and the answer.

namespace ActorNet.Actors;

/// <summary>Writes answered calls into a host's trace.</summary>
internal static class SyscallTrace
{
    private static readonly string[] s_names = Names();

    public static void Record(TraceHash trace, Instant now, int pid, Syscall call) => call.Trace(trace, now, pid, s_names[(int)call.Nr]);

    private static string[] Names()
    {
        var names = new string[512];
        foreach (SyscallNr nr in Enum.GetValues<SyscallNr>()) names[(int)nr] = nr.ToString();
        return names;
    }
}
