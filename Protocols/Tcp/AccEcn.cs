// Accurate ECN, the arithmetic of it: what the handshake's three bits say, and how the three-bit counter of CE marks is read (include/net/tcp_ecn.h,
// tcp_accecn_process of tcp_input.c). RFC 9768 sections 3.1.2, 3.2.2 and appendix A.2.

namespace ActorNet.Protocols.Tcp;

/// <summary>Codes and counters of AccECN; no state.</summary>
public static class AccEcn
{
    /// <summary>What the counters begin with (RFC 9768 3.2.1): packets with CE; bytes with ECT(0), ECT(1); those with CE begin at 0.</summary>
    public const int InitialPackets = 5, InitialBytes = 1;

    private const int NotEct = 0, Ect1 = 1, Ect0 = 2, Ce = 3, Modulus = 8, SafetyFactor = 2;

    /// <summary>More segments than this in the average acknowledgement: they are thinned out, and eight at once prove nothing.</summary>
    private const int ThinnedOut = 4;

    /// <summary>An average of segments per acknowledgement is kept in 1/64, and a new one counts for 1/64.</summary>
    private const int EwmaShift = 6;

    /// <summary>The three flags as a number: AE, CWR, ECE (RFC 9768 figure 2).</summary>
    public static TcpFlags Flags(int ace) =>
        ((ace & 4) != 0 ? TcpFlags.AE : TcpFlags.None) | ((ace & 2) != 0 ? TcpFlags.CWR : TcpFlags.None) | ((ace & 1) != 0 ? TcpFlags.ECE : TcpFlags.None);

    /// <summary>The flags that tell which IP-ECN field a SYN or SYN-ACK arrived with (RFC 9768 tables 2 and 3).</summary>
    public static TcpFlags Reflect(int ecn) => Flags(ecn switch
    {
        NotEct => 0b010,
        Ect1 => 0b011,
        Ect0 => 0b100,
        _ => 0b110,
    });

    /// <summary>The IP-ECN field that such flags tell of; that of a packet not ECN-capable for those that tell of none.</summary>
    public static int Reflected(int ace) => ace switch
    {
        0b011 => Ect1,
        0b100 => Ect0,
        0b110 => Ce,
        _ => NotEct,
    };

    /// <summary>RFC 9768 3.1.2 and 3.1.3: a SYN with any flags but none and those of RFC 3168 asks for AccECN.</summary>
    public static bool IsAskedFor(int ace) => ace is not (0 or 0b011);

    /// <summary>RFC 9768 3.2.2.3: an IP-ECN field may arrive as it was sent, and one that is ECN-capable as CE.</summary>
    public static bool MayBecome(int sent, int arrived) => sent == arrived || (sent != NotEct && arrived == Ce);

    /// <summary>How many CE marks an acknowledgement tells of (RFC 9768 A.2): the least that its field allows, or eight more and eight more where so many segments could hide.</summary>
    /// <param name="ace">The field.</param>
    /// <param name="counted">Marks that are known already.</param>
    /// <param name="segments">Segments that it newly acknowledges.</param>
    /// <param name="ewma">What <see cref="Average"/> has come to; 0 when nothing.</param>
    /// <param name="markedBytes">Bytes with CE that the option tells of besides; below zero without an option (A.2.2).</param>
    /// <param name="mss">A full segment, bytes.</param>
    public static int NewMarks(int ace, long counted, int segments, int ewma, long markedBytes, int mss)
    {
        int least = (int)((ace - InitialPackets - counted) & (Modulus - 1));
        if (segments < Modulus) return least;
        int safer = segments - ((segments - least) & (Modulus - 1));
        if (markedBytes >= 0)
        {
            // Fewer than the marked bytes need: too few. Segments of less than half the MSS for the higher number: too many.
            if (safer == least || markedBytes > (long)mss * least) return safer;
            return markedBytes / safer < mss / SafetyFactor ? least : safer;
        }

        return ewma > ThinnedOut << EwmaShift ? least : safer;
    }

    /// <summary>The moving average of segments per acknowledgement, 1/64 (pkts_acked_ewma); the first one is what it begins with.</summary>
    public static int Average(int ewma, int segments)
    {
        int sample = Math.Min(segments, ushort.MaxValue >> EwmaShift) << EwmaShift;
        return ewma == 0 ? sample : ewma + ((sample - ewma) >> EwmaShift);
    }

    /// <summary>What a 24-bit counter of the option adds to ours (RFC 9768 3.2.3.1); below zero when it takes back what was guessed.</summary>
    public static int Difference(uint field, uint initial, uint ours) => (int)((field - initial - ours) << 8) >> 8;
}
