// Two hosts on a cable, and what every test does with them.

using System.Diagnostics.CodeAnalysis;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

/// <summary>A network on a system of its own, in virtual time; ends, audits and disposes it.</summary>
internal sealed class Lab : IDisposable
{
    // ACTORNET_ORDER_SEED=7 runs every test under that random order of messages.
    private static readonly string s_order = Environment.GetEnvironmentVariable("ACTORNET_ORDER_SEED") is { Length: > 0 } seed
        ? $"actornet.engine {{ order = random, order-seed = {seed} }}" : "";

    // ACTORNET_WORKERS=3 has every test's hosts shared out to as many threads.
    private static readonly string s_workers = Environment.GetEnvironmentVariable("ACTORNET_WORKERS") is { Length: > 0 } workers
        ? $"\nactornet.engine.workers = {workers}" : "";

    private readonly ActorSystem _system;
    private bool _ended;

    public Lab(ulong seed = 1, ActorSystem? system = null)
    {
        _system = system ?? EngineRun.Create("lab", ConfigurationFactory.ParseString("akka.loglevel = OFF\n" + s_order + s_workers), EngineMode.Virtual);
        Network = new Network(_system, seed);
    }

    public ActorSystem System => _system;

    public Network Network { get; }

    [field: AllowNull]
    public SimHost A => field ??= Network.AddHost("a");

    [field: AllowNull]
    public SimHost B => field ??= Network.AddHost("b");

    /// <summary>Hosts a (10.0.0.1) and b (10.0.0.2) on one cable.</summary>
    public static Lab Pair(WireSpec? wire = null, ulong seed = 1, WireSpec? back = null, ActorSystem? system = null)
    {
        var lab = new Lab(seed, system);
        WireSpec w = wire ?? new WireSpec { Rate = 1_000_000_000, Delay = Duration.FromMilliseconds(1) };
        lab.Network.Link(lab.A, "eth0", lab.B, "eth0", w, back ?? w);
        lab.A.AddAddress("eth0", "10.0.0.1/24");
        lab.B.AddAddress("eth0", "10.0.0.2/24");
        return lab;
    }

    /// <summary>Runs all programs to their end, and fails if one threw, hung or left something behind.</summary>
    public ulong Finish(double seconds = 600)
    {
        bool done = Network.RunPrograms(Instant.FromSeconds(seconds));
        ulong hash = Network.TraceHash;
        if (Network.Failures.Count > 0) Assert.Fail(string.Join("\n", Network.Failures.Select(f => $"{f}\n{f.Exception.StackTrace}")));
        Assert.True(done, "programs hang: " + string.Join(", ", Network.Hosts.SelectMany(h => h.Processes.Where(p => !p.Exited).Select(p => $"{h.Name}:{p.Name}"))));
        End();
        return hash;
    }

    /// <summary>Ends the run and fails if the audit finds anything.</summary>
    public void End()
    {
        _ended = true;
        Network.Destroy();
        Assert.Empty(Network.Audit());
    }

    public void Dispose()
    {
        if (!_ended) Network.Destroy();
        _system.Dispose();
    }
}
