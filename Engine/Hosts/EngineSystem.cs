// The engine's actor system: the guardians and the hosts.

namespace ActorNet.Engine.Hosts;

internal sealed partial class EngineSystem : ActorSystem
{
    private readonly List<HostLoop> _loops = [];
    private readonly Dictionary<string, Dispatch.MessageDispatcher> _dispatchers = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action> _onTermination = [];
    private readonly ActorCell _user;
    private readonly ActorCell _system;
    private long _deadLetterCount;

    internal EngineSystem(string name, Config config, EngineMode? mode, MessageOrder? order = null)
    {
        if (string.IsNullOrEmpty(name) || !ActorPath.IsValidPathElement(name))
            throw new ArgumentException($"invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-' or '_')", nameof(name));
        Name = name;
        Settings = new Settings((config ?? ConfigurationFactory.Empty).WithFallback(s_reference.Value));
        Mode = mode ?? (Settings.IsVirtual ? EngineMode.Virtual : EngineMode.Realtime);
        Order = order ?? MessageOrder.Of(Settings.Config);
        RootPath = new RootActorPath(new Address("akka", name));
        Conductor = new Conductor(this, Order is null ? Settings.Workers : 1);
        FirstLoop = AddHost(null);
        DeadLetters = new DeadLetterRef(this);
        EventStream = new EventStream(this);
        Scheduler = new QueueScheduler(this);
        Log = Logging.GetLogger(this, name);

        Root = new ActorCell(FirstLoop, null, GuardianProps(SupervisorStrategy.StoppingStrategy), "", 0);
        FirstLoop.InTurnOf(Root, Root.StartNow);
        _user = MakeGuardian("user", GuardianProps(UserStrategy()));
        _system = MakeGuardian("system", GuardianProps(null));
    }

    private static readonly Lazy<Config> s_reference = new(static () =>
        ConfigurationFactory.FromResource("ActorNet.Engine.reference.conf", typeof(EngineSystem).Assembly));

    public override string Name { get; }

    public override Settings Settings { get; }

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters { get; }

    public override IScheduler Scheduler { get; }

    public override ILoggingAdapter Log { get; }

    public override TimeSpan Uptime => TimeSpan.FromTicks(Now / HostClock.NanosPerTick);

    public override Task WhenTerminated => _terminated.Task;

    internal EngineMode Mode { get; }

    /// <summary>Null: first in, first out.</summary>
    internal MessageOrder? Order { get; }

    internal RootActorPath RootPath { get; }

    internal Conductor Conductor { get; }

    internal HostLoop FirstLoop { get; }

    internal ActorCell Root { get; }

    internal ActorCell SystemGuardian => _system;

    internal int HostCount => _loops.Count;

    internal TimeSpan? AskTimeout => Settings.AskTimeout < TimeSpan.Zero ? null : Settings.AskTimeout;

    /// <summary>Every event before this time (ns) has been handled, or is being handled.</summary>
    internal long Clock { get; set; }

    /// <summary>The time of the host that has come furthest.</summary>
    internal long LatestLoop
    {
        get
        {
            long latest = 0;
            for (int i = 0; i < _loops.Count; i++)
                latest = Math.Max(latest, _loops[i].Now);
            return latest;
        }
    }

    internal long DeadLetterCount => Interlocked.Read(ref _deadLetterCount);

    /// <summary>Messages and events that actors have handled.</summary>
    internal long EventsHandled
    {
        get
        {
            long events = 0;
            for (int i = 0; i < _loops.Count; i++)
                events += _loops[i].Events;
            return events;
        }
    }

    /// <summary>Bytes that the queues and rings hold.</summary>
    internal long QueueBytes
    {
        get
        {
            long bytes = 0;
            for (int i = 0; i < _loops.Count; i++)
                bytes += _loops[i].Bytes;
            return bytes;
        }
    }

    internal HostLoop AddHost(HostLoop? creator)
    {
        HostLoop loop = new(this, _loops.Count, creator?.Now ?? 0);
        Conductor.Add(loop); // before it is one of those that may have to change hands for it
        _loops.Add(loop);
        return loop;
    }

    /// <summary>The loop of a host by its number; null for the outside.</summary>
    internal HostLoop? LoopOf(int id) => id < 0 ? null : _loops[id];

    internal void Wake(HostLoop loop) => loop.Worker.Update(loop);

    internal bool IsHostDispatcher(string dispatcher) => string.Equals(dispatcher, Settings.HostDispatcher, StringComparison.Ordinal);

    internal Dispatch.MessageDispatcher DispatcherOf(string id)
    {
        if (_dispatchers.TryGetValue(id, out Dispatch.MessageDispatcher? dispatcher))
            return dispatcher;
        if (!Settings.Config.HasPath(id) && !IsHostDispatcher(id))
            throw new ConfigurationException($"Dispatcher {id} not configured.");
        _dispatchers.Add(id, dispatcher = new Dispatch.MessageDispatcher(id));
        return dispatcher;
    }

