// Quantities as people write them.

using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

public class UnitsTests
{
    [Theory]
    [InlineData("10ms", 10_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("250us", 250_000)]
    [InlineData("100 ns", 100)]
    [InlineData("2m", 120_000_000_000)]
    [InlineData("1h", 3_600_000_000_000)]
    [InlineData("0", 0)]
    public void Times(string text, long nanoseconds)
    {
        Assert.True(Units.TryTime(text, out Duration d));
        Assert.Equal(nanoseconds, d.Nanoseconds);
    }

    [Theory]
    [InlineData("100Mbit", 100_000_000)]
    [InlineData("1gbit", 1_000_000_000)]
    [InlineData("56kbit/s", 56_000)]
    [InlineData("1.5Mbit", 1_500_000)]
    [InlineData("0", 0)]
    public void Rates(string text, long bits)
    {
        Assert.True(Units.TryRate(text, out long r));
        Assert.Equal(bits, r);
    }

    [Theory]
    [InlineData("1500", 1500)]
    [InlineData("64KiB", 65_536)]
    [InlineData("10MB", 10_000_000)]
    [InlineData("1.5kB", 1500)]
    public void Sizes(string text, long bytes)
    {
        Assert.True(Units.TrySize(text, out long s));
        Assert.Equal(bytes, s);
    }

    [Theory]
    [InlineData("50/s", 50_000)]
    [InlineData("6/min", 100)]
    [InlineData("0.5/s", 500)]
    public void Frequencies(string text, long perKilosecond)
    {
        Assert.True(Units.TryFrequency(text, out long f));
        Assert.Equal(perKilosecond, f);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ms")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("1e3s")]
    [InlineData("10 parsecs")]
    [InlineData("99999999999999999h")]
    public void What_is_no_time(string text) => Assert.False(Units.TryTime(text, out _));

    [Theory]
    [InlineData("100Mbps")] // tc reads it as megabytes
    [InlineData("100M")]
    [InlineData("100")]
    [InlineData("99999Gbit")]
    public void What_is_no_rate(string text) => Assert.False(Units.TryRate(text, out _));

    [Theory]
    [InlineData("10M")] // of what?
    [InlineData("1.5")]
    [InlineData("64Kib")]
    public void What_is_no_size(string text) => Assert.False(Units.TrySize(text, out _));

    [Theory]
    [InlineData("cuont", "count", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("los", "loss", 1)]
    public void Distance_counts_swaps_as_one(string a, string b, int d)
    {
        Assert.Equal(d, Nearest.Distance(a, b));
        Assert.Equal(d, Nearest.Distance(b, a));
    }
}
