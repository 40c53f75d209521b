// What a forwarder writes into record route and timestamp options: ip_options_compile's and ip_forward_options' part of net/ipv4/ip_options.c.

namespace ActorNet.Protocols;

public readonly partial record struct Ipv4Options
{
    /// <summary>Records this hop and makes the header's checksum anew.</summary>
    /// <param name="header">The whole header that this was read from.</param>
    /// <param name="hop">The address of the interface that the packet leaves by.</param>
    /// <param name="now">Timestamps are milliseconds since midnight; runs begin at midnight.</param>
    public void WriteForwarder(Span<byte> header, uint hop, Instant now)
    {
        if (RecordRoute != 0) Record(header[RecordRoute..], hop);
        if (Timestamp != 0) Stamp(header[Timestamp..], hop, (uint)(now.Milliseconds % 86_400_000));
        Ipv4View.SendCheck(header);
    }

    private static void Record(Span<byte> o, uint hop)
    {
        int pointer = o[2];
        if (pointer + 3 > o[1]) return;
        BinaryPrimitives.WriteUInt32BigEndian(o[(pointer - 1)..], hop);
        o[2] += 4;
    }

    private static void Stamp(Span<byte> o, uint hop, uint time)
    {
        int length = o[1], pointer = o[2], flags = o[3] & 0xF;
        int need = flags == 0 ? 4 : 8;
        if (pointer + need - 1 > length)
        {
            if (flags != 3 && o[3] >> 4 < 15) o[3] += 0x10; // one more that found no room
            return;
        }

        Span<byte> entry = o.Slice(pointer - 1, need);
        if (flags == 3 && BinaryPrimitives.ReadUInt32BigEndian(entry) != hop) return; // prespecified, and not us
        if (flags == 1) BinaryPrimitives.WriteUInt32BigEndian(entry, hop);
        BinaryPrimitives.WriteUInt32BigEndian(entry[(need - 4)..], time);
        o[2] += (byte)need;
    }
}
