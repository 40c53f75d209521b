// syscalls.jsonl: the system calls of some hosts, one line each as they are answered, in the order of time.

using System.Globalization;
using System.Text.Json;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Writes what processes call. A host's lines are kept until the slice of time that they are in is over on all hosts, and then written together.</summary>
internal sealed class SyscallLog(string path) : IDisposable
{
    private readonly StreamWriter _file = new(path);
    private readonly List<HostLog> _hosts = [];

    public void Watch(SimHost host)
    {
        var log = new HostLog();
        _hosts.Add(log);
        host.Observe(log);
    }

    /// <summary>Writes what is there: by time, then by host in the order of the scenario.</summary>
    public void Flush()
    {
        foreach ((Instant _, string line) in _hosts.SelectMany(h => h.Lines).OrderBy(l => l.At)) _file.WriteLine(line);
        foreach (HostLog h in _hosts) h.Lines.Clear();
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
    }

    private sealed class HostLog : ISyscallObserver
    {
        public List<(Instant At, string Line)> Lines { get; } = [];

        public void Entered(in SyscallEvent entered)
        {
        }

        public void Answered(in SyscallEvent e)
        {
            SysResult r = e.Call.Result;
            string result = r.IsOk ? $"\"result\":{r.Value.ToString(CultureInfo.InvariantCulture)}" : $"\"errno\":\"{r.Errno}\"";
            Lines.Add((e.Time, string.Create(CultureInfo.InvariantCulture,
                $"{{\"t\":{Seconds(e.Time)},\"host\":{Text(e.Host)},\"pid\":{e.Task.Pid},\"program\":{Text(e.Task.Name)},\"call\":\"{e.Call.Nr}\",\"took\":{Seconds(Instant.Zero + (e.Time - e.Since))},{result},\"text\":{Text(SyscallText.Format(e.Call))}}}")));
        }

        private static string Text(string s) => JsonSerializer.Serialize(s);

        private static string Seconds(Instant t) => string.Create(CultureInfo.InvariantCulture, $"{t.Nanoseconds / 1_000_000_000}.{t.Nanoseconds % 1_000_000_000:D9}");
    }
}
