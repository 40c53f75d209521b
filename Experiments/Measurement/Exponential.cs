// Exponentially distributed times from a seeded stream, for Poisson arrivals and think times. -ln(u) is computed with integers
// (the binary logarithm by repeated squaring, one bit of the fraction per square): libm's last bit differs between machines.

using System.Numerics;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Draws from the exponential distribution.</summary>
public static class Exponential
{
    // ln 2 in units of 2^-62.
    private const ulong Ln2 = 3_196_577_161_300_663_915;

    /// <summary>A time with this mean.</summary>
    public static Duration Draw(RandomStream random, Duration mean)
    {
        ulong u = random.NextUInt64() | 1; // u / 2^64 in (0, 1)
        ulong minusLog2 = MinusLog2(u); // units of 2^-32
        ulong minusLn = (ulong)((UInt128)minusLog2 * Ln2 >> 62); // units of 2^-32
        return new Duration((long)((UInt128)minusLn * (ulong)mean.Nanoseconds >> 32));
    }

    /// <summary>-log2(u / 2^64) in units of 2^-32; u > 0.</summary>
    internal static ulong MinusLog2(ulong u)
    {
        int zeros = BitOperations.LeadingZeroCount(u);
        ulong x = u << zeros; // in [1, 2), units of 2^-63
        ulong fraction = 0;
        for (int bit = 31; bit >= 0; bit--)
        {
            UInt128 square = (UInt128)x * x; // [1, 4), units of 2^-126
            if (square >> 127 != 0)
            {
                fraction |= 1UL << bit;
                x = (ulong)(square >> 64);
            }
            else x = (ulong)(square >> 63);
        }

        // log2(u) = 63 - zeros + fraction, so -log2(u / 2^64) = 1 + zeros - fraction.
        return ((ulong)(zeros + 1) << 32) - fraction;
    }
}
