// Numbers with units as people write them: "Units format", "Duration format" and "Size in bytes format" of the HOCON specification,
// plus Akka's word for no limit, "infinite". All arithmetic is decimal, so 0.1s is exactly 100 ms.

using System.Globalization;

namespace ActorNet.Engine.Configuration;

internal static class HoconUnits
{
    public const string DurationExpected = "a duration such as 10ms, 1.5s or 2 minutes (ns, us, ms, s, m, h, d)";

    public const string SizeExpected = "a size such as 512, 64KiB or 10MB";

    /// <summary>Nanoseconds; without a unit, milliseconds. False when the text is no duration or is negative.</summary>
    public static bool TryDuration(string text, out decimal nanos)
    {
        if (!TrySplit(text, out nanos, out ReadOnlySpan<char> unit) || nanos < 0) return false;
        decimal factor = unit switch
        {
            "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 1m,
            "us" or "micro" or "micros" or "microsecond" or "microseconds" => 1_000m,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => 1_000_000m,
            "s" or "second" or "seconds" => 1_000_000_000m,
            "m" or "minute" or "minutes" => 60_000_000_000m,
            "h" or "hour" or "hours" => 3_600_000_000_000m,
            "d" or "day" or "days" => 86_400_000_000_000m,
            _ => 0m,
        };
        return factor != 0 && TryMultiply(nanos, factor, out nanos);
    }

    /// <summary>Bytes; powers of ten for kB, MB …, of two for K, Ki, KiB …. False when the text is no size or is negative.</summary>
    public static bool TrySize(string text, out decimal bytes)
    {
        if (!TrySplit(text, out bytes, out ReadOnlySpan<char> unit) || bytes < 0) return false;
        decimal factor = unit is "" or "B" or "b" or "byte" or "bytes" ? 1m : Power(unit);
        return factor != 0 && TryMultiply(bytes, factor, out bytes);
    }

    private static decimal Power(ReadOnlySpan<char> unit)
    {
        ReadOnlySpan<string> ten = ["kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte", "exabyte", "zettabyte", "yottabyte"];
        ReadOnlySpan<string> two = ["kibibyte", "mebibyte", "gibibyte", "tebibyte", "pebibyte", "exbibyte", "zebibyte", "yobibyte"];
        const string letters = "KMGTPEZY";
        decimal thousands = 1, binary = 1;
        for (int i = 0; i < letters.Length; i++)
        {
            thousands *= 1000;
            binary *= 1024;
            char upper = letters[i];
            // Only kilo is written small before its B, as in SI.
            char prefix = i == 0 ? 'k' : upper;
            if (unit is [char tenPrefix, 'B'] && tenPrefix == prefix) return thousands;
            if (IsWord(unit, ten[i])) return thousands;
            if (unit is [char letter] && (letter == upper || letter == char.ToLowerInvariant(upper))) return binary;
            if (unit is [_, 'i'] or [_, 'i', 'B'] && unit[0] == upper) return binary;
            if (IsWord(unit, two[i])) return binary;
        }
        return 0;
    }

    private static bool IsWord(ReadOnlySpan<char> unit, string word) =>
        unit.StartsWith(word, StringComparison.Ordinal) && unit[word.Length..] is "" or "s";

    /// <summary>A JSON number, white space, letters, with white space around.</summary>
    public static bool TrySplit(string text, out decimal number, out ReadOnlySpan<char> unit)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int length = HoconChars.NumberLength(trimmed, 0);
        // "5e" is five and a unit "e", which the number's grammar leaves to us.
        unit = trimmed[length..].TrimStart();
        if (length == 0 || !decimal.TryParse(trimmed[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            number = 0;
            return false;
        }
        foreach (char c in unit)
            if (!char.IsLetter(c)) return false;
        return true;
    }

    private static bool TryMultiply(decimal value, decimal factor, out decimal product)
    {
        product = 0;
        // The largest answer anyone takes is a long.
        if (value > long.MaxValue / factor) return false;
        product = value * factor;
        return true;
    }

    /// <summary>A key that can stand for an array's index.</summary>
    public static bool TryIndex(string key, out int index) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
