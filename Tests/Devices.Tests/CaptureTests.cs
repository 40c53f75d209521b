// Captures of devices at work: where Linux's taps are, in time order, and without any effect on the run.

namespace ActorNet.Devices.Tests;

public sealed class CaptureTests
{
    private const long Us = 1_000, Ms = 1_000_000;

    private static readonly WireSpec Wire = new() { Rate = 1_000_000_000, Delay = Duration.FromMicroseconds(10), Loss = 0.2, Corrupt = 0.5 };

    private static (PcapngReader? A, PcapngReader? B, ulong Trace) Run(bool captured)
    {
        using var rig = new Rig();
        RigHost a = rig.AddHost("a"), b = rig.AddHost("b");
        rig.Connect(a, b, Wire, Wire with { Loss = 0, Corrupt = 0 });
        using MemoryStream atA = new(), atB = new();
        PcapngFile fileA = new(atA), fileB = new(atB);
        if (captured)
        {
            a.At(0, () => a.Nic.Tell(new NetDevice.Tap(2, fileA), a.Actor));
            b.At(0, () => b.Nic.Tell(new NetDevice.Tap(2, fileB), b.Actor));
        }

        for (int i = 0; i < 10; i++)
        {
            a.SendAt(i * 30 * Us, b.Mac, count: 5, length: 1250, mark: (byte)(i * 5)); // 50 µs of wire every 30 µs: it queues
            b.SendAt(i * 30 * Us, a.Mac, count: 1, length: 125, mark: (byte)(100 + i));
        }

        rig.Run(10 * Ms);
        fileA.Close(new Instant(10 * Ms));
        fileB.Close(new Instant(10 * Ms));
        ulong trace = TraceHash.Combine([new("a", a.Net.Trace.Value), new("b", b.Net.Trace.Value)]);
        if (!captured) return (null, null, trace);
        var readA = new PcapngReader(atA.ToArray());
        var readB = new PcapngReader(atB.ToArray());
        Assert.Equal(a.Stats.tx_packets, readA.Packets.Count(p => p.IsOutbound));
        Assert.Equal(a.Seen.Count, readA.Packets.Count(p => p is { IsInbound: true, Reception: 1 }));
        Assert.Equal(50 - a.Stats.wire_lost, readB.Packets.Count(p => p.IsInbound));
        return (readA, readB, trace);
    }

    [Fact]
    public void Frames_are_recorded_as_they_leave_and_as_they_are_received_in_the_order_of_time()
    {
        (PcapngReader? a, PcapngReader? b, _) = Run(captured: true);
        foreach (PcapngReader read in new[] { a!, b! })
        {
            Assert.Equal(("eth0", 1), (Assert.Single(read.Interfaces).Name, read.Interfaces[0].LinkType));
            long[] times = read.Packets.Select(p => p.Nanos).ToArray();
            Assert.Equal(times.Order(), times);
        }

        // Sent: one every 10 µs from 0 on, however early it was queued, lost ones too, and before the wire could corrupt them.
        PcapngReader.Packet[] sent = a!.Packets.Where(p => p.IsOutbound).ToArray();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => i * 10 * Us), sent.Select(p => p.Nanos));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), sent.Select(p => p.Bytes[14]));
        Assert.All(b!.Packets.Where(p => p.IsInbound), p => Assert.Equal(0, p.Nanos % (10 * Us)));
    }

    [Fact]
    public void Capturing_changes_nothing_of_the_run() => Assert.Equal(Run(captured: false).Trace, Run(captured: true).Trace);
}
