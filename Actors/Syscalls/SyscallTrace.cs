// What of a call enters the host's trace: who, which, its numbers or its address, and the answer.

namespace ActorNet.Actors;

/// <summary>Writes answered calls into a host's trace.</summary>
internal static class SyscallTrace
{
    private static readonly string[] s_names = Names();

    public static void Record(TraceHash trace, Instant now, int pid, Syscall call)
    {
        string name = s_names[(int)call.Nr];
        switch (call)
        {
            case Syscall.SendTo { To: { } to } c: trace.Call(now, pid, name, c.Fd, to, c.Result); break;
            case Syscall.SendTo c: trace.Call(now, pid, name, c.Fd, c.Data.Length, (long)c.Flags, c.Result); break;
            case Syscall.RecvFrom c: trace.Call(now, pid, name, c.Fd, c.From, c.Result); break;
            case Syscall.Socket c: trace.Call(now, pid, name, (long)c.Family, (long)c.Type, (long)c.Protocol, c.Result); break;
            case Syscall.Bind c: trace.Call(now, pid, name, c.Fd, c.Address, c.Result); break;
            case Syscall.Connect c: trace.Call(now, pid, name, c.Fd, c.Address, c.Result); break;
            case Syscall.Accept c: trace.Call(now, pid, name, c.Fd, c.Peer, c.Result); break;
            case Syscall.GetName c: trace.Call(now, pid, name, c.Fd, c.Address, c.Result); break;
            case Syscall.Listen c: trace.Call(now, pid, name, c.Fd, c.Backlog, 0, c.Result); break;
            case Syscall.Shutdown c: trace.Call(now, pid, name, c.Fd, (long)c.How, 0, c.Result); break;
            case Syscall.SetSockOpt c: trace.Call(now, pid, name, c.Fd, (long)c.Level, c.Option, c.Result); break;
            case Syscall.GetSockOpt c: trace.Call(now, pid, name, c.Fd, (long)c.Level, c.Option, c.Result); break;
            case Syscall.Fcntl c: trace.Call(now, pid, name, c.Fd, (long)c.Cmd, c.Arg, c.Result); break;
            case Syscall.Dup c: trace.Call(now, pid, name, c.Fd, c.NewFd, c.Flags, c.Result); break;
            case Syscall.Nanosleep c: trace.Call(now, pid, name, c.Time.Nanoseconds, 0, 0, c.Result); break;
            default: trace.Call(now, pid, name, call.Fd, 0, 0, call.Result); break;
        }
    }

    private static string[] Names()
    {
        var names = new string[512];
        foreach (SyscallNr nr in Enum.GetValues<SyscallNr>()) names[(int)nr] = nr.ToString();
        return names;
    }
}
