// One stream of random numbers per host and purpose, derived from the run's seed and the names, so that adding a host or
// a draw elsewhere changes no other stream. Generator: xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64.

using System.Numerics;

namespace ActorNet.Protocols;

/// <summary>A seeded stream of random numbers. Not for secrets. Owned by one actor.</summary>
public sealed class RandomStream
{
    private ulong _s0, _s1, _s2, _s3;

    public RandomStream(ulong seed, string host, string purpose)
    {
        // The seed is stirred before the names come in: else host "a" of seed 1 would draw what host "b" of seed 2 draws.
        ulong x = seed ^ 0x9E3779B97F4A7C15;
        x = Mix(Mix(SplitMix(ref x), host), purpose);
        _s0 = SplitMix(ref x);
        _s1 = SplitMix(ref x);
        _s2 = SplitMix(ref x);
        _s3 = SplitMix(ref x);
    }

    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    public uint NextUInt32() => (uint)(NextUInt64() >> 32);

    /// <summary>Uniform in [0, bound), as get_random_u32_below; bound 0 gives 0.</summary>
    public uint Below(uint bound) => (uint)(((NextUInt64() >> 32) * bound) >> 32);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with the given probability, 0..1. Draws even when the answer is certain, so that streams stay aligned.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    private static ulong Mix(ulong h, string text)
    {
        foreach (char c in text) h = (h ^ c) * 0x100000001B3;
        return SplitMix(ref h);
    }

    private static ulong SplitMix(ref ulong x)
    {
        ulong z = x += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
