// Runs a scenario: builds it, drives virtual time, ends it, audits it, and writes what was measured.

using System.Diagnostics;
using System.Globalization;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>What a run is asked beyond its scenario.</summary>
public sealed record RunOptions
{
    /// <summary>Where files go; null writes none.</summary>
    public string? OutFolder { get; init; }

    /// <summary>The engine's configuration.</summary>
    public Config EngineConfig { get; init; } = ConfigurationFactory.Empty;

    /// <summary>Threads that share the hosts; 0: as many as there are processors, where they pay. Results are the same with any; null: what <see cref="EngineConfig"/> says.</summary>
    public int? Workers { get; init; }

    /// <summary>Told about five times a second of wall time.</summary>
    public Action<RunProgress>? OnProgress { get; init; }
}

/// <summary>A finished run.</summary>
/// <param name="Programs">One meter per program name, all hosts together, in the order of the scenario.</param>
public sealed record RunResult(Summary Summary, IReadOnlyList<ProgramMeter> Programs, string? Folder)
{
    public bool Failed => Summary.Outcome == RunOutcome.Failed;

    public bool Interrupted => Summary.Outcome == RunOutcome.Interrupted;
}

/// <summary>One run of one scenario.</summary>
public sealed class ScenarioRun(Scenario scenario, RunOptions options)
{
    private static readonly Duration Slice = Duration.FromMilliseconds(10);
    private static readonly Duration LongestSilence = Duration.FromSeconds(4 * 3600);

    private readonly Stopwatch _wall = new();
    private readonly MemoryUse _memory = new();
    private long _nextReport, _nextMemory;

    /// <summary>Runs it to its end. What was measured is kept and written even when it is cancelled.</summary>
    /// <exception cref="ScenarioException">It cannot be built, or its folder cannot be written; nothing is left behind.</exception>
    public RunResult Execute(CancellationToken cancel = default)
    {
        _wall.Start();
        RunFolder? folder = options.OutFolder is { } path ? new RunFolder(path) : null;
        ActorSystem system = EngineRun.Create("actornet", MessageOrders.Configure(options.Workers is { } n ? WithWorkers(n) : options.EngineConfig, scenario), EngineMode.Virtual);
        try
        {
            ScenarioNetwork network = Build(system, folder);
            using SyscallLog? syscalls = network.Syscalls;
            using MetricsCsv? metrics = folder is null ? null : new MetricsCsv(folder.Begin("metrics.csv"));
            using SocketRecorder? sockets = folder is null || scenario.RecordSockets.Nanoseconds <= 0 ? null : new SocketRecorder(folder.Begin(SocketRecorder.FileName), scenario.RecordSockets);
            string outcome = Drive(system, network, metrics, sockets, cancel);
            Instant ended = outcome == RunOutcome.Completed ? network.LastEnd : network.Network.Now;
            Sample(network, metrics, network.Network.Now);
            sockets?.Record(network.Network);
            _memory.Look(network.Network);
            ulong trace = network.Network.TraceHash; // of what was measured: how the run is taken down is not part of it
            List<string> violations = End(network, outcome);
            if (violations.Count > 0 && outcome != RunOutcome.Interrupted) outcome = RunOutcome.Failed;
            var measured = new Measurement(network, ended, _wall.Elapsed.TotalSeconds, system.EventsHandled(), _memory);
            Summary summary = measured.Summarise(outcome, trace, violations);
            metrics?.Dispose();
            sockets?.Dispose();
            syscalls?.Dispose();
            folder?.Commit();
            folder?.Write("summary.json", summary.ToJson() + "\n");
            return new RunResult(summary, measured.ByName, folder?.Path);
        }
        catch
        {
            folder?.Abandon();
            throw;
        }
        finally
        {
            system.Terminate();
        }
    }

    private Config WithWorkers(int workers) =>
        ConfigurationFactory.ParseString($"actornet.engine.workers = {(workers == 0 ? "auto" : workers.ToString(CultureInfo.InvariantCulture))}").WithFallback(options.EngineConfig);

