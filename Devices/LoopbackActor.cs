// The loopback device (drivers/net/loopback.c): what it is asked to send, it has received. Frames carry an Ethernet header of zeroes, as there.

namespace ActorNet.Devices;

/// <summary>lo. A frame comes back up <see cref="Delay"/> after it was sent, so that two sockets that talk over it cannot stop time.</summary>
public sealed class LoopbackActor : NetDeviceActor
{
    private readonly NetDeviceState _dev;
    private readonly long _delay;

    /// <summary>What Linux takes through the per-CPU backlog: about the cost of a softirq.</summary>
    public static readonly Duration Delay = Duration.FromMicroseconds(1);

    public LoopbackActor(NetDeviceState dev, Duration delay)
        : base(dev)
    {
        _dev = dev;
        _delay = Math.Max(1, delay.Nanoseconds);
    }

    protected override void Xmit(SkBuff chain, Instant now)
    {
        SkBuff? head = null, tail = null;
        IActorRef? taker = null;
        Instant back = Back(chain, now);
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            IActorRef? upper = Turn(skb, now, back);
            if (upper is not null)
            {
                if (head is not null && skb.Protocol == head.Protocol)
                {
                    tail!.Next = skb;
                }
                else
                {
                    if (head is not null) Cell.TellAt(back.Nanoseconds, taker!, head);
                    head = skb;
                    taker = upper;
                }

                tail = skb;
            }

            skb = next;
        }

        if (head is not null) Cell.TellAt(back.Nanoseconds, taker!, head);
    }

    // With processors, what comes back goes up in a softirq of the one that sent it.
    private Instant Back(SkBuff chain, Instant now)
    {
        var back = new Instant(now.Nanoseconds + _delay);
        if (_dev.Net.Cpu is not { } cpu) return back;
        int packets = 0;
        for (SkBuff? skb = chain; skb is not null; skb = skb.Next) packets++;
        return Instant.Max(back, cpu.Softirq(cpu.CoreOf(_dev.Info.IfIndex), now, (cpu.Model.Ip + cpu.Model.Transport) * packets));
    }

    // Nobody but itself sends to lo.
    protected override void Rcv(SkBuff chain, Instant now) => Xmit(chain, now);

    private IActorRef? Turn(SkBuff skb, Instant now, Instant back)
    {
        NetDeviceStats stats = _dev.Stats;
        if (!_dev.Info.IsUp || skb.Length > _dev.Info.Mtu + EtherType.HeaderLength)
        {
            stats.tx_dropped++;
            _dev.Drop(skb, now, _dev.Info.IsUp ? DropReason.PKT_TOO_BIG : DropReason.DEV_READY);
            return null;
        }

        stats.tx_packets++;
        stats.tx_bytes += skb.Length - EtherType.HeaderLength; // lo counts what is behind the link header (loopback_xmit)
        _dev.Net.Trace.Frame(now, FrameEvent.SENT, _dev.Info.IfIndex, skb);
        (uint mark, int priority) = (skb.Mark, skb.Priority); // it is the same packet, and the same host
        skb.Scrub();
        (skb.Mark, skb.Priority) = (mark, priority);
        IActorRef? upper = _dev.Deliver(skb, now); // taps it once, on the way in, as libpcap shows lo
        if (upper is null) return null;
        skb.Tstamp = back;
        skb.PacketType = PacketType.HOST; // all-zero addresses are its own
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        return upper;
    }
}
