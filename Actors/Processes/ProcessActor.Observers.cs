// Where a call enters and where it is answered, those who want to know are told (trace_sys_enter, trace_sys_exit).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    private void TellEntered(Syscall call, ISyscallObserver[] observers)
    {
        call.EnteredAt = Now;
        var e = new SyscallEvent(HostName, this, call, Now, Now, SocketOf(_files[call.Fd]));
        foreach (ISyscallObserver o in observers) o.Entered(e);
    }

    private void TellAnswered(Syscall call, ISyscallObserver[] observers)
    {
        var e = new SyscallEvent(HostName, this, call, Now, call.EnteredAt, SocketOf(call.File ?? _files[call.Fd]));
        foreach (ISyscallObserver o in observers) o.Answered(e);
    }

    /// <summary>Whether the host's security modules let a call go on: asked again for each message of sendmmsg(2).</summary>
    public Errno Permits(Syscall call, Sock sk) => _spec.Host.Security?.Call(this, call, sk) ?? Errno.OK;

    private static Sock? SocketOf(OpenFile? file) => (file as Socket)?.Sk;
}
