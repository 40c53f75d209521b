// Numbers as people read them.

using System.Globalization;

namespace ActorNet.Cli;

/// <summary>Formats quantities with three digits or so.</summary>
internal static class Quantity
{
    public static string Number(double n) => Scaled(n, ["", "k", "M", "G", "T"], "");

    public static string Bytes(double n) => Scaled(n, [" B", " kB", " MB", " GB", " TB"], "");

    public static string Rate(double bitsPerSecond) => Scaled(bitsPerSecond, [" bit/s", " kbit/s", " Mbit/s", " Gbit/s", " Tbit/s"], "");

    /// <summary>A time from seconds: "1.24 ms".</summary>
    public static string Time(double seconds) => seconds switch
    {
        0 => "-",
        < 1e-6 => Digits(seconds * 1e9) + " ns",
        < 1e-3 => Digits(seconds * 1e6) + " us",
        < 1 => Digits(seconds * 1e3) + " ms",
        _ => Digits(seconds) + " s",
    };

    private static string Scaled(double n, string[] units, string none)
    {
        int unit = 0;
        while (n >= 1000 && unit < units.Length - 1)
        {
            n /= 1000;
            unit++;
        }

        return (unit == 0 ? n.ToString("0.#", CultureInfo.InvariantCulture) : Digits(n)) + units[unit] + none;
    }

    private static string Digits(double n) => n.ToString(n < 10 ? "0.00" : n < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
