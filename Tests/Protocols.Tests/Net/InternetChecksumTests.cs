// The checksum against the definition of RFC 1071, word by word, at every length, alignment and split.

using System.Buffers.Binary;
using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Checksum;

public class InternetChecksumTests
{
    private static readonly RandomStream Random = new(1, "test", "checksum");

    private static uint Naive(ReadOnlySpan<byte> data)
    {
        ulong sum = 0;
        for (int i = 0; i < data.Length; i++) sum += (i & 1) == 0 ? (ulong)data[i] << 8 : data[i];
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (uint)sum;
    }

    private static byte[] Bytes(int n, bool ones = false)
    {
        byte[] b = new byte[n];
        for (int i = 0; i < n; i++) b[i] = ones ? (byte)0xFF : (byte)Random.Below(256);
        return b;
    }

    [Fact]
    public void The_sum_is_rfc_1071s_at_every_length_and_alignment()
    {
        byte[] random = Bytes(2300), ones = Bytes(2300, ones: true);
        byte[] copy = new byte[2300];
        for (int n = 0; n <= 2200; n += n < 300 ? 1 : 37)
        {
            for (int at = 0; at < 9; at++)
            {
                foreach (byte[] source in new[] { random, ones })
                {
                    ReadOnlySpan<byte> data = source.AsSpan(at, n);
                    Assert.Equal(Naive(data), InternetChecksum.Sum(data));
                    Assert.Equal((ushort)~Naive(data), InternetChecksum.Compute(data));
                    copy.AsSpan().Clear();
                    Assert.Equal(Naive(data), InternetChecksum.CopyAndSum(data, copy.AsSpan(3)));
                    Assert.True(data.SequenceEqual(copy.AsSpan(3, n)));
                    Assert.Equal(0, copy[2] + copy[3 + n]);
                }
            }
        }
    }

    [Fact]
    public void Parts_add_up_to_the_whole_at_even_and_odd_splits()
    {
        byte[] data = Bytes(301);
        for (int split = 0; split <= data.Length; split++)
        {
            uint a = InternetChecksum.Sum(data.AsSpan(0, split)), b = InternetChecksum.Sum(data.AsSpan(split));
            Assert.Equal(Naive(data), InternetChecksum.AddAt(a, b, split));
            if ((split & 1) == 0) Assert.Equal(Naive(data), InternetChecksum.Sum(data.AsSpan(split), a));
        }
    }

    [Fact]
    public void The_pseudo_header_is_that_of_rfc_9293_and_rfc_8200()
    {
        for (int i = 0; i < 500; i++)
        {
            IpAddress s4 = IpAddress.FromV4(Random.NextUInt32()), d4 = IpAddress.FromV4(Random.NextUInt32());
            int length = (int)Random.Below(65_536);
            byte[] p4 = new byte[12];
            BinaryPrimitives.WriteUInt32BigEndian(p4, s4.V4);
            BinaryPrimitives.WriteUInt32BigEndian(p4.AsSpan(4), d4.V4);
            p4[9] = 17;
            BinaryPrimitives.WriteUInt16BigEndian(p4.AsSpan(10), (ushort)length);
            Assert.Equal(Naive(p4), InternetChecksum.PseudoHeader(s4, d4, 17, length));

            IpAddress s6 = new(Random.NextUInt64(), Random.NextUInt64()), d6 = new(Random.NextUInt64(), Random.NextUInt64());
            byte[] p6 = new byte[40];
            BinaryPrimitives.WriteUInt64BigEndian(p6, s6.High);
            BinaryPrimitives.WriteUInt64BigEndian(p6.AsSpan(8), s6.Low);
            BinaryPrimitives.WriteUInt64BigEndian(p6.AsSpan(16), d6.High);
            BinaryPrimitives.WriteUInt64BigEndian(p6.AsSpan(24), d6.Low);
            BinaryPrimitives.WriteUInt32BigEndian(p6.AsSpan(32), (uint)length * 7);
            p6[39] = 6;
            Assert.Equal(Naive(p6), InternetChecksum.PseudoHeader(s6, d6, 6, length * 7));
        }
    }

    [Fact]
    public void An_incremental_update_equals_a_checksum_made_anew()
    {
        byte[] data = Bytes(60);
        ushort[] corners = [0, 1, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF];
        for (int i = 0; i < 3000; i++)
        {
            int at = 2 + 2 * (int)Random.Below(27);
            ushort check = InternetChecksum.Compute(data);
            ushort old16 = BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(at)), new16 = i < 600 ? corners[i % 6] : (ushort)Random.NextUInt32();
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at), new16);
            Assert.Equal(InternetChecksum.Compute(data), InternetChecksum.Update16(check, old16, new16));

            check = InternetChecksum.Compute(data);
            uint old32 = BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(at)), new32 = Random.NextUInt32();
            BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(at), new32);
            Assert.Equal(InternetChecksum.Compute(data), InternetChecksum.Update32(check, old32, new32));
        }
    }
}
