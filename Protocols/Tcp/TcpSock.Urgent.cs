// Urgent data (tcp_check_urg, tcp_recv_urg): one byte out of band. RFC 6093.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_urg and tcp_check_urg: notes the mark, and the byte when it is here. The header has not been pulled yet.</summary>
    private void CheckUrgent(SkBuff skb, TcpHeader th)
    {
        if ((th.Flags & TcpFlags.URG) != 0)
        {
            // RFC 793's wording counted from SEG.SEQ to the last urgent byte; BSD, and everyone since, to the byte behind it.
            int pointer = th.UrgentPointer;
            if (pointer != 0 && !Sysctl.tcp_stdurg) pointer--;
            SeqNum mark = (SeqNum)skb.Tcp.Seq + pointer;
            bool old = mark < _rcv.CopiedSeq || mark < _rcv.RcvNxt || (_urgent is { RcvMarked: true } && mark <= _urgent.RcvSeq);
            if (!old)
            {
                _urgent ??= new TcpUrgent();
                DropOldUrgent();
                _urgent.RcvMarked = true;
                _urgent.RcvValid = _urgent.RcvRead = false;
                _urgent.RcvSeq = mark;
                Set(TcpSockFlags.FastPath, false);
                Wake(UrgentMark);
            }
        }

        if (_urgent is not { RcvMarked: true, RcvValid: false, RcvRead: false }) return;
        int at = _urgent.RcvSeq - skb.Tcp.Seq + skb.Tcp.HeaderLength - ((th.Flags & TcpFlags.SYN) != 0 ? 1 : 0);
        if (at < skb.Tcp.HeaderLength || at >= skb.Length) return;
        _urgent.RcvByte = skb.Data[at];
        _urgent.RcvValid = true;
        Wake(DataReady);
    }

    // Two urgent bytes in a row, and the first is still unread at the head of the stream: it is lost, as BSD lost it.
    private void DropOldUrgent()
    {
        if (!_urgent!.RcvMarked || OobInline || _urgent.RcvSeq != _rcv.CopiedSeq || _rcv.CopiedSeq == _rcv.RcvNxt) return;
        _rcv.CopiedSeq += 1;
        if (_receiveQueue.Head is not { } skb || _rcv.CopiedSeq < skb.Tcp.EndSeq) return;
        FreeReceived(skb);
    }

    /// <inheritdoc/>
    public override bool IsMarkAt(int offset) => _urgent is { RcvMarked: true } u && u.RcvSeq == _rcv.CopiedSeq + offset;

    // The reader has gone past the mark: it is no more (tcp_recvmsg's skip_copy).
    private void PassUrgent()
    {
        if (_urgent is not { RcvMarked: true } u || _rcv.CopiedSeq <= u.RcvSeq) return;
        u.RcvMarked = u.RcvValid = u.RcvRead = false;
        if (_state == TcpState.ESTABLISHED) FastPathCheck();
    }

    // A read stops before the urgent byte, and the next one steps over it (it is read with MSG_OOB), unless SO_OOBINLINE.
    private bool UrgentStops(ref SeqNum at, ref int offset, ref int n, int copied)
    {
        int distance = _urgent!.RcvSeq - at;
        if (distance < 0 || distance >= n) return distance == 0 && copied > 0;
        if (distance > 0)
        {
            n = distance;
            return false;
        }

        if (copied > 0) return true;
        if (OobInline) return false;
        at += 1;
        offset++;
        n--;
        return false;
    }

    private SysResult RecvUrgent(Span<byte> buffer, MsgFlags flags, out MsgFlags outFlags)
    {
        outFlags = MsgFlags.None;
        if (OobInline || _urgent is null || (!_urgent.RcvMarked && !_urgent.RcvValid) || _urgent.RcvRead) return Errno.EINVAL;
        if (_state == TcpState.CLOSE && !Has(TcpSockFlags.Done)) return Errno.ENOTCONN;
        if (_urgent.RcvValid)
        {
            outFlags = MsgFlags.OOB;
            if ((flags & MsgFlags.PEEK) == 0) _urgent.RcvRead = true;
            if (buffer.IsEmpty)
            {
                outFlags |= MsgFlags.TRUNC;
                return 0;
            }

            if ((flags & MsgFlags.TRUNC) == 0) buffer[0] = _urgent.RcvByte;
            return 1;
        }

        return _state == TcpState.CLOSE || (_shutdown & RcvShutdown) != 0 ? 0 : Errno.EAGAIN;
    }
}
