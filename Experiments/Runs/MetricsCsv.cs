// metrics.csv: the run over virtual time, one value to a row (time_s,scope,name,metric,value), so that any tool can group and plot it.

using System.Globalization;
using System.Text;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Writes the samples. Counters are totals so far; percentiles are of the interval since the row before.</summary>
internal sealed class MetricsCsv : IDisposable
{
    private readonly StreamWriter _out;
    private readonly Dictionary<string, LatencyHistogram> _before = new(StringComparer.Ordinal);

    public MetricsCsv(string path)
    {
        _out = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        _out.WriteLine("time_s,scope,name,metric,value");
    }

    /// <summary>The programs' row set at a time, one meter per name.</summary>
    public void Programs(Instant now, IReadOnlyList<ProgramMeter> byName)
    {
        foreach (ProgramMeter m in byName)
        {
            Row(now, "program", m.Name, "requests", m.Requests);
            Row(now, "program", m.Name, "errors", m.Errors);
            Row(now, "program", m.Name, "bytes_sent", m.BytesSent);
            Row(now, "program", m.Name, "bytes_received", m.BytesReceived);
            LatencyHistogram interval = _before.TryGetValue(m.Name, out LatencyHistogram? before) ? m.Latency.Since(before) : m.Latency;
            _before[m.Name] = m.Latency;
            if (interval.Count == 0) continue;
            Row(now, "program", m.Name, "latency_p50_s", interval.Percentile(500) / 1e9);
            Row(now, "program", m.Name, "latency_p99_s", interval.Percentile(990) / 1e9);
            Row(now, "program", m.Name, "latency_max_s", interval.Max / 1e9);
        }
    }

    /// <summary>Counters summed over all hosts; those at 0 are left out.</summary>
    public void Network(Instant now, IEnumerable<KeyValuePair<string, long>> counters, IEnumerable<KeyValuePair<string, long>> drops)
    {
        foreach ((string name, long value) in counters) Row(now, "network", "all", name, value);
        foreach ((string name, long value) in drops) Row(now, "drops", "all", name, value);
        _out.Flush(); // whoever waits for a long run can look
    }

    public void Dispose() => _out.Dispose();

    private void Row(Instant now, string scope, string name, string metric, double value) =>
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{now.Seconds:0.######},{scope},{name},{metric},{value}"));
}
