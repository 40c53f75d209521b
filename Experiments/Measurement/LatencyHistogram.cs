// A log-linear histogram of latencies, after the idea of HdrHistogram: each power of two is split into 128 equal buckets, so that
// any value up to 292 years is kept within 0.8 %, in memory that grows only with the powers of two that occur.

using System.Numerics;

namespace ActorNet.Experiments;

/// <summary>Counts of latencies in nanoseconds. Owned by one host's loop; histograms of hosts are merged at the end.</summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 7, Sub = 1 << SubBits;

    // Page 0 holds 0 to 127 one by one; page p holds 2^(6+p) to 2^(7+p)-1 in 128 equal buckets.
    private readonly long[]?[] _pages = new long[64 - SubBits + 1][];

    public long Count { get; private set; }

    /// <summary>Exact.</summary>
    public long Max { get; private set; }

    /// <summary>Exact; 0 when empty.</summary>
    public long Min { get; private set; }

    /// <summary>Sum of all, for the mean.</summary>
    public double Sum { get; private set; }

    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <summary>Negative values count as 0.</summary>
    public void Record(long nanoseconds)
    {
        long v = Math.Max(0, nanoseconds);
        int page = PageOf(v, out int slot);
        (_pages[page] ??= new long[Sub])[slot]++;
        Min = Count == 0 ? v : Math.Min(Min, v);
        Max = Math.Max(Max, v);
        Count++;
        Sum += v;
    }

    public void Add(LatencyHistogram other)
    {
        if (other.Count == 0) return;
        for (int p = 0; p < _pages.Length; p++)
        {
            if (other._pages[p] is not { } from) continue;
            long[] into = _pages[p] ??= new long[Sub];
            for (int i = 0; i < Sub; i++) into[i] += from[i];
        }

        Min = Count == 0 ? other.Min : Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        Count += other.Count;
        Sum += other.Sum;
    }

    /// <summary>What was recorded since an earlier copy of this histogram; its minimum and maximum are its buckets' ends.</summary>
    public LatencyHistogram Since(LatencyHistogram before)
    {
        var since = new LatencyHistogram();
        for (int p = 0; p < _pages.Length; p++)
        {
            if (_pages[p] is not { } page) continue;
            for (int i = 0; i < Sub; i++)
            {
                long n = page[i] - (before._pages[p]?[i] ?? 0);
                if (n == 0) continue;
                (since._pages[p] ??= new long[Sub])[i] = n;
                since.Min = since.Count == 0 ? Math.Min(UpperEnd(p, i), Max) : since.Min;
                since.Max = Math.Min(UpperEnd(p, i), Max);
                since.Count += n;
            }
        }

        since.Sum = Sum - before.Sum;
        return since;
    }

    /// <summary>The value that a share of all are at or below, rounded up to its bucket's end but never beyond <see cref="Max"/>; 0 when empty.</summary>
    /// <param name="perMille">0 to 1000, with decimals: 500 is the median, 999 p99.9.</param>
    public long Percentile(double perMille)
    {
        if (Count == 0) return 0;
        long rank = Math.Clamp((long)Math.Ceiling(perMille / 1000 * Count), 1, Count), seen = 0;
        for (int p = 0; p < _pages.Length; p++)
        {
            if (_pages[p] is not { } page) continue;
            for (int i = 0; i < Sub; i++)
                if ((seen += page[i]) >= rank) return Math.Clamp(UpperEnd(p, i), Min, Max);
        }

        return Max;
    }

    private static int PageOf(long v, out int slot)
    {
        int bits = 64 - BitOperations.LeadingZeroCount((ulong)v); // 0..63
        if (bits <= SubBits)
        {
            slot = (int)v;
            return 0;
        }

        int shift = bits - 1 - SubBits;
        slot = (int)(v >> shift) - Sub;
        return shift + 1;
    }

    private static long UpperEnd(int page, int slot) => page == 0 ? slot : ((long)(slot + Sub) << (page - 1)) + (1L << (page - 1)) - 1;
}
