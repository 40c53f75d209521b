// udp_ioctl (net/ipv4/udp.c). A ping socket's protocol has none.

namespace ActorNet.Protocols;

public abstract partial class DatagramSock
{
    protected override Errno Ioctl(IoctlCmd cmd, out int value)
    {
        if (Protocol != IpProtocol.UDP) return base.Ioctl(cmd, out value);
        switch (cmd)
        {
            case IoctlCmd.SIOCINQ:
                value = _rcvHead?.Length ?? 0; // of the next datagram; one without data looks like none
                return Errno.OK;
            case IoctlCmd.SIOCOUTQ:
                value = WmemAlloc; // truesize of what has not left
                return Errno.OK;
            default:
                return base.Ioctl(cmd, out value);
        }
    }
}
