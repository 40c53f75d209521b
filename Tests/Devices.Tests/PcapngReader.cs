// A small pcapng reader, written from the format's draft and not from our writer: it checks every length, padding and order that it meets.

using System.Buffers.Binary;
using System.Text;

namespace ActorNet.Devices.Tests;

internal sealed class PcapngReader
{
    public List<Interface> Interfaces { get; } = [];

    public List<Packet> Packets { get; } = [];

    public Dictionary<int, string> Section { get; } = [];

    public PcapngReader(byte[] file)
    {
        int at = 0;
        bool first = true;
        while (at < file.Length)
        {
            Assert.True(file.Length - at >= 12, "a block is cut off");
            uint type = U32(file, at);
            int total = (int)U32(file, at + 4);
            Assert.True(total % 4 == 0 && total >= 12 && at + total <= file.Length, $"block of {total} bytes at {at}");
            Assert.Equal(total, (int)U32(file, at + total - 4));
            ReadOnlySpan<byte> body = file.AsSpan(at + 8, total - 12);
            if (first) Assert.Equal(0x0A0D0D0Au, type);
            first = false;
            switch (type)
            {
                case 0x0A0D0D0A:
                    Assert.Equal(0x1A2B3C4Du, BinaryPrimitives.ReadUInt32LittleEndian(body));
                    Assert.Equal(1, BinaryPrimitives.ReadUInt16LittleEndian(body[4..]));
                    Assert.Equal(-1, BinaryPrimitives.ReadInt64LittleEndian(body[8..]));
                    foreach ((int code, byte[] value) in Options(body[16..])) Section[code] = Encoding.UTF8.GetString(value);
                    break;
                case 1:
                    Dictionary<int, byte[]> o = Options(body[8..]).ToDictionary(x => x.Code, x => x.Value);
                    Interfaces.Add(new Interface(
                        BinaryPrimitives.ReadUInt16LittleEndian(body), (int)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
                        Encoding.UTF8.GetString(o[2]), o[9].Single(), o.GetValueOrDefault(6), o.GetValueOrDefault(8)));
                    break;
                case 6:
                    int device = (int)BinaryPrimitives.ReadUInt32LittleEndian(body);
                    Assert.InRange(device, 0, Interfaces.Count - 1);
                    ulong time = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
                    int kept = (int)BinaryPrimitives.ReadUInt32LittleEndian(body[12..]);
                    int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(body[16..]);
                    Dictionary<int, byte[]> p = Options(body[(20 + (kept + 3) / 4 * 4)..]).ToDictionary(x => x.Code, x => x.Value);
                    Packets.Add(new Packet(device, (long)time, body.Slice(20, kept).ToArray(), length, BinaryPrimitives.ReadInt32LittleEndian(p[2])));
                    break;
                default:
                    Assert.Fail($"unknown block {type:x}");
                    break;
            }

            at += total;
        }
    }

    private static uint U32(byte[] b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(at));

    private static List<(int Code, byte[] Value)> Options(ReadOnlySpan<byte> b)
    {
        var list = new List<(int, byte[])>();
        while (b.Length > 0)
        {
            int code = BinaryPrimitives.ReadUInt16LittleEndian(b), length = BinaryPrimitives.ReadUInt16LittleEndian(b[2..]);
            if (code == 0)
            {
                Assert.Equal(0, length);
                Assert.Equal(4, b.Length);
                return list;
            }

            list.Add((code, b.Slice(4, length).ToArray()));
            b = b[(4 + (length + 3) / 4 * 4)..];
        }

        Assert.Empty(list); // options are ended by opt_endofopt
        return list;
    }

    public sealed record Interface(int LinkType, int SnapLen, string Name, byte TsResol, byte[]? Mac, byte[]? Speed);

    public sealed record Packet(int Device, long Nanos, byte[] Bytes, int Length, int Flags)
    {
        public bool IsInbound => (Flags & 3) == 1;

        public bool IsOutbound => (Flags & 3) == 2;

        public int Reception => Flags >> 2 & 7;
    }
}
