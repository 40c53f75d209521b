// A learning, store-and-forward Ethernet switch (IEEE 802.1D clause 7.7; net/bridge/br_input.c, br_forward.c), without spanning tree.
// A host of its own. Wires deliver to it directly with the port in SkBuff.IfIndex, and its ports are the same transmit halves as a NIC's:
// a frame costs one event here, whatever the number of ports.

namespace ActorNet.Devices.Switching;

/// <summary>A switch. Speaks <see cref="NetDevice"/> for its ports and <see cref="Switch"/>.</summary>
public sealed class SwitchActor : UntypedActor
{
    // 01-80-C2-00-00-01 to -0F are for the link itself and never forwarded; -00 is the spanning tree's, which a bridge without it passes on.
    private const ulong LinkLocalFirst = 0x0180_C200_0001, LinkLocalLast = 0x0180_C200_000F;

    private readonly IActorContext _cell;
    private readonly Net _net;
    private readonly List<EtherPort> _ports;
    private readonly Switch.Counters _counters;
    private readonly ForwardingTable _fdb;
    private readonly Duration _delay;

    /// <param name="ports">Kept by who builds the network, in the order of their IfIndex from 1; survives a restart of the actor.</param>
    public SwitchActor(Net net, List<EtherPort> ports, Switch.Options options, Switch.Counters counters)
    {
        _cell = Context;
        _net = net;
        _ports = ports;
        _counters = counters;
        _fdb = new ForwardingTable(options.Ageing);
        _delay = options.ForwardingDelay;
    }

    protected override void OnReceive(object message)
    {
        var now = new Instant(_cell.NowNanos());
        if (message is SkBuff chain) Rcv(chain, now);
        else if (!OnControl(message, now)) Unhandled(message);
    }

    private void Rcv(SkBuff chain, Instant now)
    {
        for (SkBuff? skb = chain; skb is not null;)
        {
            if (skb.GsoSize != 0 || skb.IpSummed == SkbChecksum.PARTIAL) skb = _ports[skb.IfIndex - 1].AsFrames(skb);
            SkBuff? next = skb.Next;
            skb.Next = null;
            Forward(skb, now);
            skb = next;
        }
    }

    private void Forward(SkBuff skb, Instant now)
    {
        int inIndex = skb.IfIndex;
        EtherPort from = _ports[inIndex - 1];
        if (!from.Arrives(skb, now) || !Accept(from, skb, now)) return;
        MacAddress destination = EtherFrame.Destination(skb.Data);
        if (_fdb.Learn(EtherFrame.Source(skb.Data), inIndex, now)) _counters.Learned++;

        if (!destination.IsGroup)
        {
            int outIndex = _fdb.Lookup(destination, now);
            if (outIndex == inIndex)
            {
                _counters.Filtered++;
                skb.Free();
                return;
            }

            if (outIndex != 0)
            {
                _counters.Forwarded++;
                _ports[outIndex - 1].Xmit(skb, now, _cell, _delay);
                return;
            }
        }

        Flood(skb, inIndex, now);
    }

    private void Flood(SkBuff skb, int inIndex, Instant now)
    {
        _counters.Flooded++;
        EtherPort? last = null;
        for (int i = 0; i < _ports.Count; i++)
        {
            if (i == inIndex - 1 || !_ports[i].IsRunning) continue;
            if (last is not null)
            {
                _counters.Copies++;
                last.Xmit(skb.Copy(), now, _cell, _delay);
            }

            last = _ports[i];
        }

        if (last is not null) last.Xmit(skb, now, _cell, _delay);
        else skb.Free();
    }

    private bool Accept(EtherPort from, SkBuff skb, Instant now)
    {
        NetDeviceStats stats = from.Stats;
        (int length, long bytes) = TcpSegmentation.WireLengths(skb);
        DropReason wrong = length < EtherType.HeaderLength ? DropReason.HDR_TRUNC
            : length > from.Info.Mtu + EtherType.HeaderLength + EtherType.TagLength ? DropReason.PKT_TOO_BIG
            : DropReason.NOT_DROPPED_YET;
        if (wrong != DropReason.NOT_DROPPED_YET)
        {
            stats.rx_errors++;
            stats.rx_length_errors++;
            from.Drop(skb, now, wrong);
            return false;
        }

        MacAddress destination = EtherFrame.Destination(skb.Data);
        if (from.IsTapped) from.Record(now, now, EtherFrame.Classify(destination, from.Info.Address), skb);
        stats.rx_packets += Math.Max(1, skb.GsoSegs);
        stats.rx_bytes += bytes;
        if (destination.IsGroup && destination != MacAddress.Broadcast) stats.multicast++;
        if (destination.Value is >= LinkLocalFirst and <= LinkLocalLast)
        {
            stats.rx_dropped++;
            from.Drop(skb, now, DropReason.UNHANDLED_PROTO);
            return false;
        }

        _net.Trace.Frame(now, FrameEvent.DELIVERED, from.Info.IfIndex, skb);
        return true;
    }

    private bool OnControl(object message, Instant now)
    {
        switch (message)
        {
            case Switch.AddPort m:
                bool next = m.Port.Info.IfIndex == _ports.Count + 1;
                if (next) _ports.Add(m.Port);
                Answer(next ? Errno.OK : Errno.EINVAL);
                return true;
            case NetDevice.Connect m:
                return OnPort(m.IfIndex, now, (port, at) => port.Connect(m, at));
            case NetDevice.SetAdmin m:
                return OnPort(m.IfIndex, now, (port, at) => port.SetAdmin(m.Up, at, _cell));
            case NetDevice.SetCarrier m:
                return OnPort(m.IfIndex, now, (port, at) => port.SetCarrier(m.Up, at));
            case NetDevice.PeerAdmin m:
                return OnPort(m.IfIndex, now, (port, at) => port.SetPeerAdmin(m.Up, m.At, at));
            case NetDevice.Tap m:
                return OnPort(m.IfIndex, now, (port, _) => port.Tap(m.File));
            case NetDevice.ChangeWire m:
                Answer(Port(m.IfIndex)?.Link?.Change(m.Spec) ?? Errno.ENODEV);
                return true;
            case NetDevice.SetMtu m:
                Answer(SetMtu(m));
                return true;
            case NetDevice.GetLink m when Port(m.IfIndex) is { } port:
                Sender.Tell(new NetDevice.Link(port.Info, port.Stats.Clone(), port.Link?.Backlog(now) ?? 0, port.Link?.BacklogBytes(now) ?? 0), Self);
                return true;
            default:
                return false;
        }
    }

    private EtherPort? Port(int ifIndex) => ifIndex >= 1 && ifIndex <= _ports.Count ? _ports[ifIndex - 1] : null;

    private bool OnPort(int ifIndex, Instant now, Action<EtherPort, Instant> change)
    {
        EtherPort? port = Port(ifIndex);
        if (port is null)
        {
            Answer(Errno.ENODEV);
            return true;
        }

        change(port, now);
        if (!port.IsRunning) _fdb.Forget(ifIndex);
        Answer(Errno.OK);
        return true;
    }

    private Errno SetMtu(NetDevice.SetMtu m)
    {
        if (Port(m.IfIndex) is not { } port) return Errno.ENODEV;
        if (m.Mtu < port.Info.MinMtu || m.Mtu > port.Info.MaxMtu) return Errno.EINVAL;
        port.Info = port.Info with { Mtu = m.Mtu };
        return Errno.OK;
    }

    private void Answer(SysResult result)
    {
        if (!Sender.IsNobody()) Sender.Tell(result, Self);
    }
}
