// The end of a cable: an Ethernet device's state and its transmit half (dev_hard_start_xmit and the qdisc in front of it,
// net/core/dev.c, net/sched/sch_fifo.c). A NIC has one, a switch has one per port.

using ActorNet.Devices.Wires;

namespace ActorNet.Devices;

/// <summary>An Ethernet device with, once connected, the sending direction of its cable. Owned by the NIC's or switch's actor.</summary>
public sealed partial class EtherPort(NetDeviceInfo info, Net net) : NetDeviceState(info, net)
{
    private Link? _link;
    private IActorRef? _peer;
    private int _peerIfIndex;
    private bool _pulled, _peerDown;
    private Instant _carrierSince;

    /// <summary>The wire it sends on; null before it is connected.</summary>
    public Link? Link => _link;

    /// <summary>Up, with a cable in it whose far end is up.</summary>
    public bool IsRunning { get; private set; }

    internal override long Speed => _link?.Spec.Rate ?? 0;

    internal void Connect(NetDevice.Connect cable, Instant now)
    {
        _link = new Link(cable.Spec, cable.Seed);
        _peer = cable.Peer;
        _peerIfIndex = cable.PeerIfIndex;
        Update(now, now);
    }

    internal void SetAdmin(bool up, Instant now, IActorContext context)
    {
        if (up == Info.IsUp) return;
        Info = Info.WithState(up, Info.HasCarrier);
        Update(now, now);
        // The far end sees the carrier go and come as soon as a frame could have told it.
        if (_peer is not null) context.TellAt(now.Nanoseconds + _link!.Lookahead.Nanoseconds, _peer, new NetDevice.PeerAdmin(_peerIfIndex, up, now));
    }

    internal void SetCarrier(bool up, Instant now)
    {
        _pulled = !up;
        Update(now, now);
    }

    /// <summary>The far end was set up or down, at its own time: what it sends after that is to be let in.</summary>
    internal void SetPeerAdmin(bool up, Instant at, Instant now)
    {
        _peerDown = !up;
        Update(now, at);
    }

    /// <summary>Sends a frame or a chain of them: each is posted to the far end at its arrival time, those of one time as one message.</summary>
    /// <param name="after">How long from now the first of them may start at the earliest (a switch's own time); the same every time.</param>
    internal void Xmit(SkBuff chain, Instant now, IActorContext context, Duration after = default)
    {
        SkBuff? head = null, tail = null;
        Instant together = default;
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            if ((skb.GsoSize != 0 || skb.IpSummed == SkbChecksum.PARTIAL) && !MayLeave(skb, ref next))
            {
                skb = next;
                continue;
            }

            if (TrySend(skb, now, after, context, out Instant arrival))
            {
                if (head is null)
                {
                    head = tail = skb;
                    together = arrival;
                }
                else if (arrival == together)
                {
                    tail!.Next = skb;
                    tail = skb;
                }
                else
                {
                    context.TellAt(together.Nanoseconds, _peer!, head);
                    head = tail = skb;
                    together = arrival;
                }
            }

            skb = next;
        }

        if (head is not null) context.TellAt(together.Nanoseconds, _peer!, head);
    }

    /// <summary>What a frame that arrives must pass before it is looked at: nothing comes through a cable that was out in the meantime.</summary>
    internal bool Arrives(SkBuff skb, Instant now)
    {
        if (IsRunning && skb.Tstamp >= _carrierSince) return true;
        Drop(skb, now, DropReason.LINK_DOWN);
        return false;
    }

    private bool TrySend(SkBuff skb, Instant now, Duration after, IActorContext context, out Instant arrival)
    {
        arrival = default;
        NetDeviceStats stats = Stats;
        int length = skb.GsoSize == 0 ? skb.Length : TcpSegmentation.WireLengths(skb).Largest;
        if (!IsRunning)
        {
            stats.tx_dropped++;
            if (Info.IsUp) stats.tx_carrier_errors++;
            Drop(skb, now, Info.IsUp ? DropReason.LINK_DOWN : DropReason.DEV_READY);
            return false;
        }

        if (length > Info.Mtu + EtherType.HeaderLength + EtherType.TagLength || length < EtherType.HeaderLength)
        {
            stats.tx_dropped++;
            stats.tx_errors++;
            Drop(skb, now, length < EtherType.HeaderLength ? DropReason.DEV_HDR : DropReason.PKT_TOO_BIG);
            return false;
        }

        return this.TrySend(_link!, skb, now, after, context, _peer!, _peerIfIndex, out arrival);
    }

    private void Update(Instant now, Instant since)
    {
        bool carrier = _link is not null && !_pulled && !_peerDown;
        bool had = Info.HasCarrier, ran = IsRunning;
        Info = Info.WithState(Info.IsUp, carrier);
        IsRunning = carrier && Info.IsUp;
        if (carrier != had) Stats.carrier_changes++;
        if (IsRunning && !ran) _carrierSince = since;
        if (!IsRunning && ran) _link!.Purge(now);
    }
}
