// sendto(2) that opens and sends: MSG_FASTOPEN, and the first write after a deferred connect (tcp_sendmsg_fastopen of net/ipv4/tcp.c over
// __inet_stream_connect). RFC 7413 section 4.2.1.

namespace ActorNet.Protocols.Tcp;

public static partial class StreamCalls
{
    /// <summary>sendmsg(2) of a stream: null when it opens a connection first, to where it says, and goes on with <see cref="Route"/> and <see cref="OpenAt"/>.</summary>
    /// <param name="nonBlocking">O_NONBLOCK.</param>
    /// <param name="addressLocked">bind(2) named the address.</param>
    public static CallStep? Send(TcpSock tcp, ref SocketState state, ref SendProgress call, bool nonBlocking, bool addressLocked, Instant now)
    {
        CallStep? step =
            call.IsOpening ? FinishOpening(tcp, ref state, ref call, nonBlocking, addressLocked, now)
            : !call.Opened && ((call.Flags & MsgFlags.FASTOPEN) != 0 || tcp.IsConnectDeferred) ? Open(tcp, ref state, ref call, nonBlocking, addressLocked, now)
            : call.Send(tcp, nonBlocking, now);
        Leave(tcp, ref call, step, nonBlocking);
        return step;
    }

    // What a call with MSG_ZEROCOPY holds it lets go of when it answers, with bytes or, as if it had not been, without.
    private static void Leave(TcpSock tcp, ref SendProgress call, in CallStep? step, bool nonBlocking)
    {
        if (call.Zerocopy is null) return;
        bool answers = step is { Next: CallNext.Answer or CallNext.Fail };
        bool over = answers || (step is { } wait && (nonBlocking || (call.Flags & MsgFlags.DONTWAIT) != 0 || wait.Timeout == Duration.Zero));
        tcp.LeaveZerocopy(ref call, over, failed: call.Done == 0 || (step is { Next: CallNext.Answer } answer && !answer.Result.IsOk));
    }

    /// <summary>The port is there: sends the SYN, with data if it may.</summary>
    public static CallStep OpenAt(
        TcpSock tcp, ref SocketState state, ref SendProgress call, bool nonBlocking, bool addressLocked, SockAddr peer, in TcpRoute route, TcpTimewait? takenOver, Instant now)
    {
        tcp.EnterZerocopy(call);
        Errno e = tcp.ConnectAndSend(peer, route, call.Data.Span, call.Flags, now, takenOver, out int copied);
        CallStep step;
        if (e is not (Errno.OK or Errno.EINPROGRESS))
        {
            tcp.EndFastOpening();
            step = CallStep.Answer(e);
        }
        else
        {
            call.Done = copied;
            state = SocketState.CONNECTING;
            step = WaitOpening(tcp, ref state, ref call, nonBlocking, addressLocked, Errno.EINPROGRESS, now);
        }

        Leave(tcp, ref call, step, nonBlocking);
        return step;
    }

    /// <summary>A call that sends gives up: its time is over, or a signal came.</summary>
    public static void GaveUp(TcpSock tcp, ref SendProgress call)
    {
        if (call.IsOpening) tcp.EndFastOpening();
        tcp.LeaveZerocopy(ref call, over: true, failed: call.Done == 0);
    }

    private static CallStep? Open(TcpSock tcp, ref SocketState state, ref SendProgress call, bool nonBlocking, bool addressLocked, Instant now)
    {
        if (!tcp.MayFastOpen || call.To is { Family: AddressFamily.UNSPEC }) return CallStep.Answer(Errno.EOPNOTSUPP);
        if (tcp.IsFastOpening) return CallStep.Answer(Errno.EALREADY);
        switch (state)
        {
            case SocketState.UNCONNECTED when tcp.State != TcpState.CLOSE:
            case SocketState.CONNECTED:
                return CallStep.Answer(Errno.EISCONN);
            case SocketState.UNCONNECTED when call.To is not null:
                return null;
            case SocketState.CONNECTING when tcp.IsConnectDeferred:
                call.Done = tcp.SendDeferred(call.Data.Span, call.Flags, now);
                return WaitOpening(tcp, ref state, ref call, nonBlocking, addressLocked, Errno.EINPROGRESS, now);
            case SocketState.CONNECTING:
                return WaitOpening(tcp, ref state, ref call, nonBlocking, addressLocked, Errno.EALREADY, now);
            default: // no address, or disconnecting
                return CallStep.Answer(Errno.EINVAL);
        }
    }

    // A call that may not wait answers with what went with the SYN.
    private static CallStep WaitOpening(TcpSock tcp, ref SocketState state, ref SendProgress call, bool nonBlocking, bool addressLocked, Errno ifNot, Instant now)
    {
        if (tcp.State is not (TcpState.SYN_SENT or TcpState.SYN_RECV)) return FinishOpening(tcp, ref state, ref call, nonBlocking, addressLocked, now);
        if (nonBlocking || (call.Flags & MsgFlags.DONTWAIT) != 0 || tcp.Sndtimeo == Duration.Zero)
        {
            tcp.EndFastOpening();
            return CallStep.Answer(ifNot == Errno.EINPROGRESS && call.Done > 0 ? call.Done : ifNot);
        }

        call.IsOpening = true;
        if (call.Done < call.Data.Length) tcp.NoteWriteWaits();
        return CallStep.ToWrite(tcp.Sndtimeo, ifNot);
    }

    private static CallStep FinishOpening(TcpSock tcp, ref SocketState state, ref SendProgress call, bool nonBlocking, bool addressLocked, Instant now)
    {
        if (tcp.State is TcpState.SYN_SENT or TcpState.SYN_RECV) return CallStep.ToWrite(tcp.Sndtimeo, Errno.EINPROGRESS);
        call.IsOpening = false;
        tcp.EndFastOpening();
        Errno e = tcp.ConnectResult(now);
        state = e == Errno.OK ? SocketState.CONNECTED : SocketState.UNCONNECTED;
        if (e != Errno.OK)
        {
            ResetAddress(tcp, addressLocked);
            return CallStep.Answer(e); // whatever went with the SYN
        }

        call.Opened = true;
        if (call.Done < call.Data.Length || call.Done == 0) return call.Send(tcp, nonBlocking, now);
        return CallStep.Answer(call.Done);
    }
}
