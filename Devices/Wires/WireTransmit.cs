// A frame from a device onto its wire (the end of dev_hard_start_xmit, and what net/sched/sch_netem.c does to a packet): what every device with a wire shares.

namespace ActorNet.Devices.Wires;

internal static class WireTransmit
{
    /// <summary>Gives a frame to the wire, and counts and captures it as the device's. True: it is to be posted to the far end at its arrival, by the caller.</summary>
    /// <param name="after">How long from now it may start at the earliest.</param>
    /// <param name="peer">Gets the second copy of a frame that arrives twice.</param>
    public static bool TrySend(this NetDeviceState dev, Link link, SkBuff skb, Instant now, Duration after, IActorContext context, IActorRef peer, int peerIfIndex, out Instant arrival)
    {
        arrival = default;
        NetDeviceStats stats = dev.Stats;
        FrameFate fate = link.Send(skb.Length, now + after, dev.Info.TxQueueLen);
        if (fate.Dropped == DropReason.QDISC_OVERLIMIT)
        {
            stats.tx_dropped++;
            stats.qdisc_drops++;
            dev.Drop(skb, now, DropReason.QDISC_OVERLIMIT);
            return false;
        }

        skb.OrphanAt(fate.End, now);
        if (skb.GsoSize == 0)
        {
            stats.tx_packets++;
            stats.tx_bytes += skb.Length;
        }
        else
        {
            stats.tx_packets += skb.GsoSegs;
            stats.tx_bytes += TcpSegmentation.WireLengths(skb).Together;
        }

        dev.Net.Trace.Frame(fate.Start, FrameEvent.SENT, dev.Info.IfIndex, skb);
        if (dev.IsTapped) dev.Record(fate.Start, now, PacketType.OUTGOING, skb);
        if (fate.Dropped != DropReason.NOT_DROPPED_YET)
        {
            stats.wire_lost++;
            dev.Drop(skb, fate.Start, fate.Dropped);
            return false;
        }

        bool partial = skb.IpSummed == SkbChecksum.PARTIAL;
        skb.Scrub();
        if (partial) skb.IpSummed = SkbChecksum.PARTIAL;
        skb.PacketType = PacketType.HOST;
        skb.IfIndex = peerIfIndex;
        skb.Tstamp = now;
        if (fate.Marked && CongestionMark.TrySet(skb.Data, dev.Info.Type == ARPHRD.ETHER)) stats.wire_marked++;
        if (fate.CopyArrival != Instant.Never)
        {
            stats.wire_duplicated++;
            context.TellAt(fate.CopyArrival.Nanoseconds, peer, skb.Copy());
        }

        if (fate.CorruptedBit >= 0)
        {
            stats.wire_corrupted++;
            skb.IsSumRight = false;
            skb.Data[fate.CorruptedBit >> 3] ^= (byte)(1 << (fate.CorruptedBit & 7));
        }

        if (fate.Overtakes) stats.wire_reordered++;
        arrival = fate.Arrival;
        return true;
    }
}
