// struct ipcm_cookie (include/net/ip.h): what one datagram is sent with: the socket's options, or what sendmsg's control messages say instead
// (ip_cmsg_send of net/ipv4/ip_sockglue.c, __sock_cmsg_send of net/core/sock.c).

namespace ActorNet.Protocols;

/// <summary>One datagram's own values; what it does not have is the socket's.</summary>
public struct IpcmCookie
{
    /// <summary>IP_PKTINFO: the interface to leave by, 0 for any.</summary>
    public int Oif;

    /// <summary>IP_PKTINFO: the source address, 0 for the route's.</summary>
    public uint Saddr;

    /// <summary>IP_TTL: 1 to 255; 0 for the socket's.</summary>
    public byte Ttl;

    /// <summary>IP_TOS; -1 for the socket's.</summary>
    public int Tos;

    /// <summary>SO_PRIORITY; -1 for the socket's.</summary>
    public int Priority;

    /// <summary>SO_TIMESTAMPING: the stamps that this one asks for.</summary>
    public uint TxStamps;

    /// <summary>SO_MARK.</summary>
    public uint Mark;

    /// <summary>As the socket has it.</summary>
    public IpcmCookie(InetSock sk)
    {
        Oif = sk.BoundIfIndex;
        Tos = Priority = -1;
        Mark = sk.Mark;
    }

    /// <summary>Reads the control messages. EINVAL: a bad length, value or type; EPERM: a mark or priority that the caller may not set.</summary>
    public Errno Read(ReadOnlySpan<byte> control, Sock sk)
    {
        var reader = new CmsgReader(control);
        Errno bad;
        while (reader.TryNext(out Cmsg m, out bad))
        {
            Errno e = m.Level switch
            {
                (int)SockLevel.SOCKET => ReadSocket(m, sk),
                (int)SockLevel.IP => ReadIp(m),
                _ => Errno.OK, // somebody else's
            };
            if (e != Errno.OK) return e;
        }

        return bad;
    }

    /// <summary>sock_cmsg_send: those of the socket layer; others are passed over.</summary>
    public Errno ReadSocketOnly(ReadOnlySpan<byte> control, Sock sk)
    {
        var reader = new CmsgReader(control);
        Errno bad;
        while (reader.TryNext(out Cmsg m, out bad))
            if (m.Level == (int)SockLevel.SOCKET && ReadSocket(m, sk) is var e and not Errno.OK) return e;
        return bad;
    }

    private Errno ReadSocket(in Cmsg m, Sock sk)
    {
        switch ((SockOpt)m.Type)
        {
            case SockOpt.SO_MARK:
                if (!sk.MayMark) return Errno.EPERM;
                if (m.Data.Length != 4) return Errno.EINVAL;
                Mark = (uint)m.Int;
                return Errno.OK;
            case SockOpt.SO_PRIORITY:
                if (m.Data.Length != 4) return Errno.EINVAL;
                if (!sk.MaySetPriority(m.Int)) return Errno.EPERM;
                Priority = m.Int;
                return Errno.OK;
            case SockOpt.SO_TIMESTAMPING or SockOpt.SO_TIMESTAMPING_NEW:
                if (m.Data.Length != 4 || (m.Int & ~TxRecordMask) != 0) return Errno.EINVAL;
                TxStamps = (uint)m.Int;
                return Errno.OK;
            case SockOpt.SO_TXTIME: return Errno.EINVAL; // SO_TXTIME is kept, and no queue looks at it
            case (SockOpt)1 or (SockOpt)2: return Errno.OK; // SCM_RIGHTS and SCM_CREDENTIALS are AF_UNIX's
            default: return Errno.EINVAL;
        }
    }

    private Errno ReadIp(in Cmsg m)
    {
        switch ((IpOpt)m.Type)
        {
            case IpOpt.IP_PKTINFO:
                if (m.Data.Length != 12) return Errno.EINVAL;
                int oif = m.Int;
                if (oif != 0) Oif = oif;
                Saddr = BinaryPrimitives.ReadUInt32BigEndian(m.Data[4..]);
                return Errno.OK;
            case IpOpt.IP_TTL:
                if (m.Data.Length != 4 || m.Int is < 1 or > 255) return Errno.EINVAL;
                Ttl = (byte)m.Int;
                return Errno.OK;
            case IpOpt.IP_TOS:
                int tos = m.Data.Length switch { 4 => m.Int, 1 => m.Data[0], _ => -1 };
                if (tos is < 0 or > 255) return Errno.EINVAL;
                Tos = tos;
                return Errno.OK;
            case IpOpt.IP_PROTOCOL:
                return m.Data.Length != 4 || m.Int is < 1 or > 255 ? Errno.EINVAL : Errno.OK; // raw sockets' business
            default: return Errno.EINVAL;
        }
    }

    // SOF_TIMESTAMPING_TX_RECORD_MASK: hardware, software, sched, ack, completion.
    private const int TxRecordMask = 1 | 2 | 1 << 8 | 1 << 9 | 1 << 18;

    /// <summary>Puts what is this datagram's own into a packet that has the socket's values.</summary>
    public readonly void Apply(SkBuff skb)
    {
        if (Ttl != 0) skb.Ip.Ttl = Ttl;
        if (Tos >= 0)
        {
            skb.Ip.Tos = (byte)Tos;
            skb.Priority = InetSock.TosToPriority((byte)Tos);
        }

        if (Priority >= 0) skb.Priority = Priority;
        skb.Mark = Mark;
        skb.Ip.BoundIfIndex = Oif;
    }
}
