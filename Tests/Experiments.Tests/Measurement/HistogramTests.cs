// The histogram against sorting, and the exponential draws against the logarithm.

using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

public class HistogramTests
{
    [Fact]
    public void Percentiles_are_within_a_bucket_of_the_sorted_truth()
    {
        var random = new RandomStream(1, "test", "histogram");
        for (int round = 0; round < 50; round++)
        {
            int n = 1 + (int)random.Below(2000);
            int shift = (int)random.Below(60);
            var histogram = new LatencyHistogram();
            var values = new long[n];
            for (int i = 0; i < n; i++)
            {
                values[i] = (long)(random.NextUInt64() >> (4 + (int)random.Below((uint)shift + 1)));
                histogram.Record(values[i]);
            }

            Array.Sort(values);
            foreach (double perMille in (double[])[1, 250, 500, 900, 990, 999, 1000])
            {
                long truth = values[Math.Clamp((int)Math.Ceiling(perMille / 1000 * n), 1, n) - 1];
                long measured = histogram.Percentile(perMille);
                Assert.InRange(measured, truth, truth + truth / 127 + 1);
            }

            Assert.Equal(values[^1], histogram.Max);
            Assert.Equal(values[0], histogram.Min);
            Assert.Equal(n, histogram.Count);
        }
    }

    [Fact]
    public void Merged_parts_are_the_whole_and_the_whole_less_a_part_is_the_rest()
    {
        var random = new RandomStream(2, "test", "histogram");
        LatencyHistogram a = new(), b = new(), whole = new();
        for (int i = 0; i < 5000; i++)
        {
            long v = random.Below(1_000_000);
            (i < 2000 ? a : b).Record(v);
            whole.Record(v);
        }

        var merged = new LatencyHistogram();
        merged.Add(a);
        LatencyHistogram rest = whole.Since(merged);
        merged.Add(b);
        foreach (double p in (double[])[10, 500, 990])
        {
            Assert.Equal(whole.Percentile(p), merged.Percentile(p));
            Assert.Equal(b.Percentile(p), rest.Percentile(p));
        }

        Assert.Equal((whole.Count, whole.Max, whole.Sum), (merged.Count, merged.Max, merged.Sum));
        Assert.Equal(3000, rest.Count);
    }

    [Fact]
    public void An_empty_histogram_answers_zero()
    {
        var h = new LatencyHistogram();
        Assert.Equal((0L, 0L, 0.0), (h.Percentile(990), h.Max, h.Mean));
        h.Record(-5);
        Assert.Equal(0, h.Percentile(500));
    }

    [Fact]
    public void The_integer_logarithm_is_the_logarithm()
    {
        var random = new RandomStream(3, "test", "log");
        for (int i = 0; i < 10_000; i++)
        {
            ulong u = random.NextUInt64() >> (int)random.Below(63) | 1;
            double expected = 64 - Math.Log2(u);
            Assert.Equal(expected, Exponential.MinusLog2(u) / 4294967296.0, 1e-8);
        }
    }

    [Fact]
    public void Exponential_draws_have_their_mean_and_their_tail()
    {
        var random = new RandomStream(4, "test", "exponential");
        Duration mean = Duration.FromMilliseconds(10);
        const int n = 200_000;
        double sum = 0;
        int beyond = 0;
        for (int i = 0; i < n; i++)
        {
            Duration d = Exponential.Draw(random, mean);
            sum += d.Nanoseconds;
            if (d.Nanoseconds > 3 * mean.Nanoseconds) beyond++;
        }

        // Five standard errors: 10 ms / sqrt(n), and of a binomial with p = e^-3.
        Assert.Equal(1e7, sum / n, 5 * 1e7 / Math.Sqrt(n));
        double p = Math.Exp(-3);
        Assert.Equal(p, (double)beyond / n, 5 * Math.Sqrt(p * (1 - p) / n));
    }

    [Fact]
    public void Content_is_the_same_however_it_is_cut()
    {
        var content = Content.Of("/a");
        var whole = new byte[1000];
        content.Fill(whole, 0);
        var random = new RandomStream(5, "test", "content");
        for (int i = 0; i < 500; i++)
        {
            int at = (int)random.Below(1000), length = (int)random.Below((uint)(1000 - at));
            var piece = new byte[length];
            content.Fill(piece, at);
            Assert.True(piece.AsSpan().SequenceEqual(whole.AsSpan(at, length)));
            Assert.True(content.Matches(piece, at));
            if (length == 0) continue;
            piece[(int)random.Below((uint)length)] ^= 1;
            Assert.False(content.Matches(piece, at));
        }
    }
}
