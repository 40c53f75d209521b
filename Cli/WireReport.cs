// What `actornet wire` has counted, by direction, for people and for programs.

using System.Globalization;
using System.Text.Json;
using ActorNet.Actors;
using ActorNet.Devices;

namespace ActorNet.Cli;

/// <summary>One direction of the wire. Lengths in bytes from the Ethernet header on.</summary>
/// <param name="Frames">Went onto the wire.</param>
/// <param name="QueueDrops">The queue in front of it was full.</param>
/// <param name="Refused">Longer than the MTU, or shorter than a header.</param>
/// <param name="Lost">On the wire.</param>
/// <param name="Reordered">Overtook an earlier one.</param>
/// <param name="Delivered">Received by the kernel at the far end.</param>
/// <param name="Undelivered">Not taken by the kernel there: its device is down or full.</param>
internal sealed record WireDirection(
    long Frames, long Bytes, long QueueDrops, long Refused, long Lost, long Reordered, long Duplicated, long Corrupted, long Delivered, long DeliveredBytes, long Undelivered)
{
    public static WireDirection Of(SimTap from, SimTap to)
    {
        NetDeviceStats sent = from.Port.Stats, got = to.Port.Stats;
        return new WireDirection(sent.tx_packets, sent.tx_bytes, sent.qdisc_drops, sent.tx_dropped - sent.qdisc_drops, sent.wire_lost, sent.wire_reordered, sent.wire_duplicated,
            sent.wire_corrupted, got.rx_packets, got.rx_bytes, got.rx_dropped);
    }

    public string ToText()
    {
        List<string> parts = [$"{Count(Frames)} frames ({Quantity.Bytes(Bytes)})", $"{Count(Lost)} lost", $"{Count(Reordered)} reordered", $"{Count(QueueDrops)} dropped by the queue"];
        if (Duplicated > 0) parts.Add($"{Count(Duplicated)} duplicated");
        if (Corrupted > 0) parts.Add($"{Count(Corrupted)} corrupted");
        if (Refused > 0) parts.Add($"{Count(Refused)} refused");
        parts.Add($"{Count(Delivered)} delivered");
        if (Undelivered > 0) parts.Add($"{Count(Undelivered)} not taken by the kernel");
        return string.Join(", ", parts);
    }

    private static string Count(long n) => n.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The whole wire.</summary>
/// <param name="Seconds">From the ready line to the end.</param>
internal sealed record WireReport(int Version, string Left, string Right, ulong Seed, double Seconds, WireDirection LeftToRight, WireDirection RightToLeft)
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public string ToJson() => JsonSerializer.Serialize(this, s_options);

    public string ToText() => $"{Left} -> {Right}: {LeftToRight.ToText()}{Environment.NewLine}{Right} -> {Left}: {RightToLeft.ToText()}";
}
