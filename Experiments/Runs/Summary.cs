// summary.json: what a run leaves behind for programs to read. docs/summary-format.md documents every field; a change that breaks a
// reader raises the version.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorNet.Experiments;

/// <summary>A run's results. Times are in seconds, lengths in bytes.</summary>
public sealed record Summary
{
    /// <summary>Of this format.</summary>
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // this is a file, not a web page: names stay readable
        NumberHandling = JsonNumberHandling.Strict,
    };

    public int Version { get; init; } = CurrentVersion;

    public required string Scenario { get; init; }

    public required ulong Seed { get; init; }

    public required string TraceHash { get; init; }

    /// <summary>How the run ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>When the measurement ended; the time given to connections to close is not in it.</summary>
    public required double VirtualSeconds { get; init; }

    public required double WallSeconds { get; init; }

    /// <summary>Events the engine handled.</summary>
    public required long Events { get; init; }

    /// <summary>The process's largest resident set.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>The largest managed heap that was seen, and what took most of it.</summary>
    public MemorySummary Memory { get; init; } = new(0, 0, []);

    public required IReadOnlyList<ProgramSummary> Programs { get; init; }

    public required IReadOnlyList<HostSummary> Hosts { get; init; }

    /// <summary>Packets dropped in all of the network, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Drops { get; init; }

    public required IReadOnlyList<CaptureSummary> Captures { get; init; }

    /// <summary>What must never be: a lost packet buffer, an open descriptor, a program that threw. Empty in a good run.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <exception cref="JsonException">Not a summary.</exception>
    public static Summary FromJson(string json) => JsonSerializer.Deserialize<Summary>(json, Options) ?? throw new JsonException("null is not a summary");
}

/// <summary>How a run can end, as <see cref="Summary.Outcome"/> says it.</summary>
public static class RunOutcome
{
    /// <summary>All programs that end by themselves have ended.</summary>
    public const string Completed = "completed";

    /// <summary>The scenario's duration was over first.</summary>
    public const string Duration = "duration";

    /// <summary>Ctrl-C.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Something that must never be; see the violations.</summary>
    public const string Failed = "failed";
}

/// <summary>The largest managed heap of a run.</summary>
/// <param name="PeakManagedBytes">Garbage that was not collected yet is in it.</param>
/// <param name="AtSeconds">When <paramref name="Kinds"/> took most, virtual time.</param>
/// <param name="Kinds">How many of what there were then, and what they took; "rest" is what of the heap is none of these.</param>
public sealed record MemorySummary(long PeakManagedBytes, double AtSeconds, IReadOnlyList<MemoryKind> Kinds);

/// <summary>One program on one host (all its instances there).</summary>
public sealed record ProgramSummary
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    /// <summary>Which program it is.</summary>
    public required string Program { get; init; }

    public required long Requests { get; init; }

    public required long Errors { get; init; }

    /// <summary>Errors by errno, HTTP status or word.</summary>
    public required IReadOnlyDictionary<string, long> ErrorsByName { get; init; }

    public required long BytesSent { get; init; }

    public required long BytesReceived { get; init; }

    /// <summary>From the first instance's start to the last one's end, or the run's.</summary>
    public required double ActiveSeconds { get; init; }

    public required LatencySummary Latency { get; init; }
}

/// <summary>Latencies in seconds; all 0 where nothing was measured.</summary>
public sealed record LatencySummary(double P50, double P90, double P99, double P999, double Max)
{
    public static LatencySummary Of(LatencyHistogram h) =>
        new(h.Percentile(500) / 1e9, h.Percentile(900) / 1e9, h.Percentile(990) / 1e9, h.Percentile(999) / 1e9, h.Max / 1e9);
}

/// <summary>One host's counters.</summary>
public sealed record HostSummary
{
    public required string Name { get; init; }

    /// <summary>MIB counters by the names of nstat(8); those at 0 are left out.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    /// <summary>Packets this host dropped, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Drops { get; init; }

    public required IReadOnlyList<DeviceSummary> Devices { get; init; }
}

/// <summary>One device's counters, as `ip -s link` shows them.</summary>
public sealed record DeviceSummary(string Name, long RxPackets, long RxBytes, long RxDropped, long TxPackets, long TxBytes, long TxDropped);

/// <summary>One pcapng file.</summary>
public sealed record CaptureSummary(string Host, string Device, string File, long Packets);
