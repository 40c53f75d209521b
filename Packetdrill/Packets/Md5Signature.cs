// The far end's half of TCP MD5 signatures (RFC 2385 2.0): a script's packets are signed, and the host's checked, once the script has given its socket a key.

using System.Security.Cryptography;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>Digests of segments.</summary>
internal static class Md5Signature
{
    private const byte Eol = 0, Nop = 1, Kind = 19, OptionLength = 18;

    /// <summary>The digest of a segment: of pseudo header, header without options and without checksum, data, and key, in this order.</summary>
    /// <param name="from">The sender's address, host order.</param>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "RFC 2385 says MD5.")]
    public static byte[] Of(ReadOnlySpan<byte> segment, uint from, uint to, ReadOnlySpan<byte> key)
    {
        byte[] addresses = new byte[8], header = segment[..TcpHeader.MinLength].ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(addresses, from);
        BinaryPrimitives.WriteUInt32BigEndian(addresses.AsSpan(4), to);
        header.AsSpan(16, 2).Clear();
        return MD5.HashData([.. addresses, 0, (byte)IpProtocol.TCP, (byte)(segment.Length >> 8), (byte)segment.Length, .. header, .. segment[new TcpHeader(segment).Length..], .. key]);
    }

    /// <summary>Where a segment's digest stands; -1 without the option.</summary>
    public static int Find(ReadOnlySpan<byte> segment)
    {
        int end = new TcpHeader(segment).Length;
        for (int at = TcpHeader.MinLength; at < end && segment[at] != Eol;)
        {
            if (segment[at] == Nop) at++;
            else if (at + 1 >= end || segment[at + 1] < 2) return -1;
            else if (segment[at] == Kind && segment[at + 1] == OptionLength && at + OptionLength <= end) return at + 2;
            else at += segment[at + 1];
        }

        return -1;
    }
}
