// A length of time in nanoseconds: what TimeSpan is, at the resolution of the kernel's clock.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>A signed length of time in nanoseconds.</summary>
public readonly record struct Duration(long Nanoseconds) : IComparable<Duration>
{
    public static readonly Duration Zero;
    public static readonly Duration Infinite = new(long.MaxValue);

    public long Microseconds => Nanoseconds / 1_000;

    public long Milliseconds => Nanoseconds / 1_000_000;

    public double TotalSeconds => Nanoseconds / 1e9;

    public static Duration FromNanoseconds(long ns) => new(ns);

    public static Duration FromMicroseconds(long us) => new(us * 1_000);

    public static Duration FromMilliseconds(long ms) => new(ms * 1_000_000);

    public static Duration FromSeconds(double seconds) => new((long)(seconds * 1e9));

    public static Duration Min(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds ? a : b;

    public static Duration Max(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    /// <summary>Rounded to TimeSpan's 100 ns.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    public static implicit operator Duration(TimeSpan span) => new(span.Ticks * 100);

    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static Duration operator +(Duration a, Duration b) => new(a.Nanoseconds + b.Nanoseconds);

    public static Duration operator -(Duration a, Duration b) => new(a.Nanoseconds - b.Nanoseconds);

    public static Duration operator *(Duration a, long n) => new(a.Nanoseconds * n);

    public static Duration operator /(Duration a, long n) => new(a.Nanoseconds / n);

    public static bool operator <(Duration a, Duration b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(Duration a, Duration b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TotalSeconds:0.000000000}s");
}
