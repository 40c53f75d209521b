// Times of settings and options in jiffies at 250 Hz (CONFIG_HZ): what proc_dointvec_jiffies and proc_dointvec_ms_jiffies (kernel/sysctl.c), and setsockopt,
// make of what is written. Only they know jiffies; timers here run in nanoseconds.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>A kernel's tick, as far as a setting shows it.</summary>
internal static class Jiffies
{
    /// <summary>CONFIG_HZ.</summary>
    public const int PerSecond = 250;

    /// <summary>The largest number of seconds that an int of jiffies holds.</summary>
    public const int MaxSeconds = int.MaxValue / PerSecond;

    /// <summary>A jiffy, µs.</summary>
    public const int Micros = 1_000_000 / PerSecond;

    private const int Tick = 1000 / PerSecond;

    /// <summary>msecs_to_jiffies, in milliseconds again: rounded up to a tick, as far as an int goes.</summary>
    public static int Round(int milliseconds) => (int)Math.Min(Up(milliseconds), int.MaxValue);

    /// <summary>What is read back.</summary>
    public static string Text(int milliseconds) => Up(milliseconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>usecs_to_jiffies, in microseconds again.</summary>
    public static int RoundMicros(int microseconds) => (int)Math.Min((microseconds + (Micros - 1L)) / Micros * Micros, int.MaxValue);

    private static long Up(int milliseconds) => (milliseconds + (Tick - 1L)) / Tick * Tick;
}
