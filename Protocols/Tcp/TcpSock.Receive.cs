// recv(2): from the receive queue to the user (tcp_recvmsg; net/ipv4/tcp.c). RFC 9293 3.10.3.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <inheritdoc/>
    public override SysResult Recv(scoped Span<byte> buffer, ref CmsgWriter control, MsgFlags flags, Instant now, out SockAddr from, out MsgFlags outFlags)
    {
        from = default;
        outFlags = MsgFlags.None;
        _mstamp = now;
        if (_state == TcpState.LISTEN) return Errno.ENOTCONN;
        if ((flags & MsgFlags.ERRQUEUE) != 0) return RecvError(buffer, ref control, now, out from, out outFlags);
        if ((flags & MsgFlags.OOB) != 0)
        {
            SysResult urgent = RecvUrgent(buffer, flags, out outFlags);
            if (urgent.IsOk) PutInq(ref control);
            return urgent;
        }

        int copied = CopyReceived(buffer, flags, out bool any, out Instant stamp);
        if (copied > 0 || any)
        {
            if ((flags & MsgFlags.PEEK) == 0)
            {
                PeekOffsetBack(copied);
                RcvSpaceAdjust();
                CleanupRbuf(copied);
                FastPathCheckAfterRead();
            }

            if (stamp != default) PutStreamStamps(ref control, stamp);
            PutInq(ref control);
            return copied;
        }

        if (Has(TcpSockFlags.Done)) return AtEnd(ref control);
        if (Err != Errno.OK) return TakeError();
        if ((_shutdown & RcvShutdown) != 0) return AtEnd(ref control);
        // This occurs when user tries to read from a never connected socket.
        return _state == TcpState.CLOSE ? Errno.ENOTCONN : Errno.EAGAIN;
    }

    private void FastPathCheckAfterRead()
    {
        if (_state == TcpState.ESTABLISHED && !Has(TcpSockFlags.FastPath)) FastPathCheck();
    }

    /// <summary>tcp_inq_hint: what waits behind what was read; at the end of the stream one, so that the reader comes again.</summary>
    private int InqHint => Inq == 0 && Has(TcpSockFlags.Done) ? 1 : Inq;

    private SysResult AtEnd(ref CmsgWriter control)
    {
        PutInq(ref control);
        return 0;
    }

    private void PutInq(ref CmsgWriter control)
    {
        if (_user is { RecvmsgInq: true }) control.Put((int)SockLevel.TCP, (int)TcpOpt.TCP_CM_INQ, InqHint);
    }

    // Copies in order from the receive queue; segments may overlap and are read once.
    private int CopyReceived(Span<byte> buffer, MsgFlags flags, out bool any, out Instant stamp)
    {
        bool peek = (flags & MsgFlags.PEEK) != 0, discard = (flags & MsgFlags.TRUNC) != 0;
        SeqNum at = _rcv.CopiedSeq + (peek ? Math.Max(PeekOff, 0) : 0);
        int copied = 0;
        any = false;
        stamp = default;
        SkBuff? skb = _receiveQueue.Head;
        while (skb is not null)
        {
            SkBuff? next = skb.Next;
            SkBuff.Prefetch(next);
            int offset = at - skb.Tcp.Seq, available = skb.Length - offset;
            if (available > 0)
            {
                int n = Math.Min(available, buffer.Length - copied);
                if (buffer.IsEmpty) any = true; // nothing was asked for, and something is there
                stamp = skb.Tstamp; // of what was touched last
                if (_urgent is { RcvMarked: true } && n > 0 && UrgentStops(ref at, ref offset, ref n, copied)) break;
                if (!peek) _rcv.CopiedSeq = at;
                if (buffer.Length == copied) break;
                if (!discard) skb.Data.Slice(offset, n).CopyTo(buffer[copied..]);
                copied += n;
                at += n;
                if (!peek) _rcv.CopiedSeq = at;
                if (offset + n < skb.Length)
                {
                    if (copied == buffer.Length) break;
                    continue; // only an urgent byte was in the way
                }
            }

            if ((skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0)
            {
                at = skb.Tcp.EndSeq;
                if (!peek) _rcv.CopiedSeq = at;
            }

            if (!peek)
            {
                FreeReceived(skb);
            }

            skb = next;
            if (copied == buffer.Length && copied > 0 && skb is not null) break;
        }

        if (!peek) PassUrgent();
        return copied;
    }
}
