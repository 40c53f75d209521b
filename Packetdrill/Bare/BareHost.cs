// The machines of Protocols as one host, without an actor: IP with its routes, ICMP, the port tables and demultiplexers, sockets; a loopback, and one
// device to a script. Every call runs to its end here and now; time is whatever the script's is, and moves only when it is told to.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill.Bare;

/// <summary>A host that is its machines.</summary>
internal sealed partial class BareHost
{
    private const int LoopbackIndex = 1, DeviceIndex = 2;

    // As on the simulated host: about the cost of a softirq.
    private static readonly Duration s_loopbackDelay = Duration.FromMicroseconds(1);
    private readonly SkBuffPool _pool = new();
    private readonly Icmp _icmp;
    private readonly Ipv4 _ip;
    private readonly PortTable<object> _tcpPorts, _udpPorts, _pingPorts;
    private readonly TcpDemux _tcp;
    private readonly UdpDemux _udp;
    private readonly Func<object, bool> _mayReuse;
    private readonly Devices.Tun.TunSink _sink;

    // What the loopback has not brought back yet, in the order of its times.
    private readonly Queue<(Instant At, SkBuff Packet)> _loopback = new();

    /// <param name="name">Random streams follow from it and the seed.</param>
    /// <param name="sink">Takes what leaves by the device.</param>
    public BareHost(string name, ulong seed, string device, int mtu, Devices.Tun.TunSink sink)
    {
        Net = new Net(name, seed, _pool);
        Fib = Net.Fib = new Fib(Net);
        _icmp = new Icmp(Net, Fib);
        _ip = new Ipv4(Net, Fib, _icmp);
        _tcpPorts = Ports(PortRules.TCP, "ports-tcp");
        _udpPorts = Ports(PortRules.UDP, "ports-udp");
        _pingPorts = Ports(PortRules.PING, "ports-ping");
        _tcp = new TcpDemux(Net, _tcpPorts);
        _udp = new UdpDemux(Net, Fib, _icmp, _udpPorts);
        _mayReuse = _tcp.MayReuse;
        _sink = sink;
        Net.OnWriteSpace = sk => _again.Enqueue((BareSocket)sk.Owner!);
        Net.IsLocal = address => Fib.AddressType(address) != RouteType.UNICAST;
        Fib.AddDevice(new InDevice("lo", LoopbackIndex, MacAddress.Zero, 65_536) { IsLoopback = true, NoArp = true, WasUp = true });
        Fib.AddDevice(new InDevice(device, DeviceIndex, MacAddress.Zero, mtu) { IsPointToPoint = true, NoArp = true, HasLinkHeader = false, WasUp = true });
        Fib.AddAddress(Fib.Device(LoopbackIndex)!, IpAddress.Loopback4.V4, 8);
    }

    public Net Net { get; }

    public Fib Fib { get; }

    /// <summary>The device to the script.</summary>
    public InDevice Device => Fib.Device(DeviceIndex)!;

    /// <summary>The host's clock.</summary>
    public Instant Now { get; private set; }

    /// <summary>A packet comes in by the device.</summary>
    /// <param name="skb">Data at the IP header.</param>
    public void Rcv(SkBuff skb)
    {
        skb.SetLinear();
        Rcv(skb, DeviceIndex);
        Drain();
    }

    private PortTable<object> Ports(PortRules rules, string purpose) => new(rules, Net.Sysctl, Net.Random(purpose));

    private PortTable<object> PortsOf(Sock sk) => sk.Protocol switch { IpProtocol.TCP => _tcpPorts, IpProtocol.UDP => _udpPorts, _ => _pingPorts };

    private void Rcv(SkBuff skb, int ifIndex)
    {
        skb.MacHeader = skb.NetworkHeader = skb.DataOffset;
        skb.Protocol = EtherType.IP;
        skb.PacketType = PacketType.HOST;
        skb.Tstamp = Now;
        skb.IfIndex = ifIndex;
        if (_ip.Rcv(skb, Now, out SkBuff? local) == IpVerdict.LOCAL) Up(local!);
    }

