// tcp_gso_segment and skb_checksum_help: lengths, numbers, flags and checksums of what a large packet becomes.

using System.Buffers.Binary;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols.Tests.Tcp;

public class TcpSegmentationTests
{
    private const int Mac = 14, Headers = Mac + 20 + 32;

    private static SkBuff Large(SkBuffPool pool, int bytes, int mss, TcpFlags flags)
    {
        SkBuff skb = pool.Alloc(64, Headers + bytes);
        Span<byte> b = skb.Put(Headers + bytes);
        b[..Mac].Fill(0xEE);
        new Ipv4Header(20, 2, (ushort)(Headers - Mac + bytes), 0xFFFE, Ipv4Header.IP_DF, 64, (byte)IpProtocol.TCP, 0x0A000001, 0x0A000002).Emit(b[Mac..]);
        TcpHeader.Emit(b[(Mac + 20)..], 1000, 80, 0xFFFF_FF00u, 77, 32, flags, 500, 0);
        b.Slice(Mac + 40, 12).Fill(1);
        for (int i = 0; i < bytes; i++) b[Headers + i] = (byte)(i * 13);
        skb.GsoSize = mss;
        skb.GsoSegs = (bytes + mss - 1) / mss;
        skb.IpSummed = SkbChecksum.PARTIAL;
        return skb;
    }

    private static bool Verifies(SkBuff s)
    {
        ReadOnlySpan<byte> ip = s.Data[Mac..];
        return Ipv4Header.TryParse(ip, out Ipv4Header h, out _)
            && InternetChecksum.IsValid(ip[20..h.TotalLength], InternetChecksum.PseudoHeader4(h.Saddr, h.Daddr, h.Protocol, h.TotalLength - 20));
    }

    [Theory]
    [InlineData(1448 * 3, 1448, false)]
    [InlineData(1448 * 3 + 1, 1448, false)]
    [InlineData(2001, 500, true)]
    [InlineData(63_712, 1448, true)]
    public void A_large_packet_becomes_the_segments_that_the_stack_would_have_sent(int bytes, int mss, bool partial)
    {
        var pool = new SkBuffPool();
        SkBuff? s = TcpSegmentation.Segment(Large(pool, bytes, mss, TcpFlags.ACK | TcpFlags.PSH | TcpFlags.FIN | TcpFlags.CWR), Mac, partial);
        int at = 0, n = 0;
        while (s is not null)
        {
            SkBuff? next = s.Next;
            if (partial) TcpSegmentation.FillChecksum(s, Mac);
            Assert.True(Verifies(s));
            int length = Math.Min(mss, bytes - at);
            ReadOnlySpan<byte> ip = s.Data[Mac..];
            Assert.Equal(Headers + length, s.Length);
            Assert.Equal(Headers - Mac + length, BinaryPrimitives.ReadUInt16BigEndian(ip[2..]));
            Assert.Equal((ushort)(0xFFFE + n), BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
            var th = new TcpHeader(ip[20..]);
            Assert.Equal(unchecked(0xFFFF_FF00u + (uint)at), th.Seq.Value);
            bool last = next is null;
            Assert.Equal(TcpFlags.ACK | (last ? TcpFlags.PSH | TcpFlags.FIN : 0) | (n == 0 ? TcpFlags.CWR : 0), th.Flags);
            for (int i = 0; i < length; i++) Assert.Equal((byte)((at + i) * 13), s.Data[Headers + i]);
            at += length;
            n++;
            s.Free();
            s = next;
        }

        Assert.Equal(bytes, at);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Frames_are_counted_as_they_would_be_on_a_wire()
    {
        var pool = new SkBuffPool();
        SkBuff skb = Large(pool, 1448 * 2 + 10, 1448, TcpFlags.ACK);
        Assert.Equal((Headers + 1448, Headers * 3 + 1448 * 2 + 10), TcpSegmentation.WireLengths(skb));
    }
}
