// ECN marks on a wire: as often as asked, only where the sender understands them, and the header stays right.

using System.Buffers.Binary;

namespace ActorNet.Devices.Tests;

public sealed class MarkTests
{
    private const byte NotEct = 0, Ect1 = 1, Ect0 = 2, Ce = 3;

    [Fact]
    public void Frames_are_marked_as_often_as_asked_and_no_frames_luck_is_changed_by_it()
    {
        const int n = 50_000;
        var seed = new WireSeed(7, "a", "eth0");
        var plain = new Link(new WireSpec { Loss = 0.1 }, seed);
        var marking = new Link(new WireSpec { Loss = 0.1, Mark = 0.2 }, seed);
        int marked = 0, arrived = 0;
        for (int i = 0; i < n; i++)
        {
            FrameFate fate = marking.Send(100, Instant.Zero, 0);
            Assert.Equal(plain.Send(100, Instant.Zero, 0).Dropped, fate.Dropped);
            if (fate.Dropped != DropReason.NOT_DROPPED_YET) continue;
            arrived++;
            if (fate.Marked) marked++;
        }

        Assert.InRange(marked, arrived * 0.2 - 5 * Math.Sqrt(arrived * 0.16), arrived * 0.2 + 5 * Math.Sqrt(arrived * 0.16));
        Assert.Equal("mark must be between 0 and 1", new WireSpec { Mark = 1.5 }.Validate());
    }

    [Theory]
    [InlineData(4, NotEct, NotEct)]
    [InlineData(4, Ect1, Ce)]
    [InlineData(4, Ect0, Ce)]
    [InlineData(4, Ce, Ce)]
    [InlineData(6, NotEct, NotEct)]
    [InlineData(6, Ect0, Ce)]
    [InlineData(0, NotEct, NotEct)] // ARP
    public void Only_packets_whose_sender_understands_ECN_arrive_marked_and_their_checksum_is_right(int version, byte sent, byte expected)
    {
        using var rig = new Rig();
        RigHost a = rig.AddHost("a"), b = rig.AddHost("b");
        rig.Connect(a, b, new WireSpec { Mark = 1, Delay = Duration.FromMicroseconds(10) });
        using var stream = new MemoryStream();
        var capture = new PcapngFile(stream);
        b.At(0, () => b.Nic.Tell(new NetDevice.Tap(2, capture), b.Actor));
        a.At(1000, () => a.Nic.Tell(Packet(rig, a, b, version, sent), a.Actor));
        rig.Run(1_000_000);
        capture.Close(new Instant(1_000_000));
        byte[] frame = Assert.Single(new PcapngReader(stream.ToArray()).Packets).Bytes;
        Span<byte> ip = frame.AsSpan(EtherType.HeaderLength);
        if (version == 4) Assert.True(InternetChecksum.IsValid(ip[..20]));
        int seen = version switch { 4 => ip[1] & 3, 6 => ip[1] >> 4 & 3, _ => ip[1] };
        Assert.Equal(expected, seen);
        Assert.Equal(version != 0 && sent != expected ? 1 : 0, a.Stats.wire_marked);
    }

    private static SkBuff Packet(Rig rig, RigHost from, RigHost to, int version, byte ecn)
    {
        ushort type = version switch { 4 => EtherType.IP, 6 => EtherType.IPV6, _ => EtherType.ARP };
        SkBuff skb = rig.Frame(to.Mac, from.Mac, 60, type, 0);
        Span<byte> ip = skb.Data[EtherType.HeaderLength..];
        ip.Clear();
        ip[0] = (byte)(version << 4 | (version == 4 ? 5 : 0));
        ip[1] = version == 6 ? (byte)(ecn << 4) : ecn;
        if (version == 4)
        {
            ip[3] = 46;
            ip[8] = 64;
            BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip[..20]));
        }

        return skb;
    }
}
