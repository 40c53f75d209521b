// Conversions: the tables of units of the HOCON specification, and the meanings Hocon.Configuration 2.0 and Akka.NET give the getters.

using ActorNet.Engine.Configuration;
using ActorNet.Engine.Hosts;

namespace ActorNet.Engine.Tests.Configuration;

public sealed class HoconGetters
{
    private static Config Value(string written) => ConfigurationFactory.ParseString("a = " + written);

    [Theory]
    [InlineData("ns nano nanos nanosecond nanoseconds", 1L)]
    [InlineData("us micro micros microsecond microseconds", 1_000L)]
    [InlineData("ms milli millis millisecond milliseconds", 1_000_000L)]
    [InlineData("s second seconds", 1_000_000_000L)]
    [InlineData("m minute minutes", 60_000_000_000L)]
    [InlineData("h hour hours", 3_600_000_000_000L)]
    [InlineData("d day days", 86_400_000_000_000L)]
    public void Durations_have_all_their_units(string units, long nanos)
    {
        foreach (string unit in units.Split(' '))
        {
            Assert.Equal(3 * nanos, Value("3" + unit).GetNanoseconds("a"));
            Assert.Equal(3 * nanos, Value($"\" 3  {unit} \"").GetNanoseconds("a"));
            Assert.Equal(nanos * 5 / 2, Value("2.5 " + unit).GetNanoseconds("a"));
            Assert.Equal(TimeSpan.FromTicks(300 * nanos / 100), Value("300 " + unit).GetTimeSpan("a"));
        }
    }

