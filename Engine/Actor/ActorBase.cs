// The base of every actor: its context while it has a turn, and the hooks of its life.

namespace ActorNet.Engine.Actor;

/// <summary>Handles a message; false when it is not one of the behaviour's.</summary>
public delegate bool Receive(object message);

/// <summary>Handles a message, whatever it is.</summary>
public delegate void UntypedReceive(object message);

/// <summary>An actor that tells what it is told apart by a bool; most derive from <see cref="UntypedActor"/> or <see cref="ReceiveActor"/>.</summary>
public abstract class ActorBase
{
    private ActorCell? _cell;

    protected ActorBase()
    {
        ActorCell cell = ActorCell.CurrentOrAmbient
            ?? throw new ActorInitializationException(
                $"You cannot create an instance of {GetType()} explicitly using the constructor (new). You have to use one of the factory methods to create a new actor. Use Props.");
        _cell = cell;
        if (this is IWithTimers timed)
            timed.Timers = cell.MakeExtra().Timers = new TimerScheduler(cell);
    }

    internal ActorCell Cell => _cell ?? throw NoContext();

    /// <summary>This actor's own reference.</summary>
    protected IActorRef Self => Cell;

    /// <summary>Who sent the message being handled; the dead letters if nobody did.</summary>
    protected IActorRef Sender => Cell.Sender;

    /// <summary>The context of the actor whose turn it is on this thread.</summary>
    /// <exception cref="NotSupportedException">Outside of any actor's turn.</exception>
    protected static IActorContext Context => ActorCell.CurrentOrAmbient ?? throw NoContext();

    private static NotSupportedException NoContext() =>
        new("There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    /// <summary>Handles a message; false hands it to <see cref="Unhandled"/>.</summary>
    protected abstract bool Receive(object message);

    /// <summary>The engine's way in when nothing wraps the actor: one virtual call.</summary>
    internal virtual void Dispatch(object message)
    {
        if (!Receive(message))
            Unhandled(message);
    }

    internal virtual Receive OwnBehaviour => Receive;

    /// <summary>Wraps every message's handling; overriding it costs each message a little.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        ArgumentNullException.ThrowIfNull(receive);
        if (receive(message))
            return true;
        Unhandled(message);
        return false;
    }

    internal void UnhandledMessage(object message) => Unhandled(message);

    /// <summary>A message that no handler took: published as <see cref="UnhandledMessage"/>; an unhandled Terminated kills this actor too.</summary>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        Cell.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    /// <summary>Runs before the first message of a new actor, and by default of a restarted one.</summary>
    protected virtual void PreStart() { }

    /// <summary>Runs after the last message, once the children are gone; by default before a restart too.</summary>
    protected virtual void PostStop() { }

    /// <summary>Runs on the failed instance before its restart; by default stops all children and calls PostStop.</summary>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (IActorRef child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }
        PostStop();
    }

    /// <summary>Runs on the new instance after a restart; by default calls PreStart.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>How this actor decides about failed children; asked once per instance.</summary>
    protected virtual SupervisorStrategy? SupervisorStrategy() => Engine.Actor.SupervisorStrategy.DefaultStrategy;

    internal SupervisorStrategy? OwnStrategy() => SupervisorStrategy();

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPostStop() => PostStop();

    public virtual void AroundPreRestart(Exception cause, object? message) => PreRestart(cause, message);

    public virtual void AroundPostRestart(Exception cause, object? message = null) => PostRestart(cause);

    protected void Become(Receive receive) => Context.Become(receive);

    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>The instance is no longer an actor: what still runs of it finds no context.</summary>
    internal void Orphan() => _cell = null;
}
