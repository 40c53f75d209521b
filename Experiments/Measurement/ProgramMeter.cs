// What one instance of a program has done so far. Written on its host's loop; read between turns of the run.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Counters of one program on one host.</summary>
public sealed class ProgramMeter(string name, string host)
{
    private readonly List<KeyValuePair<string, long>> _errorsByName = [];
    private int _parts;

    /// <summary>The scenario's name for the program.</summary>
    public string Name { get; } = name;

    public string Host { get; } = host;

    /// <summary>Completed: pings answered, transfers verified, responses received; for a server, requests served.</summary>
    public long Requests { get; private set; }

    public long Errors { get; private set; }

    /// <summary>Payload: what the program gave to send and got from recv.</summary>
    public long BytesSent { get; set; }

    public long BytesReceived { get; set; }

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Errors by errno or by a word of the program ("timeout", "content").</summary>
    public IReadOnlyList<KeyValuePair<string, long>> ErrorsByName => _errorsByName;

    /// <summary>How many requests (and <see cref="Steps"/>) the program will make, for the estimate of what is left; 0 for no end.</summary>
    public long Planned { get; set; }

    /// <summary>How many bytes it will send, where that says more than requests do.</summary>
    public long PlannedBytes { get; set; }

    /// <summary>Work of the plan that is no request: connections closed.</summary>
    public long Steps { get; set; }

    /// <summary>How much of the plan is done, 0 to 1.</summary>
    public double Share => Ended ? 1
        : PlannedBytes > 0 ? Math.Min(1, (double)BytesSent / PlannedBytes)
        : Planned > 0 ? Math.Min(1, (double)(Requests + Errors + Steps) / Planned) : 0;

    public Instant StartedAt { get; set; } = Instant.Never;

    public Instant EndedAt { get; set; } = Instant.Never;

    /// <summary>Whether its body has returned by itself.</summary>
    public bool Ended => EndedAt != Instant.Never;

    /// <summary>One request done.</summary>
    public void Done(Duration latency)
    {
        Requests++;
        Latency.Record(latency.Nanoseconds);
    }

    /// <summary>One request served, where a latency means nothing.</summary>
    public void Served() => Requests++;

    public void Failed(Errno errno) => Failed(errno.ToString());

    public void Failed(string what)
    {
        Errors++;
        for (int i = 0; i < _errorsByName.Count; i++)
        {
            if (_errorsByName[i].Key != what) continue;
            _errorsByName[i] = new(what, _errorsByName[i].Value + 1);
            return;
        }

        _errorsByName.Add(new(what, 1));
    }

    /// <summary>Adds another's counts: programs of one name, or of one name and host.</summary>
    public void Add(ProgramMeter other)
    {
        Requests += other.Requests;
        Errors += other.Errors;
        BytesSent += other.BytesSent;
        BytesReceived += other.BytesReceived;
        Latency.Add(other.Latency);
        foreach ((string what, long n) in other.ErrorsByName)
        {
            int i = _errorsByName.FindIndex(e => e.Key == what);
            if (i < 0) _errorsByName.Add(new(what, n));
            else _errorsByName[i] = new(what, _errorsByName[i].Value + n);
        }

        StartedAt = Instant.Min(StartedAt, other.StartedAt);
        EndedAt = _parts++ == 0 ? other.EndedAt : Instant.Max(EndedAt, other.EndedAt); // Never, while one of them runs
    }
}