    [Fact]
    public void A_duration_without_a_unit_is_in_milliseconds_and_infinite_is_minus_one()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(5), Value("5").GetTimeSpan("a"));
        Assert.Equal(TimeSpan.FromSeconds(90), Value("1.5 minutes").GetTimeSpan("a"));
        Assert.Equal(TimeSpan.Zero, Value("7ns").GetTimeSpan("a"));
        Assert.Equal(7, Value("7ns").GetNanoseconds("a"));
        Assert.Equal(100_000_000, Value("0.1s").GetNanoseconds("a"));
        Assert.Equal(Timeout.InfiniteTimeSpan, Value("infinite").GetTimeSpan("a"));
        Assert.Throws<HoconValueException>(() => Value("infinite").GetTimeSpan("a", allowInfinite: false));
        Assert.Throws<HoconValueException>(() => Value("300000 days").GetTimeSpan("a"));
    }

    [Theory]
    [InlineData("B b byte bytes", 1L)]
    [InlineData("kB kilobyte kilobytes", 1000L)]
    [InlineData("MB megabyte megabytes", 1000_000L)]
    [InlineData("GB gigabyte gigabytes", 1000_000_000L)]
    [InlineData("TB terabyte terabytes", 1000_000_000_000L)]
    [InlineData("PB petabyte petabytes", 1000_000_000_000_000L)]
    [InlineData("EB exabyte exabytes", 1000_000_000_000_000_000L)]
    [InlineData("K k Ki KiB kibibyte kibibytes", 1L << 10)]
    [InlineData("M m Mi MiB mebibyte mebibytes", 1L << 20)]
    [InlineData("G g Gi GiB gibibyte gibibytes", 1L << 30)]
    [InlineData("T t Ti TiB tebibyte tebibytes", 1L << 40)]
    [InlineData("P p Pi PiB pebibyte pebibytes", 1L << 50)]
    [InlineData("E e Ei EiB exbibyte exbibytes", 1L << 60)]
    public void Sizes_have_all_their_units(string units, long bytes)
    {
        foreach (string unit in units.Split(' '))
        {
            Assert.Equal(2 * bytes, Value("2" + unit).GetByteSize("a"));
            Assert.Equal(2 * bytes, Value("2 " + unit).GetByteSize("a"));
        }
    }

    [Theory]
    [InlineData("512", 512L)]
    [InlineData("1.5K", 1536L)]
    [InlineData("0.001ZB", 1000_000_000_000_000_000L)]
    public void Sizes_without_a_unit_are_bytes_and_may_be_broken(string written, long bytes) => Assert.Equal(bytes, Value(written).GetByteSize("a"));

    [Theory]
    [InlineData("KB")]
    [InlineData("kb")]
    [InlineData("ki")]
    [InlineData("mB")]
    [InlineData("kilobytess")]
    [InlineData("1K K")]
    public void Units_of_size_are_case_sensitive(string unit) => Assert.Throws<HoconValueException>(() => Value("1" + unit).GetByteSize("a"));

    [Fact]
    public void Numbers_convert_as_json_numbers_do()
    {
        Assert.Equal(-12, Value("-12").GetInt("a"));
        Assert.Equal(12, Value("\"12\"").GetInt("a"));
        Assert.Equal(255, Value("0xFF").GetInt("a"));
        Assert.Equal(1000, Value("1e3").GetInt("a"));
        Assert.Equal(long.MinValue, Value("-9223372036854775808").GetLong("a"));
        Assert.Equal(0.1, Value("0.1").GetDouble("a"));
        Assert.Equal(0.1f, Value("0.1").GetFloat("a"));
        Assert.Equal(0.1m, Value("0.1").GetDecimal("a"));
        Assert.Equal(double.PositiveInfinity, Value("Infinity").GetDouble("a"));
        Assert.Equal((byte)255, Value("255").GetByte("a"));
        Assert.Equal("1e5", Value("1e5").GetString("a"));
        Assert.Equal("1.50", Value("1.50").GetString("a"));
    }

    [Fact]
    public void Booleans_have_six_words()
    {
        foreach (string yes in new[] { "true", "yes", "on", "\"true\"" }) Assert.True(Value(yes).GetBoolean("a"));
        foreach (string no in new[] { "false", "no", "off" }) Assert.False(Value(no).GetBoolean("a"));
    }

    [Fact]
    public void Lists_convert_each_element()
    {
        Assert.Equal(["1", "true", "x y"], Value("[1, true, x y]").GetStringList("a"));
        Assert.Equal([1, 2], Value("[1, \"2\"]").GetIntList("a"));
        Assert.Equal([1L], Value("[1]").GetLongList("a"));
        Assert.Equal([1.5], Value("[1.5]").GetDoubleList("a"));
        Assert.Equal([true, false], Value("[on, off]").GetBooleanList("a"));
        Assert.Equal(["b", "c"], Value("[{b=1},{c=1}]").GetObjectList("a").Select(each => Assert.Single(each.Keys)));
    }

    [Fact]
    public void A_default_answers_for_what_is_missing_or_null()
    {
        Config config = ConfigurationFactory.ParseString("n = null");
        Assert.Equal(7, config.GetInt("x.y", 7));
        Assert.Equal(7, config.GetInt("n", 7));
        Assert.Null(config.GetString("x", null));
        Assert.Equal(TimeSpan.FromSeconds(1), config.GetTimeSpan("x", TimeSpan.FromSeconds(1)));
        Assert.Null(config.GetByteSize("x", null));
        Assert.Equal(["d"], config.GetStringList("x", ["d"]));
        Assert.True(config.GetConfig("x").IsNullOrEmpty());
        Assert.True(config.HasPath("n"));
        Assert.False(config.HasPath("x"));
        Assert.False(config.HasPath("n.x"));
    }

    [Fact]
    public void Text_is_the_bridge_from_a_string_to_a_config()
    {
        Config config = "a { b = 1 }";
        Assert.Equal(1, (config + "a.c = 2").GetInt("a.b"));
        Assert.Equal(2, (config + "a.c = 2").GetInt("a.c"));
        Assert.Same(config, config.WithFallback(Config.Empty));
        Assert.Throws<ArgumentException>(() => config.WithFallback(config));
    }
}
