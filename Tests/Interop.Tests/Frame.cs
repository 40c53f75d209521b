// What tshark says of one frame of a capture.

using System.Diagnostics;
using System.Globalization;

namespace ActorNet.Interop.Tests;

/// <summary>A TCP segment as tshark reads it.</summary>
/// <param name="Time">Seconds since the capture's first frame.</param>
/// <param name="Stream">The connection's number in the capture, from 0.</param>
/// <param name="Ecn">The two bits of the IP header.</param>
/// <param name="SackEnds">The right edges of its SACK blocks.</param>
/// <param name="Cookie">Of the Fast Open option; null without the option, empty for a request.</param>
/// <param name="Checksums">Whether both are good.</param>
/// <param name="Experts">tshark's expert information: severity (a number) and message.</param>
public sealed record Frame(
    int Number, double Time, int Stream, string Source, int Flags, uint Seq, uint AckSeq, int Length, int Window, int Ecn, bool SackPermitted, bool Timestamps, int WindowScale, IReadOnlyList<uint> SackEnds,
    string? Cookie, bool Checksums, IReadOnlyList<(int Severity, string Message)> Experts)
{
    public const int FIN = 1, SYN = 2, RST = 4, ACK = 16, ECE = 64, CWR = 128;

    private static readonly string[] s_fields =
    [
        "frame.number", "frame.time_relative", "tcp.stream", "ip.src", "tcp.flags", "tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size_value", "ip.dsfield.ecn", "tcp.options.sack_perm",
        "tcp.options.timestamp.tsval", "tcp.options.wscale.shift", "tcp.options.sack_re", "tcp.options.tfo.request", "tcp.options.tfo.cookie", "ip.checksum.status", "tcp.checksum.status",
        "_ws.expert.severity", "_ws.expert.message", "_ws.malformed",
    ];

    public bool IsSyn => (Flags & (SYN | ACK)) == SYN;

    public bool IsSynAck => (Flags & (SYN | ACK)) == (SYN | ACK);

    public bool Has(int flags) => (Flags & flags) == flags;

    /// <summary>Whether tshark is there.</summary>
    public static bool CanRead { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "tshark")));

    /// <summary>Reads a capture.</summary>
    public static List<Frame> Read(string capture)
    {
        var info = new ProcessStartInfo("tshark") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] options = ["-r", capture, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|"];
        foreach (string a in options) info.ArgumentList.Add(a);
        foreach (string field in s_fields)
        {
            info.ArgumentList.Add("-e");
            info.ArgumentList.Add(field);
        }

        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        List<Frame> frames = [];
        while (process.StandardOutput.ReadLine() is { } line) frames.Add(Parse(line.Split('\t')));
        process.WaitForExit();
        return process.ExitCode == 0 ? frames : throw new InvalidOperationException(error.Result);
    }

    private static Frame Parse(string[] f)
    {
        const string good = "1";
        string[] severities = f[18].Split('|', StringSplitOptions.RemoveEmptyEntries), messages = f[19].Split('|', StringSplitOptions.RemoveEmptyEntries);
        List<(int, string)> experts = [.. messages.Select((m, i) => (i < severities.Length ? (int)Int(severities[i]) : 0, m))];
        if (f[20].Length > 0) experts.Add((int.MaxValue, "malformed"));
        return new Frame(
            (int)Int(f[0]), double.Parse(f[1], CultureInfo.InvariantCulture), f[2].Length == 0 ? -1 : (int)Int(f[2]), f[3], (int)Int(f[4]), (uint)Int(f[5]), (uint)Int(f[6]),
            (int)Int(f[7]), (int)Int(f[8]), (int)Int(f[9]), f[10].Length > 0, f[11].Length > 0, f[12].Length == 0 ? -1 : (int)Int(f[12]), [.. f[13].Split('|', StringSplitOptions.RemoveEmptyEntries).Select(e => (uint)Int(e))],
            f[15].Length > 0 ? f[15] : f[14].Length > 0 ? "" : null, f[16] == good && f[17] == good, experts);
    }

    private static long Int(string text) =>
        text.Length == 0 ? 0
        : text.StartsWith("0x", StringComparison.Ordinal) ? long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.Parse(text, CultureInfo.InvariantCulture);
}