    private ScenarioNetwork Build(ActorSystem system, RunFolder? folder)
    {
        try
        {
            return new ScenarioNetwork(scenario, system, folder);
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"{scenario.File}: {e.Message}");
        }
    }

    // The run is looked at between slices of virtual time, not after each event: when it ends must not depend on which of two hosts ran first.
    private string Drive(ActorSystem system, ScenarioNetwork network, MetricsCsv? metrics, SocketRecorder? sockets, CancellationToken cancel)
    {
        Instant end = scenario.Duration is { } d ? Instant.Zero + d : Instant.Never;
        Instant nextSample = Instant.Zero + scenario.Sample, lastEvent = Instant.Zero;
        Duration slice = Slice;
        long events = -1;
        while (true)
        {
            Instant now = network.Network.Now;
            network.Syscalls?.Flush();
            Look(system, network);
            if (cancel.IsCancellationRequested) return RunOutcome.Interrupted;
            if (network.AllEnded) return RunOutcome.Completed;
            if (now >= end) return RunOutcome.Duration;
            if (end == Instant.Never && now - lastEvent > LongestSilence) return RunOutcome.Failed;
            Instant until = Instant.Min(now + slice, end);
            while (!cancel.IsCancellationRequested)
            {
                Instant nextRecord = sockets?.Next ?? Instant.Never, due = Instant.Min(slice == Slice ? nextSample : Instant.Never, nextRecord);
                if (due >= until) break;
                network.Network.RunUntil(due, null, cancel);
                if (due == nextRecord) sockets!.Record(network.Network);
                if (due == nextSample) nextSample = Sample(network, metrics, nextSample);
            }

            network.Network.RunUntil(until, null, cancel);
            now = network.Network.Now;
            if (now >= (sockets?.Next ?? Instant.Never)) sockets!.Record(network.Network);
            if (system.EventsHandled() == events)
            {
                slice *= 2; // nothing happens: look ever further ahead
                continue;
            }

            (events, lastEvent, slice) = (system.EventsHandled(), now, Slice);
            if (now >= nextSample) nextSample = Sample(network, metrics, now);
        }
    }

    private void Look(ActorSystem system, ScenarioNetwork network)
    {
        long wall = _wall.ElapsedMilliseconds;
        if (wall >= _nextMemory)
        {
            _nextMemory = wall + 250;
            _memory.Look(network.Network);
        }

        if (options.OnProgress is not { } report || wall < _nextReport) return;
        _nextReport = wall + 200;
        double seconds = _wall.Elapsed.TotalSeconds;
        long events = system.EventsHandled();
        double now = network.Network.Now.Seconds;
        double share = network.Finite == 0 ? 0 : network.Meters.Where(m => m.Planned > 0 || m.PlannedBytes > 0).Sum(m => m.Share) / network.Finite;
        if (scenario.Duration is { } d) share = Math.Max(share, now / d.TotalSeconds);
        report(new RunProgress(now, seconds, events, events / Math.Max(seconds, 1e-9), share > 0 ? Math.Min(1, share) : null));
    }

    // Answers when the next sample is due.
    private Instant Sample(ScenarioNetwork network, MetricsCsv? metrics, Instant now)
    {
        if (metrics is null) return Instant.Never;
        metrics.Programs(now, Measurement.MergeByName(network.Meters));
        metrics.Network(now, Measurement.Counters(Measurement.HostMibs(network.Network)), Measurement.Drops(Measurement.AllMibs(network.Network)));
        return now + scenario.Sample;
    }

    // Programs are told to stop, connections get their time to close, what is left is destroyed, and the books must be even.
    private List<string> End(ScenarioNetwork network, string outcome)
    {
        List<string> violations = [];
        if (outcome == RunOutcome.Failed)
            violations.Add("nothing happens any more, but not all programs have ended: " + string.Join(", ", network.Meters.Where(m => !m.Ended).Select(m => $"{m.Name} on {m.Host}").Take(10)));
        network.Network.StopPrograms();
        network.Network.RunFor(scenario.Drain);
        network.Network.Destroy();
        violations.AddRange(network.Network.Failures.Select(f => f.ToString()));
        violations.AddRange(network.Network.Audit());
        violations.AddRange(network.CaptureErrors);
        return violations.Select(v => v.ReplaceLineEndings(" ")).ToList();
    }
}
