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

    // A read stops before the urgent byte, and the next one steps over it (it is read with MSG_OOB), unless SO_OOBINLINE.
    private bool UrgentStops(ref SeqNum at, ref int offset, ref int n, int copied, bool peek)
    {
        int distance = _urgent!.RcvSeq - at;
        if (distance < 0 || distance >= n) return false;
        if (distance > 0)
        {
            n = distance;
            return false;
        }

        if (copied > 0) return true;
        if (OobInline)
        {
            if (!peek) _urgent.RcvMarked = false;
            return false;
        }

        at += 1;
        offset++;
        n--;
        if (!peek)
        {
            _rcv.CopiedSeq = at;
            _urgent.RcvMarked = !_urgent.RcvValid || !_urgent.RcvRead;
        }

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
            if (buffer.IsEmpty)
            {
                outFlags |= MsgFlags.TRUNC;
                return 0;
            }

            buffer[0] = _urgent.RcvByte;
            if ((flags & MsgFlags.PEEK) == 0) _urgent.RcvRead = true;
            return 1;
        }

        return _state == TcpState.CLOSE || (_shutdown & RcvShutdown) != 0 ? 0 : Errno.EAGAIN;
    }
}
