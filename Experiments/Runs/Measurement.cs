// Turns the counters of a finished network into a summary.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Devices;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>All that was measured in a run.</summary>
internal sealed class Measurement(ScenarioNetwork network, Instant ended, double wallSeconds, long events, MemoryUse memory)
{
    private static readonly string[] CounterNames = Enum.GetNames<Snmp>().Take((int)Snmp.Count).ToArray();

    /// <summary>One meter per program name.</summary>
    public IReadOnlyList<ProgramMeter> ByName { get; } = MergeByName(network.Meters);

    public Summary Summarise(string outcome, ulong trace, IReadOnlyList<string> violations) => new()
    {
        Scenario = network.Scenario.Name,
        Seed = network.Scenario.Seed,
        TraceHash = trace.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        Outcome = outcome,
        VirtualSeconds = ended.Seconds,
        WallSeconds = wallSeconds,
        Events = events,
        PeakBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        Memory = new MemorySummary(memory.Managed, memory.At.Seconds, memory.Kinds),
        Programs = Programs(),
        Hosts = network.Network.Hosts.Select(HostOf).ToArray(),
        Drops = Drops(AllMibs(network.Network)).ToDictionary(d => d.Key, d => d.Value),
        Captures = network.Captures.ToArray(),
        Violations = violations,
    };

    /// <summary>One meter per name, in the order of first appearance.</summary>
    public static IReadOnlyList<ProgramMeter> MergeByName(IReadOnlyList<ProgramMeter> meters)
    {
        var merged = new Dictionary<string, ProgramMeter>(StringComparer.Ordinal);
        foreach (ProgramMeter meter in meters)
        {
            if (!merged.TryGetValue(meter.Name, out ProgramMeter? sum)) merged[meter.Name] = sum = new ProgramMeter(meter.Name, "");
            sum.Add(meter);
        }

        return merged.Values.ToArray();
    }

    /// <summary>Sums of counters by name; those at 0 are left out.</summary>
    public static IEnumerable<KeyValuePair<string, long>> Counters(IReadOnlyList<NetnsMib> mibs)
    {
        for (int i = 0; i < CounterNames.Length; i++)
        {
            long sum = 0;
            for (int m = 0; m < mibs.Count; m++) sum += mibs[m][(Snmp)i];
            if (sum != 0) yield return new(CounterNames[i], sum);
        }
    }

    /// <summary>Sums of drops by reason; those at 0 are left out.</summary>
    public static IEnumerable<KeyValuePair<string, long>> Drops(IReadOnlyList<NetnsMib> mibs)
    {
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            long sum = 0;
            for (int m = 0; m < mibs.Count; m++) sum += mibs[m].Drops(reason);
            if (sum != 0) yield return new(reason.ToString(), sum);
        }
    }

    /// <summary>Of all namespaces of all hosts.</summary>
    public static List<NetnsMib> HostMibs(Network network)
    {
        // Asked at every sample: nothing is made per host.
        var mibs = new List<NetnsMib>(network.Hosts.Count + network.Switches.Count);
        foreach (SimHost host in network.Hosts)
        {
            for (int i = 0; i < host.Namespaces.Count; i++) mibs.Add(host.Namespaces[i].Net.Mib);
        }

        return mibs;
    }

    /// <summary>Of hosts and switches.</summary>
    public static IReadOnlyList<NetnsMib> AllMibs(Network network) => [.. HostMibs(network), .. network.Switches.Select(s => s.Net.Mib)];

    private ProgramSummary[] Programs()
    {
        var kinds = network.Scenario.Programs.DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Kind.Name);
        var merged = new Dictionary<(string, string), ProgramMeter>();
        foreach (ProgramMeter meter in network.Meters)
        {
            if (!merged.TryGetValue((meter.Name, meter.Host), out ProgramMeter? sum)) merged[(meter.Name, meter.Host)] = sum = new ProgramMeter(meter.Name, meter.Host);
            sum.Add(meter);
        }

        return merged.Values.Select(m => new ProgramSummary
        {
            Name = m.Name, Host = m.Host, Program = kinds[m.Name], Requests = m.Requests, Errors = m.Errors,
            ErrorsByName = m.ErrorsByName.ToDictionary(e => e.Key, e => e.Value), BytesSent = m.BytesSent, BytesReceived = m.BytesReceived,
            ActiveSeconds = ActiveSeconds(m), Latency = LatencySummary.Of(m.Latency),
        }).ToArray();
    }

    /// <summary>From start to end of a program; one that is still running ends with the run.</summary>
    public double ActiveSeconds(ProgramMeter m) =>
        m.StartedAt == Instant.Never ? 0 : Math.Max(0, ((m.Ended ? Instant.Min(m.EndedAt, ended) : ended) - m.StartedAt).TotalSeconds);

    private static HostSummary HostOf(SimHost host) => new()
    {
        Name = host.Name,
        Counters = Counters([.. host.Namespaces.Select(n => n.Net.Mib)]).ToDictionary(c => c.Key, c => c.Value),
        Drops = Drops([.. host.Namespaces.Select(n => n.Net.Mib)]).ToDictionary(d => d.Key, d => d.Value),
        Devices = host.Namespaces.SelectMany(n => n.Devices.Select(name => DeviceOf(n.Name.Length == 0 ? name : $"{n.Name}/{name}", n.Device(name).Stats))).ToArray(),
    };

    private static DeviceSummary DeviceOf(string name, NetDeviceStats s) => new(name, s.rx_packets, s.rx_bytes, s.rx_dropped, s.tx_packets, s.tx_bytes, s.tx_dropped);
}
