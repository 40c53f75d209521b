// Quantities as people write them: 10ms, 100Mbit, 64KiB, 1%, 50/s. A number without its unit is an error (0 needs none), and so is a unit
// that two tools read differently. Everything is decimal arithmetic: what a file says does not depend on a machine's floating point.

using System.Globalization;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Parsers of quantities. Each says what it expected when it fails.</summary>
public static class Units
{
    private static readonly Dictionary<string, decimal> TimeNanos = new(StringComparer.Ordinal)
    {
        ["ns"] = 1, ["nanosecond"] = 1, ["nanoseconds"] = 1,
        ["us"] = 1e3m, ["µs"] = 1e3m, ["microsecond"] = 1e3m, ["microseconds"] = 1e3m,
        ["ms"] = 1e6m, ["millisecond"] = 1e6m, ["milliseconds"] = 1e6m,
        ["s"] = 1e9m, ["sec"] = 1e9m, ["second"] = 1e9m, ["seconds"] = 1e9m,
        ["m"] = 60e9m, ["min"] = 60e9m, ["minute"] = 60e9m, ["minutes"] = 60e9m,
        ["h"] = 3600e9m, ["hour"] = 3600e9m, ["hours"] = 3600e9m,
        ["d"] = 86_400e9m, ["day"] = 86_400e9m, ["days"] = 86_400e9m,
    };

    private static readonly Dictionary<string, decimal> Bits = new(StringComparer.Ordinal)
    {
        ["bit"] = 1, ["kbit"] = 1e3m, ["mbit"] = 1e6m, ["gbit"] = 1e9m, ["tbit"] = 1e12m,
        ["kibit"] = 1024m, ["mibit"] = 1_048_576m, ["gibit"] = 1_073_741_824m,
    };

    private static readonly Dictionary<string, decimal> Bytes = new(StringComparer.Ordinal)
    {
        [""] = 1, ["B"] = 1, ["byte"] = 1, ["bytes"] = 1,
        ["kB"] = 1e3m, ["KB"] = 1e3m, ["MB"] = 1e6m, ["GB"] = 1e9m, ["TB"] = 1e12m,
        ["KiB"] = 1024m, ["MiB"] = 1_048_576m, ["GiB"] = 1_073_741_824m, ["TiB"] = 1_099_511_627_776m,
    };

    public const string TimeExpected = "a time such as 10ms (ns, us, ms, s, m, h, d)";
    public const string RateExpected = "a rate such as 100Mbit (bit, kbit, Mbit, Gbit, Tbit)";
    public const string SizeExpected = "a size such as 1500, 64KiB or 10MB (B, kB, MB, GB, KiB, MiB, GiB)";
    public const string PercentExpected = "a percentage such as 1% (0% to 100%)";
    public const string FrequencyExpected = "a frequency such as 50/s (/s, /min, /h)";

    /// <summary>Not negative.</summary>
    public static bool TryTime(string text, out Duration value)
    {
        value = default;
        if (!TryQuantity(text, out decimal number, out string unit)) return false;
        if (unit.Length == 0) return number == 0;
        if (!TimeNanos.TryGetValue(unit, out decimal scale) || number * scale > long.MaxValue / 2) return false;
        value = new Duration((long)(number * scale));
        return true;
    }

    /// <summary>Bit/s. Units in any case; Mbps is refused: tc reads it as megabytes.</summary>
    public static bool TryRate(string text, out long bitsPerSecond)
    {
        bitsPerSecond = 0;
        if (!TryQuantity(text, out decimal number, out string unit)) return false;
        if (unit.Length == 0) return number == 0;
        string name = unit.ToLowerInvariant();
        if (name.EndsWith("/s", StringComparison.Ordinal)) name = name[..^2];
        if (!Bits.TryGetValue(name, out decimal scale) || number * scale > 10_000_000_000_000m) return false;
        bitsPerSecond = (long)(number * scale);
        return true;
    }

    public static bool TrySize(string text, out long bytes)
    {
        bytes = 0;
        if (!TryQuantity(text, out decimal number, out string unit) || !Bytes.TryGetValue(unit, out decimal scale)) return false;
        decimal value = number * scale;
        if (value > long.MaxValue / 2 || value != decimal.Truncate(value)) return false;
        bytes = (long)value;
        return true;
    }

    /// <summary>0 to 1.</summary>
    public static bool TryPercent(string text, out double probability)
    {
        probability = 0;
        if (!TryQuantity(text, out decimal number, out string unit) || number > 100) return false;
        if (unit.Length == 0) return number == 0;
        if (unit != "%") return false;
        probability = (double)(number / 100);
        return true;
    }

    /// <summary>Events in 1,000 seconds, so that slow rates stay whole numbers.</summary>
    public static bool TryFrequency(string text, out long perKilosecond)
    {
        perKilosecond = 0;
        if (!TryQuantity(text, out decimal number, out string unit)) return false;
        if (unit.Length == 0) return number == 0;
        decimal scale = unit switch { "/s" or "/sec" or "/second" => 1000m, "/min" or "/m" or "/minute" => 1000m / 60, "/h" or "/hour" => 1000m / 3600, _ => 0 };
        if (scale == 0 || number * scale > 1e15m) return false;
        perKilosecond = (long)decimal.Round(number * scale);
        return perKilosecond > 0 || number == 0;
    }

    /// <summary>A whole number, with _ or nothing between its digits.</summary>
    public static bool TryInteger(string text, out long value) =>
        long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryQuantity(string text, out decimal number, out string unit)
    {
        text = text.Trim();
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '_')) end++;
        unit = text[end..].Trim();
        return decimal.TryParse(text[..end].Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number < 1e14m;
    }
}
