// struct inet_sock (include/net/inet_sock.h): what sockets of the Internet family have beyond struct sock, and what they ask of IP
// for every packet (ip_queue_xmit, ip_make_skb). Options at IPPROTO_IP are in InetSock.Options.cs.

namespace ActorNet.Protocols;

/// <summary>A machine of the Internet family.</summary>
public abstract partial class InetSock : Sock
{
    private ushort _inetId;

    protected InetSock(Net net, AddressFamily family, SocketType type, IpProtocol protocol)
        : base(net, family, type, protocol)
    {
        PmtuDisc = net.Sysctl.ip_no_pmtu_disc ? PmtuDisc.DONT : PmtuDisc.WANT;
    }

    /// <summary>It has a peer whose name can be asked for.</summary>
    public abstract bool HasPeer { get; }

    /// <summary>Sets DF and chooses the identification as this socket's options say, and notes addresses and the rest for IP.</summary>
    /// <param name="skb">A packet with data at its transport header.</param>
    /// <param name="connected">The peer is fixed: the identification comes from the socket's own counter (inet_id).</param>
    /// <param name="segs">How many packets this one stands for (GSO): the identification moves on by as many.</param>
    protected void FillIp(SkBuff skb, IpAddress saddr, IpAddress daddr, bool connected, int segs = 1)
    {
        skb.PacketType = PacketType.OUTGOING;
        skb.Protocol = EtherType.IP;
        skb.Priority = Priority;
        skb.Mark = Mark;
        ref IpControl ip = ref skb.Ip;
        ip.Saddr = saddr;
        ip.Daddr = daddr;
        ip.Protocol = (byte)Protocol;
        ip.Tos = Tos;
        // Zero leaves it to IP: ip_default_ttl, or 1 for a multicast whose socket does not say otherwise.
        ip.Ttl = daddr.IsMulticast ? McTtl : UcTtl > 0 ? (byte)UcTtl : (byte)0;
        ip.MulticastLoop = McLoop;
        // ip_dont_fragment: DO and PROBE always, WANT unless the route's MTU is locked; ip_sk_ignore_df: what is too large may be cut here all the same.
        ip.DontFragment = PmtuDisc is PmtuDisc.WANT or PmtuDisc.DO or PmtuDisc.PROBE;
        ip.AllowLocalFragmentation = PmtuDisc is PmtuDisc.DONT or PmtuDisc.WANT or PmtuDisc.OMIT;
        ip.IgnorePathMtu = PmtuDisc >= PmtuDisc.PROBE;
        ip.BoundIfIndex = BoundIfIndex;
        ip.Options = IpOptions;
        ip.HasId = connected;
        if (!connected) return;
        ip.Id = _inetId;
        _inetId += (ushort)segs;
    }

    /// <summary>Where the identifications of a connected socket begin (get_random_u16 at connect).</summary>
    protected void SeedIds(RandomStream random) => _inetId = (ushort)random.NextUInt32();
}
