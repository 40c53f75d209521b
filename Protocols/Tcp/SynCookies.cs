// SYN cookies (net/ipv4/syncookies.c; RFC 4987 3.6): an initial sequence number that holds what a half-open connection would have had to remember, and, where the
// client has timestamps, the low bits of the SYN-ACK's one, which hold the options that both agreed on.

namespace ActorNet.Protocols.Tcp;

/// <summary>What is in a cookie, and how it is read again.</summary>
public static class SynCookies
{
    /// <summary>How long a listener takes cookies after the last that it gave: MAX_SYNCOOKIE_AGE periods of TCP_SYNCOOKIE_PERIOD.</summary>
    internal static readonly Duration Valid = Duration.FromSeconds(MaxAge * PeriodSeconds);

    private const int MaxAge = 2, PeriodSeconds = 60, CookieBits = 24;
    private const uint CookieMask = (1u << CookieBits) - 1;

    // Of a timestamp: four bits of window scale (15: none), one each of SACK and ECN.
    private const int OptionBits = 6;
    private const uint NoScale = 0xF, Sack = 0x10, Ecn = 0x20, OptionMask = (1u << OptionBits) - 1;

    // The values that are common on the Internet (msstab).
    private static ReadOnlySpan<ushort> MssTable => [536, 1300, 1440, 1460];

    /// <summary>The largest MSS of the table that is no more than the peer's; at least its first.</summary>
    public static ushort FloorMss(int mss) => MssTable[MssIndex(mss)];

    /// <summary>secure_tcp_syn_cookie.</summary>
    /// <param name="secret">32 bytes: two keys.</param>
    /// <param name="peerIsn">The SYN's sequence number.</param>
    /// <param name="mss">The peer's MSS, bytes.</param>
    public static SeqNum Make(ReadOnlySpan<byte> secret, in SockAddr peer, in SockAddr local, SeqNum peerIsn, int mss, Instant now)
    {
        uint count = Minutes(now);
        return Base(secret, peer, local, peerIsn) + (count << CookieBits) + ((Hash(secret[16..], peer, local, count) + (uint)MssIndex(mss)) & CookieMask);
    }

    /// <summary>check_tcp_syn_cookie: the MSS that a cookie holds; 0 when it is none of ours, or two minutes old.</summary>
    public static ushort Check(ReadOnlySpan<byte> secret, in SockAddr peer, in SockAddr local, SeqNum peerIsn, SeqNum cookie, Instant now)
    {
        uint rest = cookie.Value - Base(secret, peer, local, peerIsn), count = Minutes(now);
        uint age = (count - (rest >> CookieBits)) & (uint.MaxValue >> CookieBits);
        if (age >= MaxAge) return 0;
        uint index = (rest - Hash(secret[16..], peer, local, count - age)) & CookieMask;
        return index < (uint)MssTable.Length ? MssTable[(int)index] : (ushort)0;
    }

    /// <summary>cookie_init_timestamp: the last time, no later than now, whose low bits are these options.</summary>
    /// <param name="now">Milliseconds, without the connection's offset.</param>
    /// <param name="wscale">The peer's window scale, below zero for none.</param>
    public static uint EncodeTimestamp(uint now, int wscale, bool sack, bool ecn)
    {
        uint options = (wscale < 0 ? NoScale : (uint)wscale) | (sack ? Sack : 0) | (ecn ? Ecn : 0);
        uint ts = now & ~OptionMask | options;
        return ts > now ? ts - (1u << OptionBits) : ts;
    }

    /// <summary>cookie_timestamp_decode: what the echo says of the options.</summary>
    /// <param name="echo">Without the connection's offset.</param>
    /// <returns>The peer's window scale (below zero for none), SACK, ECN.</returns>
    public static (int Wscale, bool Sack, bool Ecn) DecodeTimestamp(uint echo) =>
        ((echo & NoScale) == NoScale ? -1 : (int)(echo & NoScale), (echo & Sack) != 0, (echo & Ecn) != 0);

    private static int MssIndex(int mss)
    {
        int i = MssTable.Length - 1;
        while (i > 0 && mss < MssTable[i]) i--;
        return i;
    }

    private static uint Minutes(Instant now) => (uint)(now.Nanoseconds / (PeriodSeconds * 1_000_000_000L));

    private static uint Base(ReadOnlySpan<byte> secret, in SockAddr peer, in SockAddr local, SeqNum peerIsn) => Hash(secret, peer, local, 0) + peerIsn.Value;

    private static uint Hash(ReadOnlySpan<byte> key, in SockAddr peer, in SockAddr local, uint count)
    {
        Span<byte> b = stackalloc byte[40];
        BinaryPrimitives.WriteUInt64BigEndian(b, peer.Address.High);
        BinaryPrimitives.WriteUInt64BigEndian(b[8..], peer.Address.Low);
        BinaryPrimitives.WriteUInt64BigEndian(b[16..], local.Address.High);
        BinaryPrimitives.WriteUInt64BigEndian(b[24..], local.Address.Low);
        BinaryPrimitives.WriteUInt32BigEndian(b[32..], (uint)peer.Port << 16 | (uint)local.Port);
        BinaryPrimitives.WriteUInt32BigEndian(b[36..], count);
        return (uint)SipHash.Compute(key[..16], b);
    }
}
