// struct net_device (include/linux/netdevice.h): what a device is, has counted and is attached to. It outlives its actor's restart:
// a device that threw loses its ring, not its address, its counters or its cable.

using ActorNet.Devices.Capture;

namespace ActorNet.Devices;

/// <summary>A device's state. Made by who builds the host, handed to the device's actor, owned by that actor while the host runs.</summary>
public class NetDeviceState(NetDeviceInfo info, Net net)
{
    // Two or three protocols attach; a scan of two words beats any table.
    private ushort[] _types = [];
    private IActorRef[] _uppers = [];
    private PcapngFile? _tap;
    private int _tapInterface;

    public NetDeviceInfo Info { get; protected internal set; } = info;

    /// <summary>The namespace that it is in (nd_net).</summary>
    public Net Net { get; private set; } = net;

    public NetDeviceStats Stats { get; } = new();

    /// <summary>How many want frames to other hosts.</summary>
    public int Promiscuity { get; internal set; }

    /// <summary>Whether a capture is running.</summary>
    public bool IsTapped => _tap is not null;

    /// <summary>Speed to write into captures, bit/s; 0 for not known.</summary>
    internal virtual long Speed => 0;

    /// <summary>Who takes frames of this type, or null.</summary>
    public IActorRef? Upper(ushort etherType)
    {
        ushort[] types = _types;
        for (int i = 0; i < types.Length; i++)
        {
            if (types[i] == etherType) return _uppers[i];
        }

        return null;
    }

    internal void Attach(ushort etherType, IActorRef upper)
    {
        int i = Array.IndexOf(_types, etherType);
        if (i >= 0)
        {
            _uppers[i] = upper;
            return;
        }

        _types = [.. _types, etherType];
        _uppers = [.. _uppers, upper];
    }

    /// <summary>Tells everyone above it, each once.</summary>
    internal void ToEachUpper(object notice, IActorRef me)
    {
        for (int i = 0; i < _uppers.Length; i++)
        {
            if (_uppers.AsSpan(0, i).IndexOf(_uppers[i]) < 0) _uppers[i].Tell(notice, me);
        }
    }

    /// <summary>Makes it another namespace's, with nobody above it. By who builds the host, or, later, by its own actor.</summary>
    public void MoveTo(Net net, int ifIndex)
    {
        _types = [];
        _uppers = [];
        Net = net;
        Info = Info with { IfIndex = ifIndex };
    }

    internal void Tap(PcapngFile? file)
    {
        _tap = file;
        if (file is not null)
            _tapInterface = file.AddInterface(Info.Name, Info.Type == ARPHRD.NONE ? LinkType.RAW : LinkType.ETHERNET, Info.Address, Speed);
    }

    /// <summary>The tap point: frames sent, as they leave; frames received, as the poll finds them. Data at the frame's start.</summary>
    internal void Record(Instant at, Instant now, PacketType type, SkBuff skb) => _tap?.Record(_tapInterface, at, now, type, skb.Data);

    /// <summary>Drops a frame here: counted by reason, in the trace, freed.</summary>
    internal void Drop(SkBuff skb, Instant now, DropReason reason)
    {
        Net.Trace.Dropped(now, Info.IfIndex, skb, reason);
        Net.Mib.Drop(skb, reason);
    }

    /// <summary>
    /// netif_receive_skb up to the choice of the protocol: counts, taps, classifies. Null: it was dropped here; else the actor that takes it.
    /// </summary>
    internal IActorRef? Deliver(SkBuff skb, Instant now)
    {
        NetDeviceStats stats = Stats;
        skb.Tstamp = now;
        skb.IfIndex = Info.IfIndex;
        if (Info.Type == ARPHRD.NONE) return DeliverRaw(skb, now);
        int length = skb.Length, frames = 1;
        long bytes = length;
        if (skb.GsoSize != 0)
        {
            (length, bytes) = TcpSegmentation.WireLengths(skb);
            frames = skb.GsoSegs;
        }

        if (length < EtherType.HeaderLength)
        {
            stats.rx_errors++;
            stats.rx_length_errors++;
            Drop(skb, now, DropReason.HDR_TRUNC);
            return null;
        }

        PacketType type = EtherFrame.Classify(EtherFrame.Destination(skb.Data), Info.Address);
        if (_tap is not null) Record(now, now, type, skb);
        if (length > Info.Mtu + EtherType.HeaderLength + EtherType.TagLength)
        {
            stats.rx_errors++;
            stats.rx_length_errors++;
            Drop(skb, now, DropReason.PKT_TOO_BIG);
            return null;
        }

        if (type == PacketType.OTHERHOST && Promiscuity == 0)
        {
            stats.rx_otherhost_dropped++;
            Drop(skb, now, DropReason.OTHERHOST);
            return null;
        }

        stats.rx_packets += frames;
        stats.rx_bytes += Info.Type == ARPHRD.LOOPBACK ? length - EtherType.HeaderLength : bytes;
        if (type == PacketType.MULTICAST) stats.multicast++;
        IActorRef? upper = Upper(EtherTypeOf(skb));
        if (upper is null)
        {
            stats.rx_dropped++;
            Drop(skb, now, DropReason.UNHANDLED_PROTO);
            return null;
        }

        if (skb.IsSumRight && (Info.Features & NetIfFeature.RXCSUM) != 0) skb.IpSummed = SkbChecksum.UNNECESSARY;
        Net.Trace.Frame(now, FrameEvent.DELIVERED, Info.IfIndex, skb);
        EtherFrame.TypeTrans(skb, Info.Address);
        return upper;
    }

    private static ushort EtherTypeOf(SkBuff skb)
    {
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(skb.Data[12..]);
        return type >= EtherType.MIN ? type : EtherFrame.ETH_P_802_2;
    }

    // Without a link header the version nibble says what it is (tun_get_user with IFF_NO_PI).
    private IActorRef? DeliverRaw(SkBuff skb, Instant now)
    {
        if (_tap is not null) Record(now, now, PacketType.HOST, skb);
        skb.Protocol = skb.Length == 0 ? (ushort)0 : (skb.Data[0] >> 4) switch { 4 => EtherType.IP, 6 => EtherType.IPV6, _ => (ushort)0 };
        skb.MacHeader = skb.NetworkHeader = skb.DataOffset;
        skb.PacketType = PacketType.HOST;
        IActorRef? upper = skb.Protocol == 0 ? null : Upper(skb.Protocol);
        if (upper is null)
        {
            Stats.rx_dropped++;
            Drop(skb, now, skb.Protocol == 0 ? DropReason.INVALID_PROTO : DropReason.UNHANDLED_PROTO);
            return null;
        }

        Stats.rx_packets++;
        Stats.rx_bytes += skb.Length;
        Net.Trace.Frame(now, FrameEvent.DELIVERED, Info.IfIndex, skb);
        return upper;
    }
}
