// What a NIC does for its host, and where it ends: large packets and checksums left open travel between devices that both know them, and become frames with
// every checksum written where a wire takes time, harms or is watched (dev.c: validate_xmit_skb, netdev_fix_features; Documentation/networking/segmentation-offloads.rst).

namespace ActorNet.Devices;

/// <summary>ethtool's switches and what hangs on them.</summary>
public static class Offloads
{
    /// <summary>netdev_fix_features: segmentation needs the checksum, and merging what comes the checksum of what comes.</summary>
    public static NetIfFeature Fix(NetIfFeature features)
    {
        if ((features & NetIfFeature.HW_CSUM) == 0) features &= ~(NetIfFeature.TSO | NetIfFeature.GSO);
        if ((features & NetIfFeature.RXCSUM) == 0) features &= ~NetIfFeature.GRO;
        return features;
    }
}

public sealed partial class EtherPort
{
    // Out: true, it may go as it is now; false, it went before the rest of the chain as several.
    private bool MayLeave(SkBuff skb, ref SkBuff? next)
    {
        bool whole = (Info.Features & NetIfFeature.TSO) != 0 && _link is { PassesWhole: true } && !IsTapped;
        bool partial = (Info.Features & NetIfFeature.HW_CSUM) != 0 && _link is { PassesPartial: true } && !IsTapped;
        if (skb.GsoSize != 0)
        {
            if (whole) return true;
            SkBuff segments = TcpSegmentation.Segment(skb, EtherType.HeaderLength, partial), tail = segments;
            while (tail.Next is { } s) tail = s;
            tail.Next = next;
            next = segments;
            return false;
        }

        if (!partial) TcpSegmentation.FillChecksum(skb, EtherType.HeaderLength);
        return true;
    }

    /// <summary>
    /// In: what this device cannot take as it came becomes frames with their checksums, in front of what followed it in its chain; else it is the same packet.
    /// </summary>
    internal SkBuff AsFrames(SkBuff skb)
    {
        bool partial = (Info.Features & NetIfFeature.RXCSUM) != 0 && !IsTapped;
        if (skb.GsoSize != 0)
        {
            if ((Info.Features & NetIfFeature.GRO) != 0 && !IsTapped) return skb;
            SkBuff? rest = skb.Next;
            SkBuff segments = TcpSegmentation.Segment(skb, EtherType.HeaderLength, partial), tail = segments;
            while (tail.Next is { } s) tail = s;
            tail.Next = rest;
            return segments;
        }

        if (skb.IpSummed == SkbChecksum.PARTIAL && !partial) TcpSegmentation.FillChecksum(skb, EtherType.HeaderLength);
        return skb;
    }
}
