// http-client: asks a web server, closed loop (each connection asks again when it has its answer and has thought) or open loop (requests
// arrive at a rate, whatever the answers do; latency counts from the arrival, so that a slow server cannot hide what waited).

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A web client; see <see cref="HttpSession"/> for one connection's life.</summary>
public static class HttpClientProgram
{
    public static readonly Key<long> Port = Key.Integer("port", "80", "the server's port", 1, 65_535);
    public static readonly ListKey Path = Key.List("path", "what to ask for, in turns; / when absent");
    public static readonly Key<string> Method = Key.Choice("method", "GET", "the method", "GET", "HEAD", "PUT", "POST");
    public static readonly Key<long> Body = Key.Size("body", "1KiB", "PUT and POST: bytes sent");
    public static readonly Key<bool> Chunked = Key.Flag("chunked", "false", "PUT and POST: send the body in chunks instead of with its length");
    public static readonly Key<long> Requests = Key.Integer("requests", "100", "requests of an instance; 0: until the run ends");
    public static readonly Key<long> Connections = Key.Integer("connections", "1", "connections of an instance at once", 1, 1_000_000);
    public static readonly Key<bool> KeepAlive = Key.Flag("keep-alive", "true", "whether a connection serves more than one request");
    public static readonly Key<long> PerConnection = Key.Integer("requests-per-connection", "0", "with keep-alive: after so many, a new connection; 0: no limit");
    public static readonly Key<Duration> Think = Key.Time("think", "0s", "closed loop: pause of a connection after an answer");
    public static readonly Key<string> ThinkDistribution = Key.Choice("think-distribution", "fixed", "closed loop: how the pause is drawn", "fixed", "uniform", "exponential");
    public static readonly Key<long> Rate = Key.Frequency("rate", "", "open loop: requests arrive so often, exponentially spaced");
    public static readonly Key<Duration> Timeout = Key.Time("timeout", "30s", "for connect and each wait; 0 for none");

    public static readonly ProgramKind Kind = new("http-client", "a web client: closed loop with think time, or open loop with a rate",
        Port, Path, Method, Body, Chunked, Requests, Connections, KeepAlive, PerConnection, Think, ThinkDistribution, Rate, Timeout)
    {
        Targets = TargetRule.Required,
        Ends = p => p.Get(Requests) > 0,
        Check = p => p.Has(Rate) && p.Has(Think) ? (Think, "an open loop (rate) has no think time: leave one of them out")
            : p.Has(Rate) && p.Get(Rate) == 0 ? (Rate, "must be more than 0") : null,
        Run = Run,
    };

    private static async Task Run(ProgramContext context)
    {
        var work = new HttpWork(context);
        context.Meter.Planned = context.Get(Requests);
        int connections = (int)context.Get(Connections);
        var ended = new TaskCompletionSource();
        int running = connections;
        async Task One(int number)
        {
            try
            {
                await new HttpSession(context, work, number).Run();
            }
            finally
            {
                if (--running == 0) ended.TrySetResult();
            }
        }

        for (int i = 1; i < connections; i++)
        {
            int number = i;
            context.Os.Spawn(() => One(number));
        }

        if (context.Parameters.Has(Rate)) context.Os.Spawn(work.Arrive);
        await One(0);
        await ended.Task;
    }
}

/// <summary>The requests of one instance: how many are left, and in an open loop when they arrived.</summary>
internal sealed class HttpWork(ProgramContext context)
{
    private readonly Queue<Instant> _arrived = new();
    private readonly Queue<TaskCompletionSource<Instant?>> _idle = new();
    private readonly bool _open = context.Parameters.Has(HttpClientProgram.Rate);
    private readonly long _total = context.Get(HttpClientProgram.Requests);
    private long _taken, _asked;
    private bool _allArrived;

    /// <summary>The next request: when it began to wait; null when there are no more.</summary>
    public ValueTask<Instant?> Next()
    {
        if (!_open) return new(_total == 0 || _taken++ < _total ? context.Os.Now : null);
        if (_arrived.TryDequeue(out Instant at)) return new(at);
        if (_allArrived) return new((Instant?)null);
        var wait = new TaskCompletionSource<Instant?>();
        _idle.Enqueue(wait);
        return new(wait.Task);
    }

    /// <summary>Which path a request asks for.</summary>
    public long Number() => _asked++;

    /// <summary>The arrivals of an open loop. They keep their own time: a late timer does not thin them out.</summary>
    public async Task Arrive()
    {
        RandomStream random = context.Random("arrivals");
        var mean = new Duration((long)((UInt128)1_000_000_000_000 / (ulong)context.Get(HttpClientProgram.Rate)));
        Instant next = context.Os.Now;
        for (long n = 0; _total == 0 || n < _total; n++)
        {
            next += Exponential.Draw(random, mean);
            if (next > context.Os.Now) await context.Os.Delay(next - context.Os.Now);
            if (_idle.TryDequeue(out TaskCompletionSource<Instant?>? one)) one.SetResult(next);
            else _arrived.Enqueue(next);
        }

        _allArrived = true;
        while (_idle.TryDequeue(out TaskCompletionSource<Instant?>? one)) one.SetResult(null);
    }
}
