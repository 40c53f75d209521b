// An ICMP message's meaning (RFC 792): icmp_rcv's checks (net/ipv4/icmp.c) and the header that icmp_glue_bits and icmp_push_reply send.

namespace ActorNet.Protocols;

/// <summary>An ICMP header whose message has a right checksum.</summary>
/// <param name="Rest">The second word: id and sequence, gateway, pointer in the top byte, or the MTU in the low half.</param>
public readonly record struct IcmpHeader(IcmpType Type, byte Code, uint Rest)
{
    /// <summary>Bytes.</summary>
    public const int Length = 8;

    public ushort Id => (ushort)(Rest >> 16);

    public ushort Sequence => (ushort)Rest;

    /// <summary>icmp_is_err: the message tells of a packet and quotes it.</summary>
    public bool IsError => IsErrorType((byte)Type);

    public static IcmpHeader Echo(IcmpType type, ushort id, ushort sequence) => new(type, 0, (uint)id << 16 | sequence);

    public static bool IsErrorType(byte type) =>
        (IcmpType)type is IcmpType.DEST_UNREACH or IcmpType.SOURCE_QUENCH or IcmpType.REDIRECT or IcmpType.TIME_EXCEEDED or IcmpType.PARAMETERPROB;

    /// <summary>Reads a message. Refused: shorter than 8 bytes (HDR_TRUNC), a wrong checksum (ICMP_CSUM). Unknown types are the machine's business.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, bool verify, out IcmpHeader value, out DropReason reason)
    {
        value = default;
        if (verify && !InternetChecksum.IsValid(bytes))
        {
            // As icmp_rcv: the checksum first; a message too short is judged after.
            reason = DropReason.ICMP_CSUM;
            return false;
        }

        reason = DropReason.HDR_TRUNC;
        var v = new IcmpView(bytes);
        if (!v.Fits) return false;
        value = new IcmpHeader((IcmpType)v.Type, v.Code, v.Rest);
        reason = DropReason.NOT_DROPPED_YET;
        return true;
    }

    /// <summary>Writes 8 bytes in front of a payload that is already there, and the checksum over both.</summary>
    /// <param name="message">Header and payload.</param>
    public void Emit(Span<byte> message)
    {
        message[0] = (byte)Type;
        message[1] = Code;
        message[2] = message[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], Rest);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Compute(message));
    }
}
