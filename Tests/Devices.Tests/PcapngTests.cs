// Captures, read back by a reader of our own and by none of the writer's code.

using System.Buffers.Binary;

namespace ActorNet.Devices.Tests;

public sealed class PcapngTests
{
    private static readonly MacAddress Mac = new(0x0200_0000_0001);

    [Fact]
    public void What_is_written_is_read_back_with_names_nanoseconds_and_directions()
    {
        using var stream = new MemoryStream();
        var file = new PcapngFile(stream, new PcapngOptions(Hardware: "två hosts", Application: "a test", Comment: "seed 7"));
        Assert.Equal(0, file.AddInterface("eth0", LinkType.ETHERNET, Mac, 1_000_000_000));
        Assert.Equal(1, file.AddInterface("tun0", LinkType.RAW, MacAddress.Zero, 0));
        byte[][] frames = Enumerable.Range(0, 5).Select(n => Enumerable.Range(0, 60 + n).Select(i => (byte)(i ^ n)).ToArray()).ToArray();
        PacketType[] types = [PacketType.HOST, PacketType.MULTICAST, PacketType.BROADCAST, PacketType.OTHERHOST, PacketType.OUTGOING];
        for (int i = 0; i < 5; i++) file.Record(i & 1, new Instant(5_000_000_000_123 + i), new Instant(5_000_000_000_123 + i), types[i], frames[i]);
        file.Close(Instant.FromSeconds(6000));

        var read = new PcapngReader(stream.ToArray());
        Assert.Equal(["två hosts", "ActorNet", "a test", "seed 7"], new[] { read.Section[2], read.Section[3], read.Section[4], read.Section[1] });
        Assert.Equal(("eth0", 1, (byte)9), (read.Interfaces[0].Name, read.Interfaces[0].LinkType, read.Interfaces[0].TsResol));
        Assert.Equal(("tun0", 101, (byte)9), (read.Interfaces[1].Name, read.Interfaces[1].LinkType, read.Interfaces[1].TsResol));
        Assert.Equal([2, 0, 0, 0, 0, 1], read.Interfaces[0].Mac!);
        Assert.Equal(1_000_000_000, BinaryPrimitives.ReadInt64LittleEndian(read.Interfaces[0].Speed));
        Assert.Equal(frames, read.Packets.Select(p => p.Bytes));
        Assert.Equal([0, 1, 2, 3, 4], read.Packets.Select(p => (int)(p.Nanos - 5_000_000_000_123)));
        Assert.Equal([0, 1, 0, 1, 0], read.Packets.Select(p => p.Device));
        Assert.Equal([1, 2, 3, 4, 0], read.Packets.Select(p => p.Reception));
        Assert.Equal([true, true, true, true, false], read.Packets.Select(p => p.IsInbound));
        Assert.True(read.Packets[4].IsOutbound);
        Assert.Equal((5, null), (file.Packets, file.Error));
    }

    [Fact]
    public void A_snap_length_keeps_the_start_and_the_true_length()
    {
        using var stream = new MemoryStream();
        using (var file = new PcapngFile(stream, new PcapngOptions(SnapLen: 33)))
        {
            file.AddInterface("eth0", LinkType.ETHERNET, Mac, 0);
            file.Record(0, new Instant(1), new Instant(1), PacketType.HOST, new byte[1514]);
            file.Record(0, new Instant(9), new Instant(1), PacketType.OUTGOING, new byte[1000]);
            file.Record(0, new Instant(9), new Instant(9), PacketType.HOST, new byte[20]);
        }

        var read = new PcapngReader(stream.ToArray());
        Assert.Equal([(33, 1514), (33, 1000), (20, 20)], read.Packets.Select(p => (p.Bytes.Length, p.Length)));
        Assert.Equal(33, read.Interfaces[0].SnapLen);
    }

    [Fact]
    public void Frames_that_leave_later_are_written_in_the_order_of_time_and_those_that_never_left_are_not()
    {
        using var stream = new MemoryStream();
        var file = new PcapngFile(stream);
        file.AddInterface("eth0", LinkType.ETHERNET, Mac, 0);
        file.AddInterface("eth1", LinkType.ETHERNET, Mac, 0);
        file.Record(0, new Instant(10), new Instant(10), PacketType.OUTGOING, new byte[60]);
        file.Record(0, new Instant(30), new Instant(10), PacketType.OUTGOING, new byte[61]);
        file.Record(0, new Instant(50), new Instant(10), PacketType.OUTGOING, new byte[62]);
        file.Record(1, new Instant(20), new Instant(20), PacketType.HOST, new byte[63]);
        file.Record(1, new Instant(25), new Instant(20), PacketType.OUTGOING, new byte[64]);
        file.Record(0, new Instant(40), new Instant(40), PacketType.HOST, new byte[65]);
        file.Record(0, new Instant(70), new Instant(40), PacketType.OUTGOING, new byte[66]);
        file.Close(new Instant(60));
        file.Record(0, new Instant(80), new Instant(80), PacketType.HOST, new byte[67]); // after the end: ignored

        var read = new PcapngReader(stream.ToArray());
        Assert.Equal([(10, 60), (20, 63), (25, 64), (30, 61), (40, 65), (50, 62)], read.Packets.Select(p => ((int)p.Nanos, p.Length)));
    }

    [Fact]
    public void A_disk_that_fails_ends_the_capture_and_not_the_run()
    {
        var file = new PcapngFile(new FullDisk(400));
        file.AddInterface("eth0", LinkType.ETHERNET, Mac, 0);
        for (int i = 0; i < 10; i++) file.Record(0, new Instant(i), new Instant(i), PacketType.HOST, new byte[100]);
        file.Close(new Instant(10));
        Assert.Equal("No space left on device", file.Error);
    }

    private sealed class FullDisk(int room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > room) throw new IOException("No space left on device");
            base.Write(buffer);
        }
    }
}
