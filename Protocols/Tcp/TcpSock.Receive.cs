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
        if ((flags & MsgFlags.ERRQUEUE) != 0) return Errno.EAGAIN;
        if ((flags & MsgFlags.OOB) != 0) return RecvUrgent(buffer, flags, out outFlags);
        int copied = CopyReceived(buffer, flags);
        if (copied > 0 || buffer.IsEmpty)
        {
            if ((flags & MsgFlags.PEEK) == 0 && copied > 0)
            {
                RcvSpaceAdjust();
                CleanupRbuf(copied);
                FastPathCheckAfterRead();
            }

            if (copied > 0) return copied;
        }

        if (Has(TcpSockFlags.Done)) return 0;
        if (Err != Errno.OK) return TakeError();
        if ((_shutdown & RcvShutdown) != 0) return 0;
        // This occurs when user tries to read from a never connected socket.
        return _state == TcpState.CLOSE ? Errno.ENOTCONN : Errno.EAGAIN;
    }

    private void FastPathCheckAfterRead()
    {
        if (_state == TcpState.ESTABLISHED && !Has(TcpSockFlags.FastPath)) FastPathCheck();
    }

    // Copies in order from the receive queue; segments may overlap and are read once.
    private int CopyReceived(Span<byte> buffer, MsgFlags flags)
    {
        bool peek = (flags & MsgFlags.PEEK) != 0, discard = (flags & MsgFlags.TRUNC) != 0;
        SeqNum at = _rcv.CopiedSeq;
        int copied = 0;
        SkBuff? skb = _receiveQueue.Head;
        while (skb is not null)
        {
            SkBuff? next = skb.Next;
            int offset = at - skb.Tcp.Seq, available = skb.Length - offset;
            if (available > 0)
            {
                int n = Math.Min(available, buffer.Length - copied);
                if (_urgent is { RcvMarked: true } && UrgentStops(ref at, ref offset, ref n, copied, peek)) break;
                if (n <= 0 && available > 0 && buffer.Length == copied) break;
                if (!discard) skb.Data.Slice(offset, n).CopyTo(buffer[copied..]);
                copied += n;
                at += n;
                if (!peek) _rcv.CopiedSeq = at;
                if (offset + n < skb.Length) break;
            }

            if ((skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0)
            {
                at = skb.Tcp.EndSeq;
                if (!peek) _rcv.CopiedSeq = at;
            }

            if (!peek)
            {
                _receiveQueue.Remove(skb);
                RmemUncharge(skb.Truesize);
                skb.Free();
            }

            skb = next;
            if (copied == buffer.Length && skb is not null) break;
        }

        return copied;
    }
}
