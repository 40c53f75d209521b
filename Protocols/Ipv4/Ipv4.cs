// The IPv4 machine of a host: what net/ipv4/ip_input.c, ip_forward.c, ip_output.c and ip_fragment.c do. It is driven by one owner: packets go in by
// Rcv (up) and Xmit (down) and come out as Rcv's result, by TryXmit (frames for a device) and TryDeliver (for this host's own transports).

namespace ActorNet.Protocols;

/// <summary>What became of a packet that arrived.</summary>
public enum IpVerdict
{
    /// <summary>Freed and counted.</summary>
    DROPPED,

    /// <summary>A fragment waits, or it is forwarded: see TryXmit.</summary>
    TAKEN,

    /// <summary>It is for this host's transports.</summary>
    LOCAL,
}

/// <summary>IPv4 on one host.</summary>
/// <remarks>After any call: take from <see cref="TryXmit"/> and <see cref="TryDeliver"/> until both are empty, and arm a timer at <see cref="NextTimer"/>.</remarks>
public sealed partial class Ipv4
{
    private readonly Net _net;
    private readonly Fib _fib;
    private readonly Icmp _icmp;
    private IpIdents? _idents;
    private IpReassembler? _reassembler;
    private readonly ulong[] _protocols = new ulong[4];
    private SkBuff? _outHead, _outTail, _upHead, _upTail;

    public Ipv4(Net net, Fib fib, Icmp icmp)
    {
        _net = net;
        _fib = fib;
        _icmp = icmp;
        Register((byte)IpProtocol.ICMP);
        Register((byte)IpProtocol.IGMP);
        Register((byte)IpProtocol.TCP);
        Register((byte)IpProtocol.UDP);
    }

    /// <summary>When the oldest incomplete datagram is given up.</summary>
    public Instant NextTimer => _reassembler?.NextTimer ?? Instant.Never;

    /// <summary>Fragment queues and their bytes.</summary>
    public (int Queues, long Bytes) Fragments => _reassembler?.Held ?? default;

    /// <summary>inet_add_protocol: datagrams of this protocol are delivered, not answered with "protocol unreachable".</summary>
    public void Register(byte protocol) => _protocols[protocol >> 6] |= 1UL << protocol;

    public void OnTimer(Instant now)
    {
        SkBuff? first = null;
        while (_reassembler?.TryExpire(now, out first) == true)
        {
            if (first is null) continue;
            // Only the end host reports, and only when it has the header that the error is to quote (RFC 792; ip_expire).
            if (_fib.AddressType(new Ipv4View(first.From(first.NetworkHeader)).Daddr) == RouteType.LOCAL)
            {
                SendIcmp(first, IcmpType.TIME_EXCEEDED, IcmpCode.EXC_FRAGTIME, 0, now);
            }

            _net.Mib.Drop(first, DropReason.FRAG_REASM_TIMEOUT);
        }
    }

    /// <summary>The next packet for a device: IP header first, <see cref="SkBuff.IfIndex"/> and <see cref="IpControl.NextHop"/> say where it goes. The caller owns it.</summary>
    public bool TryXmit([NotNullWhen(true)] out SkBuff? skb) => SkBuffChain.Take(ref _outHead, ref _outTail, out skb);

    /// <summary>The next packet of this host for itself (looped broadcasts and multicasts), as <see cref="IpVerdict.LOCAL"/> gives them.</summary>
    public bool TryDeliver([NotNullWhen(true)] out SkBuff? skb) => SkBuffChain.Take(ref _upHead, ref _upTail, out skb);

    /// <summary>Frees all packets that are kept: the host crashed, or the run is over.</summary>
    public void Destroy()
    {
        while (TryXmit(out SkBuff? skb)) _net.Mib.Drop(skb, DropReason.RUN_ENDED);
        while (TryDeliver(out SkBuff? skb)) _net.Mib.Drop(skb, DropReason.RUN_ENDED);
        _reassembler?.Destroy();
    }

    // icmp_send: about a packet whose IP header is whole at its NetworkHeader; the packet stays the caller's.
    private void SendIcmp(SkBuff about, IcmpType type, byte code, uint info, Instant now)
    {
        if (_icmp.TryMakeError(about, type, code, info, now, out SkBuff? error)) Xmit(error, now);
    }

    private void Enqueue(SkBuff skb, InDevice device, uint nextHop)
    {
        skb.PacketType = PacketType.OUTGOING;
        skb.Protocol = EtherType.IP;
        skb.IfIndex = device.IfIndex;
        skb.NetworkHeader = skb.DataOffset;
        skb.Ip.NextHop = nextHop;
        SkBuffChain.Put(ref _outHead, ref _outTail, skb);
    }
}
