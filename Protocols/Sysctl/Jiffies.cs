// Times of settings in jiffies at 250 Hz (CONFIG_HZ): what proc_dointvec_jiffies and proc_dointvec_ms_jiffies (kernel/sysctl.c) make of what is written. Only
// settings know jiffies; timers here run in nanoseconds.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>A kernel's tick, as far as a setting shows it.</summary>
internal static class Jiffies
{
    /// <summary>CONFIG_HZ.</summary>
    public const int PerSecond = 250;

    /// <summary>The largest number of seconds that an int of jiffies holds.</summary>
    public const int MaxSeconds = int.MaxValue / PerSecond;

    private const int Tick = 1000 / PerSecond;

    /// <summary>msecs_to_jiffies, in milliseconds again: rounded up to a tick, as far as an int goes.</summary>
    public static int Round(int milliseconds) => (int)Math.Min(Up(milliseconds), int.MaxValue);

    /// <summary>What is read back.</summary>
    public static string Text(int milliseconds) => Up(milliseconds).ToString(CultureInfo.InvariantCulture);

    private static long Up(int milliseconds) => (milliseconds + (Tick - 1L)) / Tick * Tick;
}
