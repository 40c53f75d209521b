// The part of Akka's TestKit that our tests use, in virtual time: to wait is to run the system until it has happened or the virtual deadline is there.
// Nothing here looks at the wall clock.

using Xunit;

namespace ActorNet.Testing;

/// <summary>A test actor, its queue of messages, and the expectations on it.</summary>
public abstract partial class TestKitBase
{
    private readonly Lock _lock = new();
    private readonly Queue<Envelope> _queue = new();
    private readonly EngineSystem _system;
    private readonly ActorCell _testCell;
    private Func<object, bool>? _ignore;
    private long _withinEnd = -1;

    private protected TestKitBase(ActorSystem system, string? name)
    {
        _system = (EngineSystem)system;
        Sys = system;
        Settings = new TestKitSettings(system.Settings.Config);
        _testCell = (ActorCell)_system.SystemActorOf(Props.CreateBy(new TestActorProducer(this)), name);
    }

    public ActorSystem Sys { get; }

    public TestKitSettings Settings { get; }

    /// <summary>Gets what the expectations look at; the sender of what the test itself tells.</summary>
    public IActorRef TestActor => _testCell;

    public object? LastMessage { get; private set; }

    public IActorRef? LastSender { get; private set; }

    public bool HasMessages
    {
        get
        {
            lock (_lock)
                return _queue.Count > 0;
        }
    }

    /// <summary>Time on the system's clock.</summary>
    public TimeSpan Now => TimeSpan.FromTicks(_system.Now / 100);

    /// <summary>What is left of the enclosing Within, or the default.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Settings.SingleExpectDefault);

    public TimeSpan Remaining => _withinEnd >= 0
        ? TimeSpan.FromTicks(Math.Max(0, _withinEnd - _system.Now) / 100)
        : throw new InvalidOperationException("Remaining may not be called outside of \"within\"");

    public TimeSpan RemainingOr(TimeSpan duration) => _withinEnd >= 0 ? Remaining : duration;

    public TimeSpan Dilated(TimeSpan duration) => duration * Settings.TestTimeFactor;

    internal ActorCell TestCell => _testCell;

    internal EngineSystem Engine => _system;

    public IActorRef ActorOf(Props props, string? name = null) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>(string? name = null) where TActor : ActorBase, new() => Sys.ActorOf<TActor>(name);

    public IActorRef ActorOf<TActor>(System.Linq.Expressions.Expression<Func<TActor>> factory, string? name = null) where TActor : ActorBase =>
        Sys.ActorOf(Props.Create(factory), name);

    /// <summary>A child of the test actor.</summary>
    public IActorRef ChildActorOf(Props props, string? name = null)
    {
        ActorCell? child = null;
        _system.Execute(() => child = _testCell.MakeChild(props, name));
        return child!;
    }

    public TestProbe CreateTestProbe(string? name = null) => new(Sys, name);

    public TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, name);

    public IActorRef Watch(IActorRef subject)
    {
        InTestActor(() => _testCell.Watch(subject));
        return subject;
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        InTestActor(() => _testCell.WatchWith(subject, message));
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        InTestActor(() => _testCell.Unwatch(subject));
        return subject;
    }

    /// <summary>Messages that the queue does not take.</summary>
    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) => _ignore = shouldIgnoreMessage;

    public void IgnoreNoMessages() => _ignore = null;

    /// <summary>Runs the system for a time.</summary>
    public void Advance(TimeSpan duration) => _system.RunUntil(_system.Now + HostClock.ToNanos(duration), null, default);

    /// <summary>Runs the system until the task has ended, and gives its result.</summary>
    public T Complete<T>(Task<T> task, TimeSpan? max = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        Complete((Task)task, max);
        return task.GetAwaiter().GetResult();
    }

    public void Complete(Task task, TimeSpan? max = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        RunFor(max ?? RemainingOrDefault, () => task.IsCompleted);
        Assert.True(task.IsCompleted, $"The task has not ended within {max ?? RemainingOrDefault}");
        task.GetAwaiter().GetResult();
    }

    private void InTestActor(Action action) => _system.Execute(() => _testCell.Loop.InTurnOf(_testCell, action));

    /// <summary>Runs the system until the condition holds, at most for that long; whether it does.</summary>
    private protected bool RunFor(TimeSpan max, Func<bool> condition)
    {
        if (condition())
            return true;
        _system.RunUntil(_system.Now + HostClock.ToNanos(max), condition, default);
        return condition();
    }

    internal bool Run(TimeSpan max, Func<bool> condition) => RunFor(max, condition);

    /// <summary>The next message of the queue, if one comes in time.</summary>
    private protected bool TryReceive(TimeSpan max, out Envelope envelope)
    {
        if (!RunFor(max, () => HasMessages))
        {
            envelope = default;
            return false;
        }
        lock (_lock)
            envelope = _queue.Dequeue();
        LastMessage = envelope.Message;
        LastSender = envelope.Sender;
        return true;
    }

    private void Receive(object message, IActorRef sender)
    {
        if (_ignore?.Invoke(message) == true)
            return;
        lock (_lock)
            _queue.Enqueue(new Envelope(message, sender));
    }

    private protected virtual void OnTestActorMessage(object message, IActorRef sender) => Receive(message, sender);

    private sealed class TestActorProducer(TestKitBase kit) : IIndirectActorProducer
    {
        public Type ActorType => typeof(QueueingActor);

        public ActorBase Produce() => new QueueingActor(kit);

        public void Release(ActorBase actor) { }
    }

    private sealed class QueueingActor(TestKitBase kit) : UntypedActor
    {
        protected override void OnReceive(object message) => kit.OnTestActorMessage(message, Sender);
    }
}

/// <summary>akka.test.*: how long expectations wait in virtual time.</summary>
public sealed class TestKitSettings
{
    internal TestKitSettings(Config config)
    {
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", TimeSpan.FromSeconds(3));
        ExpectNoMessageDefault = config.GetTimeSpan("akka.test.expect-no-message-default", TimeSpan.FromMilliseconds(100));
        FilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", TimeSpan.FromSeconds(3));
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1.0);
    }

    public TimeSpan SingleExpectDefault { get; }

    public TimeSpan ExpectNoMessageDefault { get; }

    public TimeSpan FilterLeeway { get; }

    public double TestTimeFactor { get; }
}