    // A datagram for this host's transports.
    private void Up(SkBuff skb)
    {
        switch ((IpProtocol)skb.Ip.Protocol)
        {
            case IpProtocol.TCP:
                object? taker = _tcp.Rcv(skb, Now, out SkBuff? reply);
                if (reply is not null) _ip.Xmit(reply, Now);
                if (taker is not null) Deliver((BareSocket)taker, skb);
                break;
            case IpProtocol.UDP:
                taker = _udp.Rcv(skb, Now, out SkBuff? error);
                if (error is not null) _ip.Xmit(error, Now);
                if (taker is null) break;
                foreach (object other in _udp.Others.ToArray()) Deliver((BareSocket)other, skb.Copy());
                Deliver((BareSocket)taker, skb);
                break;
            case IpProtocol.ICMP:
                Icmp(skb);
                break;
            default:
                Net.Mib.Drop(skb, DropReason.IP_NOPROTO); // IGMP: there are no groups here
                break;
        }
    }

    private void Icmp(SkBuff skb)
    {
        IcmpResult r = _icmp.Rcv(skb, Now);
        switch (r.Verdict)
        {
            case IcmpVerdict.REPLY:
                _ip.Xmit(r.Packet!, Now);
                break;
            case IcmpVerdict.ECHOREPLY:
                SkBuff reply = r.Packet!;
                if (_pingPorts.TryLookup(reply.Ip.Saddr, 0, reply.Ip.Daddr, r.Id, reply.Ip.BoundIfIndex, out object? owner, out _)) Deliver((BareSocket)owner, reply);
                else Net.Mib.Drop(reply, DropReason.NO_SOCKET);
                break;
            case IcmpVerdict.ERROR:
                IcmpError(r.Quote, r.Error);
                break;
        }
    }

    private void IcmpError(in IcmpQuote quote, in IcmpErrorInfo error)
    {
        PortTable<object>? ports = quote.Protocol switch { IpProtocol.TCP => _tcpPorts, IpProtocol.UDP => _udpPorts, IpProtocol.ICMP => _pingPorts, _ => null };
        if (ports is null) return;
        SockAddr local = SockAddr.In(quote.Saddr, quote.Sport), peer = SockAddr.In(quote.Daddr, quote.Dport);
        if (!ports.TryLookup(peer.Address, peer.Port, local.Address, local.Port, 0, out object? owner, out _) || owner is not BareSocket s)
        {
            Net.Mib.Inc(Snmp.IcmpInErrors);
            return;
        }

        s.Sk.Advance(Now);
        if (s.Tcp is { State: TcpState.LISTEN } listener) listener.RequestError(error, local, peer);
        else s.Sk.IcmpError(error, Now);
        Turn(s);
    }

    // What the machines have made goes where it belongs, until nothing is left to do in this instant.
    private void Drain()
    {
        while (true)
        {
            if (_ip.TryDeliver(out SkBuff? local)) Up(local);
            else if (_ip.TryXmit(out SkBuff? skb)) Down(skb);
            else if (_again.TryDequeue(out BareSocket? s)) Turn(s);
            else break;
        }

        TryPolls();
    }

    private void Down(SkBuff skb)
    {
        if (Net.EgressDrops is not null && Fib.Device(skb.IfIndex) is { QueueLimit: 0 })
        {
            Net.Mib.Drop(skb, DropReason.QDISC_DROP);
        }
        else if (skb.IfIndex == LoopbackIndex)
        {
            (uint mark, int priority) = (skb.Mark, skb.Priority); // it is the same packet, and the same host
            skb.Scrub();
            (skb.Mark, skb.Priority) = (mark, priority);
            skb.IpSummed = SkbChecksum.UNNECESSARY;
            _loopback.Enqueue((Now + s_loopbackDelay, skb));
        }
        else
        {
            _sink(skb.Data, Now);
            skb.Free();
        }
    }
}
