// TCP MD5 signatures (RFC 2385; tcp_md5sig_key, tcp_md5_do_lookup, tcp_md5_do_add, tcp_v4_md5_hash_skb of net/ipv4/tcp_ipv4.c): a session's keys by the peer's address, and
// the digest over pseudo header, header without options and checksum, data, and key.

using System.Security.Cryptography;

namespace ActorNet.Protocols.Tcp;

/// <summary>One key: for the peers whose address has this prefix.</summary>
internal sealed record TcpMd5Key(IpAddress Address, int Prefix, bool OfDevice, byte[] Key)
{
    /// <summary>What one is charged to SO_OPTMEM (sizeof struct tcp_md5sig_key).</summary>
    public const int Size = 136;

    public bool Matches(IpAddress peer) => Prefix == 0 || (Address.V4 ^ peer.V4) >> (32 - Prefix) == 0;
}

/// <summary>The option: two NOPs, kind 19, length 18, the digest.</summary>
internal static class TcpMd5
{
    /// <summary>TCP_MD5SIG_MAXKEYLEN, and TCPOLEN_MD5SIG_ALIGNED, bytes.</summary>
    public const int MaxKeyLength = 80, OptionLength = 20;

    private const int DigestLength = 16, Header = 0x0101_1312;

    /// <summary>Writes the option; its digest follows when all else stands.</summary>
    public static void Emit(Span<byte> b)
    {
        BinaryPrimitives.WriteInt32BigEndian(b, Header);
        b[4..OptionLength].Clear();
    }

    /// <summary>Signs a segment whose header, without checksum, and options are written.</summary>
    public static void Sign(TcpMd5Key key, IpAddress from, IpAddress to, Span<byte> header, ReadOnlySpan<byte> data) =>
        Digest(key, from, to, header, data, header.Slice(Find(header), DigestLength));

    /// <summary>Where the digest begins in a header (tcp_parse_auth_options); -1 without one.</summary>
    public static int Find(ReadOnlySpan<byte> header)
    {
        int at = TcpHeader.MinLength;
        if (header.Length - at < DigestLength + 2) return -1;
        while (at < header.Length && header[at] != (byte)TcpOptionKind.EOL)
        {
            if (header[at] == (byte)TcpOptionKind.NOP)
            {
                at++;
                continue;
            }

            if (at + 1 >= header.Length) return -1;
            int length = header[at + 1];
            if (length < 2 || at + length > header.Length) return -1;
            if (header[at] == (byte)TcpOptionKind.Md5 && length == DigestLength + 2) return at + 2;
            at += length;
        }

        return -1;
    }

    /// <summary>Whether a digest is the one of this segment.</summary>
    public static bool IsRight(TcpMd5Key key, IpAddress from, IpAddress to, ReadOnlySpan<byte> header, ReadOnlySpan<byte> data, int at)
    {
        Span<byte> digest = stackalloc byte[DigestLength];
        Digest(key, from, to, header, data, digest);
        return digest.SequenceEqual(header.Slice(at, DigestLength));
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "RFC 2385 says MD5.")]
    private static void Digest(TcpMd5Key key, IpAddress from, IpAddress to, ReadOnlySpan<byte> header, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Span<byte> b = stackalloc byte[12 + TcpHeader.MinLength];
        BinaryPrimitives.WriteUInt32BigEndian(b, from.V4);
        BinaryPrimitives.WriteUInt32BigEndian(b[4..], to.V4);
        BinaryPrimitives.WriteUInt16BigEndian(b[8..], (ushort)IpProtocol.TCP);
        BinaryPrimitives.WriteUInt16BigEndian(b[10..], (ushort)(header.Length + data.Length));
        header[..TcpHeader.MinLength].CopyTo(b[12..]);
        b.Slice(12 + 16, 2).Clear(); // the checksum
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(b);
        md5.AppendData(data);
        md5.AppendData(key.Key);
        md5.GetHashAndReset(digest);
    }
}
