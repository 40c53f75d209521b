// sendto(2) that opens and sends: MSG_FASTOPEN, and the first write after a deferred connect (tcp_sendmsg_fastopen of net/ipv4/tcp.c over
// __inet_stream_connect). RFC 7413 section 4.2.1.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

internal sealed partial class InetStreamOps
{
    public override void SendTo(SockActor s, Syscall.SendTo call)
    {
        var tcp = (TcpSock)s.Sk;
        if ((call.Flags & MsgFlags.ZEROCOPY) != 0) tcp.NoteZerocopy(call.PieceLengths(), call.Done);
        if (call.IsOpening) FinishOpening(s, tcp, call);
        else if (!call.Opened && ((call.Flags & MsgFlags.FASTOPEN) != 0 || tcp.IsConnectDeferred)) Open(s, tcp, call);
        else s.Send(call);
    }

    public override void GaveUp(SockActor s, Syscall call)
    {
        if (call is not Syscall.SendTo send) return;
        var tcp = (TcpSock)s.Sk;
        if (send.IsOpening) tcp.EndFastOpening();
        if ((send.Flags & MsgFlags.ZEROCOPY) != 0) tcp.EndZerocopy();
    }

    private static void Open(SockActor s, TcpSock tcp, Syscall.SendTo call)
    {
        Socket face = SockActor.Face(call);
        if (!tcp.MayFastOpen || call.To is { Family: AddressFamily.UNSPEC })
        {
            s.Answer(call, Errno.EOPNOTSUPP);
            return;
        }

        if (tcp.IsFastOpening)
        {
            s.Answer(call, Errno.EALREADY);
            return;
        }

        switch (face.State)
        {
            case SocketState.UNCONNECTED when tcp.State != TcpState.CLOSE:
            case SocketState.CONNECTED:
                s.Answer(call, Errno.EISCONN);
                break;
            case SocketState.UNCONNECTED when call.To is { } peer:
                StartConnect(s, tcp, call, peer);
                break;
            case SocketState.CONNECTING when tcp.IsConnectDeferred:
                call.Done = tcp.SendDeferred(call.Data.Span, call.Flags, s.Now);
                WaitOpening(s, tcp, call, Errno.EINPROGRESS);
                break;
            case SocketState.CONNECTING:
                WaitOpening(s, tcp, call, Errno.EALREADY);
                break;
            default: // no address, or disconnecting
                s.Answer(call, Errno.EINVAL);
                break;
        }
    }

    private static void OpenAt(SockActor s, TcpSock tcp, Syscall.SendTo call, DemuxRequest answer)
    {
        Errno e = tcp.ConnectAndSend(answer.Peer, answer.Route, call.Data.Span, call.Flags, s.Now, answer.TakenOver, out int copied);
        if (e is not (Errno.OK or Errno.EINPROGRESS))
        {
            tcp.EndFastOpening();
            s.Answer(call, e);
            return;
        }

        call.Done = copied;
        SockActor.Face(call).State = SocketState.CONNECTING;
        WaitOpening(s, tcp, call, Errno.EINPROGRESS);
    }

    // A call that may not wait answers with what went with the SYN.
    private static void WaitOpening(SockActor s, TcpSock tcp, Syscall.SendTo call, Errno ifNot)
    {
        if (tcp.State is not (TcpState.SYN_SENT or TcpState.SYN_RECV))
        {
            FinishOpening(s, tcp, call);
            return;
        }

        if (call.NonBlocking || (call.Flags & MsgFlags.DONTWAIT) != 0 || tcp.Sndtimeo == Duration.Zero)
        {
            tcp.EndFastOpening();
            tcp.EndZerocopy();
            s.Answer(call, ifNot == Errno.EINPROGRESS && call.Done > 0 ? call.Done : ifNot);
            return;
        }

        call.IsOpening = true;
        if (call.Done < call.Data.Length) tcp.NoteWriteWaits();
        s.WaitToWrite(call, call.Flags, tcp.Sndtimeo, ifNot);
    }

    private static void FinishOpening(SockActor s, TcpSock tcp, Syscall.SendTo call)
    {
        if (tcp.State is TcpState.SYN_SENT or TcpState.SYN_RECV)
        {
            s.WaitToWrite(call, call.Flags, tcp.Sndtimeo, Errno.EINPROGRESS);
            return;
        }

        call.IsOpening = false;
        tcp.EndFastOpening();
        Errno e = tcp.ConnectResult(s.Now);
        SockActor.Face(call).State = e == Errno.OK ? SocketState.CONNECTED : SocketState.UNCONNECTED;
        if (e != Errno.OK)
        {
            ResetAddress(s, tcp);
            tcp.EndZerocopy(failed: true);
            s.Answer(call, e); // whatever went with the SYN
            return;
        }

        call.Opened = true;
        if (call.Done < call.Data.Length || call.Done == 0)
        {
            s.Send(call);
            return;
        }

        tcp.EndZerocopy();
        s.Answer(call, call.Done);
    }
}
