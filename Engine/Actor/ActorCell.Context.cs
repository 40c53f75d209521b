// The context that an actor sees: its place in the tree, its behaviours, and the calls that make, stop and watch others.

namespace ActorNet.Engine.Actor;

internal sealed partial class ActorCell
{
    public IActorRef Self => this;

    public IActorRef Sender => Loop.CurrentSender ?? System.DeadLetters;

    public IActorRef Parent => ParentCell ?? System.DeadLetters;

    ActorSystem IActorContext.System => System;

    public Dispatch.MessageDispatcher Dispatcher => System.DispatcherOf(Props.Dispatcher);

    public void Become(Receive receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        List<Receive> behaviours = MakeExtra().Behaviours ??= [];
        if (behaviours.Count > 0)
            behaviours[^1] = receive;
        else
            behaviours.Add(receive);
        _state |= State.HasBehaviour;
    }

    public void BecomeStacked(Receive receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        List<Receive> behaviours = MakeExtra().Behaviours ??= [];
        if (behaviours.Count == 0)
            behaviours.Add(Actor!.OwnBehaviour);
        behaviours.Add(receive);
        _state |= State.HasBehaviour;
    }

    public void UnbecomeStacked()
    {
        if (Extra?.Behaviours is not { Count: > 0 } behaviours)
            return;
        behaviours.RemoveAt(behaviours.Count - 1);
        if (behaviours.Count == 0)
            _state &= ~State.HasBehaviour;
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(Wrap(receive));

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(Wrap(receive));

    private static Receive Wrap(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void ClearBehaviours()
    {
        Extra?.Behaviours?.Clear();
        _state &= ~State.HasBehaviour;
    }

    public IActorRef ActorOf(Props props, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        return MakeChild(props, name);
    }

    public ActorSelection ActorSelection(string actorPath) => Engine.Actor.ActorSelection.Of(System, this, actorPath);

    public ActorSelection ActorSelection(ActorPath actorPath)
    {
        ArgumentNullException.ThrowIfNull(actorPath);
        return Engine.Actor.ActorSelection.Of(System, this, actorPath.ToStringWithoutAddress());
    }

    public IActorRef Child(string name) => FindChild(name) ?? ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren()
    {
        List<IActorRef> children = [];
        for (ActorCell? child = Extra?.FirstChild; child is not null; child = child._next)
            children.Add(child);
        return children;
    }

    public void Stop(IActorRef child)
    {
        if (child is not ActorCell cell)
            return;
        if (HostLoop.Active == Loop && IsChild(cell))
            StopChild(cell);
        else
            cell.Stop();
    }

    private void StopChild(ActorCell child)
    {
        if (!child._dying)
        {
            child._dying = true;
            Extra!.StoppingChildren++;
        }
        child.Stop();
    }

    public void Stop() => SendSystem(SystemKind.Terminate);

    public TimeSpan? ReceiveTimeout => Extra?.ReceiveTimeout?.Timeout;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is null)
        {
            Extra?.ReceiveTimeout?.Cancel();
            if (Extra is not null)
                Extra.ReceiveTimeout = null;
            _state &= ~State.HasReceiveTimeout;
            return;
        }
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout.Value, TimeSpan.Zero, nameof(timeout));
        ReceiveTimeoutState state = MakeExtra().ReceiveTimeout ??= new ReceiveTimeoutState(this);
        state.Timeout = timeout.Value;
        state.Restart();
        _state |= State.HasReceiveTimeout;
    }

    private void RestartReceiveTimeout() => Extra?.ReceiveTimeout?.Restart();

    internal void TimerHandled(object message)
    {
        if ((_state & State.HasReceiveTimeout) != 0 && message is not INotInfluenceReceiveTimeout)
            RestartReceiveTimeout();
    }

    internal void ReceivedReceiveTimeout() => Invoke(Engine.Actor.ReceiveTimeout.Instance);
}

/// <summary>The timer behind SetReceiveTimeout; every message only moves its due time.</summary>
internal sealed class ReceiveTimeoutState(ActorCell cell)
{
    private readonly ActorTimer _timer = new(cell, ReceiveTimeout.Instance);

    public TimeSpan Timeout { get; set; }

    public void Restart() => _timer.Arm(cell.Loop.Now + HostClock.ToNanos(Timeout));

    public void Cancel() => _timer.Disarm();
}
