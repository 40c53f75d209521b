// Devices whose frames are bare IP packets and whose far end is a program (drivers/net/tun.c in IFF_TUN mode): what both ends of a TUN device share.

namespace ActorNet.Devices.Tun;

/// <summary>A device without a link header. Speaks <see cref="NetDevice"/>.</summary>
public abstract class BareIpActor(NetDeviceState dev) : NetDeviceActor(dev)
{
    private readonly NetDeviceState _dev = dev;

    /// <summary>One packet that the device may send; who takes it frees it.</summary>
    protected abstract void Write(SkBuff skb, Instant now);

    /// <summary>So many packets of the far end were taken from the inbox.</summary>
    protected virtual void Handled(int packets)
    {
    }

    protected override void Xmit(SkBuff chain, Instant now)
    {
        NetDeviceStats stats = _dev.Stats;
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (!_dev.Info.IsUp || skb.Length > _dev.Info.Mtu)
            {
                stats.tx_dropped++;
                _dev.Drop(skb, now, _dev.Info.IsUp ? DropReason.PKT_TOO_BIG : DropReason.DEV_READY);
            }
            else
            {
                Write(skb, now);
            }

            skb = next;
        }
    }

    protected override void Rcv(SkBuff chain, Instant now)
    {
        SkBuff? head = null, tail = null;
        IActorRef? taker = null;
        int handled = 0;
        for (SkBuff? skb = chain; skb is not null; handled++)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            skb.SetLinear();
            IActorRef? upper = Take(skb, now);
            if (upper is not null)
            {
                if (head is not null && skb.Protocol == head.Protocol)
                {
                    tail!.Next = skb;
                }
                else
                {
                    if (head is not null) taker!.Tell(head, Me);
                    head = skb;
                    taker = upper;
                }

                tail = skb;
            }

            skb = next;
        }

        if (head is not null) taker!.Tell(head, Me);
        Handled(handled);
    }

    private IActorRef? Take(SkBuff skb, Instant now)
    {
        if (_dev.Info.IsUp) return _dev.Deliver(skb, now);
        _dev.Drop(skb, now, DropReason.DEV_READY);
        return null;
    }

    /// <summary>Counts a packet as sent, and frees it.</summary>
    protected void Sent(SkBuff skb, Instant now)
    {
        _dev.Stats.tx_packets++;
        _dev.Stats.tx_bytes += skb.Length;
        _dev.Net.Trace.Frame(now, FrameEvent.SENT, _dev.Info.IfIndex, skb);
        if (_dev.IsTapped) _dev.Record(now, now, PacketType.OUTGOING, skb);
        skb.Free();
    }
}
