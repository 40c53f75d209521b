// SIOCINQ, SIOCOUTQ, SIOCOUTQNSD and SIOCATMARK (man 7 tcp; tcp_ioctl, net/ipv4/tcp.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    protected override Errno Ioctl(IoctlCmd cmd, out int value)
    {
        value = 0;
        bool opening = _state is TcpState.SYN_SENT or TcpState.SYN_RECV; // a SYN takes a sequence number, but is no data
        switch (cmd)
        {
            case IoctlCmd.SIOCATMARK:
                value = IsMarkAt(0) ? 1 : 0;
                return Errno.OK;
            case IoctlCmd.SIOCINQ or IoctlCmd.SIOCOUTQ or IoctlCmd.SIOCOUTQNSD when _state == TcpState.LISTEN:
                return Errno.EINVAL;
            case IoctlCmd.SIOCINQ:
                value = opening ? 0 : UpToMark(Inq);
                return Errno.OK;
            case IoctlCmd.SIOCOUTQ:
                value = opening ? 0 : Outq;
                return Errno.OK;
            case IoctlCmd.SIOCOUTQNSD:
                value = opening ? 0 : Outqnsd;
                return Errno.OK;
            default:
                return base.Ioctl(cmd, out value);
        }
    }

    // The urgent byte ends what one read gives, unless it is in line.
    private int UpToMark(int inq) =>
        !OobInline && _urgent is { RcvMarked: true } u && _rcv.CopiedSeq <= u.RcvSeq && u.RcvSeq < _rcv.RcvNxt ? u.RcvSeq - _rcv.CopiedSeq : inq;
}
