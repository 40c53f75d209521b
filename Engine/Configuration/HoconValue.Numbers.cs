// Numbers, booleans, durations, sizes and lists of a value. The forms taken are those of Hocon.Configuration and of JSON together, but for a leading
// zero, which one reads as octal and the other refuses: it is refused.

using System.Globalization;

namespace ActorNet.Engine.Configuration;

public sealed partial class HoconValue
{
    /// <summary>true, yes, on; false, no, off.</summary>
    public bool GetBoolean() => Scalar("true or false") switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => throw Wrong("true or false (or yes, no, on, off)"),
    };

    public int GetInt() => (int)Whole(int.MinValue, int.MaxValue);

    public long GetLong() => Whole(long.MinValue, long.MaxValue);

    public byte GetByte() => (byte)Whole(byte.MinValue, byte.MaxValue);

    public decimal GetDecimal() =>
        decimal.TryParse(NumberText(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) ? value : throw Wrong("a decimal number");

    public float GetFloat() => (float)GetDouble();

    public double GetDouble() => Scalar("a number") switch
    {
        "Infinity" or "+Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(NumberText(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Wrong("a number"),
    };

    /// <summary>A duration, to the 100 ns of a TimeSpan; <c>infinite</c> is <see cref="Timeout.InfiniteTimeSpan"/>. Without a unit, milliseconds.</summary>
    public TimeSpan GetTimeSpan(bool allowInfinite = true)
    {
        string text = Scalar(HoconUnits.DurationExpected);
        if (allowInfinite && text.Equals("infinite", StringComparison.OrdinalIgnoreCase)) return Timeout.InfiniteTimeSpan;
        if (!HoconUnits.TryDuration(text, out decimal nanos)) throw Wrong(HoconUnits.DurationExpected);
        return TimeSpan.FromTicks((long)Math.Round(nanos / TimeSpan.NanosecondsPerTick));
    }

    /// <summary>Nanoseconds; <see cref="long.MaxValue"/> for <c>infinite</c>.</summary>
    internal long GetNanoseconds()
    {
        string text = Scalar(HoconUnits.DurationExpected);
        if (text.Equals("infinite", StringComparison.OrdinalIgnoreCase)) return long.MaxValue;
        return HoconUnits.TryDuration(text, out decimal nanos) ? (long)nanos : throw Wrong(HoconUnits.DurationExpected);
    }

    /// <summary>Bytes; a fraction of a byte is dropped.</summary>
    public long? GetByteSize() => HoconUnits.TrySize(Scalar(HoconUnits.SizeExpected), out decimal bytes) ? (long)bytes : throw Wrong(HoconUnits.SizeExpected);

    public IList<string> GetStringList() => List(static each => each.GetString());

    public IList<int> GetIntList() => List(static each => each.GetInt());

    public IList<long> GetLongList() => List(static each => each.GetLong());

    public IList<byte> GetByteList() => List(static each => each.GetByte());

    public IList<bool> GetBooleanList() => List(static each => each.GetBoolean());

    public IList<float> GetFloatList() => List(static each => each.GetFloat());

    public IList<double> GetDoubleList() => List(static each => each.GetDouble());

    public IList<decimal> GetDecimalList() => List(static each => each.GetDecimal());

    public IList<HoconObject> GetObjectList() => List(static each => each.GetObject());

    private List<T> List<T>(Func<HoconValue, T> convert)
    {
        List<T> list = [];
        foreach (HoconValue element in GetArray()) list.Add(convert(element));
        return list;
    }

    private long Whole(long lowest, long highest)
    {
        string text = Scalar("a whole number");
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex))
            return hex >= lowest && hex <= highest ? hex : throw Wrong(Range(lowest, highest));
        if (!HoconChars.IsNumber(text)) throw Wrong(text.Length > 1 && text[0] == '0' && text.All(char.IsAsciiDigit) ? "a whole number without a leading zero" : "a whole number");
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)) throw Wrong(Range(lowest, highest));
        if (value != decimal.Truncate(value)) throw Wrong("a whole number");
        return value >= lowest && value <= highest ? (long)value : throw Wrong(Range(lowest, highest));
    }

    private static string Range(long lowest, long highest) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {lowest} to {highest}");

    private string NumberText()
    {
        string text = Scalar("a number");
        return HoconChars.IsNumber(text) ? text : throw Wrong("a number");
    }
}
