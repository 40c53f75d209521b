// The base class of a test that needs actors, on Akka.NET: Akka's own TestKit over a system in real time, with the two members that ours has beyond it.

using Xunit.Abstractions;

namespace ActorNet.Testing;

/// <summary>A system in real time and a test actor for one test.</summary>
public class TestKit : Akka.TestKit.Xunit2.TestKit
{
    private readonly bool _ownsSystem;

    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null) : base(system ?? NewSystem(Config.Empty, null), output) => _ownsSystem = system is null;

    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null) : base(NewSystem(config, actorSystemName), output) => _ownsSystem = true;

    public TestKit(string config, ITestOutputHelper? output = null) : this(ConfigurationFactory.ParseString(config), null, output) { }

    /// <summary>Lets the system run for a time.</summary>
    public void Advance(TimeSpan duration) => Sys.RunUntil(Sys.NowNanos() + (duration.Ticks * 100));

    /// <summary>Waits until the task has ended, and gives its result.</summary>
    public T Complete<T>(Task<T> task, TimeSpan? max = null)
    {
        Complete((Task)task, max);
        return task.GetAwaiter().GetResult();
    }

    public void Complete(Task task, TimeSpan? max = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        Xunit.Assert.True(((IAsyncResult)task).AsyncWaitHandle.WaitOne(max ?? RemainingOrDefault), $"The task has not ended within {max ?? RemainingOrDefault}");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Has the test actor watch; its cell is the current one of a test's thread.</summary>
    public IActorRef WatchWith(IActorRef subject, object message) => Akka.Actor.Internal.InternalCurrentActorCellKeeper.Current!.WatchWith(subject, message);

    /// <summary>From here on this thread is no actor's: what it tells has no sender, and there is no <c>Context</c>.</summary>
    protected static void LeaveTestActor() => Akka.Actor.Internal.InternalCurrentActorCellKeeper.Current = null;

    protected override void AfterAll()
    {
        base.AfterAll();
        if (_ownsSystem) Shutdown(Sys);
    }

    private static ActorSystem NewSystem(Config config, string? name) =>
        EngineRun.Create(name ?? "test", config.WithFallback(ConfigurationFactory.ParseString("akka.loggers = [\"Akka.TestKit.TestEventListener, Akka.TestKit\"]")), EngineMode.Realtime);
}

/// <summary>Forms of Akka's TestKit that ours takes more simply.</summary>
public static class TestKitForms
{
    /// <summary>Has a probe answer on its own for as long as <paramref name="pilot"/> says true.</summary>
    public static void SetAutoPilot(this Akka.TestKit.TestKitBase probe, Func<IActorRef, object, bool> pilot) =>
        probe.SetAutoPilot(new Akka.TestKit.DelegateAutoPilot((sender, message) => pilot(sender, message) ? Akka.TestKit.AutoPilot.KeepRunning : Akka.TestKit.AutoPilot.NoAutoPilot));
}
