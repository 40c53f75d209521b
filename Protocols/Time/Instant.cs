// A point in a run's time. Mirrors ktime_t (include/linux/ktime.h): signed 64-bit nanoseconds, here since the run began.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>A point in a run's time, in nanoseconds since the run began; 64 bits reach 292 years.</summary>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    public static readonly Instant Zero;

    /// <summary>Later than anything that happens: a timer that is not armed.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public double Seconds => Nanoseconds / 1e9;

    /// <summary>Whole milliseconds, rounded down: the unit of tcp_jiffies32 at HZ=1000.</summary>
    public long Milliseconds => Nanoseconds / 1_000_000;

    public long Microseconds => Nanoseconds / 1_000;

    public static Instant FromSeconds(double seconds) => new((long)(seconds * 1e9));

    public static Instant FromMilliseconds(long ms) => new(ms * 1_000_000);

    public static Instant Min(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds ? a : b;

    public static Instant Max(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static Instant operator +(Instant at, Duration d) => new(at.Nanoseconds + d.Nanoseconds);

    public static Instant operator -(Instant at, Duration d) => new(at.Nanoseconds - d.Nanoseconds);

    public static Duration operator -(Instant a, Instant b) => new(a.Nanoseconds - b.Nanoseconds);

    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;

    public override string ToString() =>
        this == Never ? "never" : string.Create(CultureInfo.InvariantCulture, $"{Seconds:0.000000000}s");
}
