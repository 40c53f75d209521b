// sendto(2) of a stream, driven: it may open the connection first (MSG_FASTOPEN), for which the port's owner is asked. The logic is StreamCalls'.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

internal sealed partial class InetStreamOps
{
    public override void SendTo(SockActor s, Syscall.SendTo call)
    {
        var tcp = (TcpSock)s.Sk;
        ref SendProgress progress = ref call.Progress;
        if ((progress.Flags & MsgFlags.ZEROCOPY) != 0) call.PieceLengths(tcp.BeginZerocopy(ref progress, call.Pieces));
        if (StreamCalls.Send(tcp, ref SockActor.Face(call).State, ref progress, call.NonBlocking, s.AddressLocked, s.Now) is { } step) s.Do(call, step, progress.Flags);
        else StartConnect(s, tcp, call, progress.To!.Value);
    }

    public override void GaveUp(SockActor s, Syscall call)
    {
        if (call is Syscall.SendTo send) StreamCalls.GaveUp((TcpSock)s.Sk, ref send.Progress);
    }
}