    /// <summary>Checks the dispatcher's name and gives the actor its own mailbox if its Props name one.</summary>
    internal void ConfigureMailbox(ActorCell cell, Props props)
    {
        if (!ReferenceEquals(props.Dispatcher, Dispatch.Dispatchers.DefaultDispatcherId))
            DispatcherOf(props.Dispatcher);
        if (props.Mailbox is not string id)
            return;
        if (!Settings.Config.HasPath(id))
            throw new ConfigurationException($"Mailbox Type [{id}] not configured");
        Config config = Settings.Config.GetConfig(id);
        string typeName = config.GetString("mailbox-type", "") ?? "";
        Type type = Type.GetType(typeName) ?? throw new ConfigurationException($"Cannot find mailbox type [{typeName}] of [{id}]");
        if (type == typeof(Dispatch.UnboundedMailbox) || type == typeof(Dispatch.UnboundedDequeBasedMailbox))
            return;
        cell.UseMailbox(((Dispatch.MailboxType)Activator.CreateInstance(type, Settings, config)!).Create(cell, this));
    }

    /// <summary>The parent of those who wait for an answer on this host.</summary>
    internal ActorCell Temp(HostLoop loop)
    {
        if (loop.Temp is null)
        {
            loop.Temp = new ActorCell(loop, Root, GuardianProps(null), "temp", 0);
            loop.InTurnOf(loop.Temp, loop.Temp.StartNow);
        }
        return loop.Temp;
    }

    private static Props GuardianProps(SupervisorStrategy? strategy) =>
        strategy is null ? Props.Create(() => new Guardian()) : Props.Create(() => new Guardian()).WithSupervisorStrategy(strategy);

    private SupervisorStrategy UserStrategy()
    {
        if (Settings.SupervisorStrategyClass.Length == 0)
            return SupervisorStrategy.DefaultStrategy;
        Type type = Type.GetType(Settings.SupervisorStrategyClass)
            ?? throw new ConfigurationException($"Cannot find guardian-supervisor-strategy [{Settings.SupervisorStrategyClass}]");
        return ((SupervisorStrategyConfigurator)Activator.CreateInstance(type)!).Create();
    }

    private ActorCell MakeGuardian(string name, Props props)
    {
        ActorCell guardian = Root.MakeChild(props, name);
        FirstLoop.InTurnOf(guardian, guardian.StartNow);
        return guardian;
    }

    public override IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        return MakeBelow(_user, props, name);
    }

    internal IActorRef SystemActorOf(Props props, string? name) => MakeBelow(_system, props, name);

    private ActorCell MakeBelow(ActorCell guardian, Props props, string? name)
    {
        ActorCell? made = null;
        Execute(() => made = guardian.MakeChild(props, name));
        return made!;
    }

    public override ActorSelection ActorSelection(string actorPath) => Actor.ActorSelection.Of(this, Root, actorPath);

    public override ActorSelection ActorSelection(ActorPath actorPath)
    {
        ArgumentNullException.ThrowIfNull(actorPath);
        return Actor.ActorSelection.Of(this, Root, actorPath.ToStringWithoutAddress());
    }

    public override void Stop(IActorRef actor) => Root.Stop(actor);

    public override void RegisterOnTermination(Action code)
    {
        lock (_onTermination)
            _onTermination.Add(code);
    }

    public override Task Terminate()
    {
        Execute(() =>
        {
            IsEnding = true;
            Root.Stop(_user);
        });
        return WhenTerminated;
    }

    // The user's tree ends before the system's, so that the loggers hear the last of it.
    internal void ChildOfRootEnded(ActorCell guardian)
    {
        if (guardian == _user)
            Root.Stop(_system);
        else if (guardian == _system)
            Root.Stop();
    }

    internal void RootEnded()
    {
        IsTerminated = true;
        lock (_onTermination)
        {
            for (int i = _onTermination.Count - 1; i >= 0; i--)
                _onTermination[i]();
        }
        _terminated.TrySetResult();
    }

    internal bool IsTerminated { get; private set; }

    /// <summary>A failure that every supervisor has escalated ends the system.</summary>
    internal void RootFailed(Exception cause)
    {
        ReportLost(cause, "escalated beyond the root guardian: the system ends");
        Root.Stop(_user);
    }

    /// <summary>A failure that no supervisor hears of: logged, never swallowed.</summary>
    internal void ReportLost(Exception cause, string where) =>
        EventStream.Publish(new Error(cause, Name, typeof(EngineSystem), $"Uncaught exception {where}: {cause.Message}"));

    internal void PublishDeadLetter(object message, IActorRef? sender, IActorRef recipient)
    {
        Interlocked.Increment(ref _deadLetterCount);
        AllDeadLetters letter = message switch
        {
            AllDeadLetters already => already,
            IDeadLetterSuppression suppressed => new SuppressedDeadLetter(suppressed, sender ?? DeadLetters, recipient),
            _ => new DeadLetter(message, sender ?? DeadLetters, recipient),
        };
        DeadLetterHook?.Invoke(letter);
        EventStream.Publish(letter);
    }

    /// <summary>Called in the place where a message is lost, before anybody is told: it may free what the message owns.</summary>
    internal Action<AllDeadLetters>? DeadLetterHook { get; set; }

    /// <summary>The parent of everybody in its part of the tree; handles nothing.</summary>
    private sealed class Guardian : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
