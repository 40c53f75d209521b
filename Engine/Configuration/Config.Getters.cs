// The typed getters of Config. Without a default a missing key is an error; with one it is the default, and so is null. A value of the wrong type
// is an error either way: a default that hides a misspelt number would hide the mistake.

using System.Diagnostics.CodeAnalysis;

namespace ActorNet.Engine.Configuration;

public sealed partial class Config
{
    public string GetString(string path) => GetValue(path).GetString();

    public string GetString(HoconPath path) => GetValue(path).GetString();

    [return: NotNullIfNotNull(nameof(@default))]
    public string? GetString(string path, string? @default) => Given(path) is { } value ? value.GetString() : @default;

    [return: NotNullIfNotNull(nameof(@default))]
    public string? GetString(HoconPath path, string? @default) => Given(path) is { } value ? value.GetString() : @default;

    public bool GetBoolean(string path) => GetValue(path).GetBoolean();

    public bool GetBoolean(HoconPath path) => GetValue(path).GetBoolean();

    public bool GetBoolean(string path, bool @default) => Given(path) is { } value ? value.GetBoolean() : @default;

    public bool GetBoolean(HoconPath path, bool @default) => Given(path) is { } value ? value.GetBoolean() : @default;

    public int GetInt(string path) => GetValue(path).GetInt();

    public int GetInt(HoconPath path) => GetValue(path).GetInt();

    public int GetInt(string path, int @default) => Given(path) is { } value ? value.GetInt() : @default;

    public int GetInt(HoconPath path, int @default) => Given(path) is { } value ? value.GetInt() : @default;

    public long GetLong(string path) => GetValue(path).GetLong();

    public long GetLong(HoconPath path) => GetValue(path).GetLong();

    public long GetLong(string path, long @default) => Given(path) is { } value ? value.GetLong() : @default;

    public long GetLong(HoconPath path, long @default) => Given(path) is { } value ? value.GetLong() : @default;

    public byte GetByte(string path) => GetValue(path).GetByte();

    public byte GetByte(HoconPath path) => GetValue(path).GetByte();

    public byte GetByte(string path, byte @default) => Given(path) is { } value ? value.GetByte() : @default;

    public byte GetByte(HoconPath path, byte @default) => Given(path) is { } value ? value.GetByte() : @default;

    public float GetFloat(string path) => GetValue(path).GetFloat();

    public float GetFloat(HoconPath path) => GetValue(path).GetFloat();

    public float GetFloat(string path, float @default) => Given(path) is { } value ? value.GetFloat() : @default;

    public float GetFloat(HoconPath path, float @default) => Given(path) is { } value ? value.GetFloat() : @default;

    public decimal GetDecimal(string path) => GetValue(path).GetDecimal();

    public decimal GetDecimal(HoconPath path) => GetValue(path).GetDecimal();

    public decimal GetDecimal(string path, decimal @default) => Given(path) is { } value ? value.GetDecimal() : @default;

    public decimal GetDecimal(HoconPath path, decimal @default) => Given(path) is { } value ? value.GetDecimal() : @default;

    public double GetDouble(string path) => GetValue(path).GetDouble();

    public double GetDouble(HoconPath path) => GetValue(path).GetDouble();

    public double GetDouble(string path, double @default) => Given(path) is { } value ? value.GetDouble() : @default;

    public double GetDouble(HoconPath path, double @default) => Given(path) is { } value ? value.GetDouble() : @default;

    public HoconObject GetObject(string path) => GetValue(path).GetObject();

    public HoconObject GetObject(HoconPath path) => GetValue(path).GetObject();

    [return: NotNullIfNotNull(nameof(@default))]
    public HoconObject? GetObject(string path, HoconObject? @default) => Given(path) is { } value ? value.GetObject() : @default;

    [return: NotNullIfNotNull(nameof(@default))]
    public HoconObject? GetObject(HoconPath path, HoconObject? @default) => Given(path) is { } value ? value.GetObject() : @default;

    public long? GetByteSize(string path) => GetValue(path).GetByteSize();

    public long? GetByteSize(HoconPath path) => GetValue(path).GetByteSize();

    public long? GetByteSize(string path, long? @default) => Given(path) is { } value ? value.GetByteSize() : @default;

    public long? GetByteSize(HoconPath path, long? @default) => Given(path) is { } value ? value.GetByteSize() : @default;

    /// <summary>A duration; without a unit, milliseconds; <c>infinite</c> is -1 ms.</summary>
    public TimeSpan GetTimeSpan(string path, bool allowInfinite = true) => GetValue(path).GetTimeSpan(allowInfinite);

    public TimeSpan GetTimeSpan(HoconPath path, bool allowInfinite = true) => GetValue(path).GetTimeSpan(allowInfinite);

    public TimeSpan GetTimeSpan(string path, TimeSpan? @default, bool allowInfinite = true) =>
        Given(path) is { } value ? value.GetTimeSpan(allowInfinite) : @default ?? TimeSpan.Zero;

    public TimeSpan GetTimeSpan(HoconPath path, TimeSpan? @default, bool allowInfinite = true) =>
        Given(path) is { } value ? value.GetTimeSpan(allowInfinite) : @default ?? TimeSpan.Zero;

    public IList<string> GetStringList(string path) => GetValue(path).GetStringList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<string>? GetStringList(string path, IList<string>? @default) => Given(path) is { } value ? value.GetStringList() : @default;

    public IList<int> GetIntList(string path) => GetValue(path).GetIntList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<int>? GetIntList(string path, IList<int>? @default) => Given(path) is { } value ? value.GetIntList() : @default;

    public IList<long> GetLongList(string path) => GetValue(path).GetLongList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<long>? GetLongList(string path, IList<long>? @default) => Given(path) is { } value ? value.GetLongList() : @default;

    public IList<byte> GetByteList(string path) => GetValue(path).GetByteList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<byte>? GetByteList(string path, IList<byte>? @default) => Given(path) is { } value ? value.GetByteList() : @default;

    public IList<bool> GetBooleanList(string path) => GetValue(path).GetBooleanList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<bool>? GetBooleanList(string path, IList<bool>? @default) => Given(path) is { } value ? value.GetBooleanList() : @default;

    public IList<float> GetFloatList(string path) => GetValue(path).GetFloatList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<float>? GetFloatList(string path, IList<float>? @default) => Given(path) is { } value ? value.GetFloatList() : @default;

    public IList<double> GetDoubleList(string path) => GetValue(path).GetDoubleList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<double>? GetDoubleList(string path, IList<double>? @default) => Given(path) is { } value ? value.GetDoubleList() : @default;

    public IList<decimal> GetDecimalList(string path) => GetValue(path).GetDecimalList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<decimal>? GetDecimalList(string path, IList<decimal>? @default) => Given(path) is { } value ? value.GetDecimalList() : @default;

    public IList<HoconObject> GetObjectList(string path) => GetValue(path).GetObjectList();

    [return: NotNullIfNotNull(nameof(@default))]
    public IList<HoconObject>? GetObjectList(string path, IList<HoconObject>? @default) => Given(path) is { } value ? value.GetObjectList() : @default;
}
