// Birth and death of an actor, as system messages: create, terminate once the children are gone, and tell who watches.

namespace ActorNet.Engine.Actor;

internal sealed partial class ActorCell
{
    internal void HandleSystem(SystemKind kind, object? first, object? second)
    {
        if (IsTerminated && kind != SystemKind.Watch)
            return;
        switch (kind)
        {
            case SystemKind.Create: Create(); break;
            case SystemKind.Recreate: Recreate((Exception)first!); break;
            case SystemKind.Suspend: Suspend(); break;
            case SystemKind.Resume: Resume((Exception?)first); break;
            case SystemKind.Terminate: Terminate(); break;
            case SystemKind.Watch: AddWatcher((ActorCell)first!); break;
            case SystemKind.Unwatch: Extra?.WatchedBy?.Remove((ActorCell)first!); break;
            case SystemKind.DeathWatch: WatchedEnded((IActorRef)first!, second is null); break;
            case SystemKind.ChildEnded: ChildEnded((ActorCell)first!); break;
            case SystemKind.Failed: HandleChildFailure((ActorCell)first!, (Exception)second!); break;
            case SystemKind.Run: ((Action)first!)(); break;
            default: throw new EngineBugException($"system message {kind}");
        }
    }

    private void Create()
    {
        if ((_state & State.NotCreated) == 0 || (_state & State.Terminating) != 0)
            return;
        try
        {
            Start();
        }
        catch (ActorInitializationException) when (DropActor())
        {
            throw;
        }
        catch (Exception e) when (DropActor())
        {
            throw new ActorInitializationException(this, "Exception during creation", e);
        }
    }

    private bool DropActor()
    {
        ReleaseActor();
        return true;
    }

    /// <summary>A guardian starts at once.</summary>
    internal void StartNow() => Start();

    private void Start()
    {
        NewActor();
        Actor!.AroundPreStart();
        Ready();
    }

    private void Ready()
    {
        _state &= ~State.NotCreated;
        WakePending();
    }

    private void NewActor()
    {
        ClearBehaviours();
        Extra?.TerminatedQueued?.Clear();
        ActorBase actor = Props.NewActor();
        if (actor.Cell != this)
            throw new ActorInitializationException(this, "An actor producer must return a new instance on each call, made in the turn of its own cell.");
        Actor = actor;
        if (ActorTypeInfo.Of(actor.GetType()).WrapsReceive)
            _state |= State.WrapsReceive;
        if (actor is IActorStash stashing)
        {
            stashing.Stash = MakeExtra().Stash = new StashQueue(this, stashing);
            _state |= State.HasStash;
        }
    }

    /// <summary>Takes from the cell what belonged to an instance: timers, behaviours, receive timeout.</summary>
    private void ReleaseActor()
    {
        for (ActorTimer? timer = FirstTimer; timer is not null; timer = timer.NextOfActor)
            timer.Release();
        FirstTimer = null;
        if (Extra is CellExtra extra)
        {
            extra.Timers?.CancelAll();
            extra.Timers = null;
            extra.Strategy = null;
            SetReceiveTimeout(null);
        }
        ClearBehaviours();
        Actor = null;
    }

    private void Terminate()
    {
        if ((_state & State.Terminating) != 0)
            return;
        _state |= State.Terminating;
        _state &= ~State.Recreating;
        SetReceiveTimeout(null);
        StopChildren();
        if (!HasChildren)
            FinishTerminate();
    }

    private void StopChildren()
    {
        for (ActorCell? child = Extra?.FirstChild; child is not null; child = child._next)
            StopChild(child);
    }

    private void FinishTerminate()
    {
        try
        {
            Actor?.AroundPostStop();
        }
        catch (Exception e)
        {
            System.EventStream.Publish(new Error(e, Path.ToString(), Actor?.GetType() ?? Props.Type, e.Message));
        }
        ActorBase? actor = Actor;
        DrainToDeadLetters();
        ReleaseActor();
        _state |= State.Terminated;
        Unwatch();
        if (Extra?.WatchedBy is List<ActorCell> watchers)
        {
            foreach (ActorCell watcher in watchers)
                watcher.SendSystem(SystemKind.DeathWatch, this);
        }
        Extra = null;
        actor?.Orphan();
        if (ParentCell is ActorCell parent)
            parent.SendSystem(SystemKind.ChildEnded, this);
        else
            System.RootEnded();
    }

    private void ChildEnded(ActorCell child)
    {
        if (!IsChild(child))
            return;
        Detach(child);
        if (ParentCell is null)
            System.ChildOfRootEnded(child);
        if (child._dying)
            Extra!.StoppingChildren--;
        if ((_state & State.Terminating) != 0)
        {
            if (!HasChildren)
                FinishTerminate();
        }
        else if ((_state & State.Recreating) != 0 && Extra!.StoppingChildren == 0)
        {
            FinishRecreate();
        }
    }

    // ---- death watch ----

    public IActorRef Watch(IActorRef subject)
    {
        WatchFor(subject, null);
        return subject;
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        WatchFor(subject, message);
        return subject;
    }

    private void WatchFor(IActorRef subject, object? message)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject == this)
            return;
        Dictionary<IActorRef, object?> watching = MakeExtra().Watching ??= [];
        // Watched already: the first message stays, as in Akka.NET (where the JVM's Akka throws).
        if (!watching.TryAdd(subject, message))
            return;
        if (subject is ActorCell cell)
            cell.SendSystem(SystemKind.Watch, this);
        else
            SendSystem(SystemKind.DeathWatch, subject, "unknown");
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (Extra?.Watching?.Remove(subject) == true && subject is ActorCell cell)
            cell.SendSystem(SystemKind.Unwatch, this);
        Extra?.TerminatedQueued?.Remove(subject);
        return subject;
    }

    private void Unwatch()
    {
        if (Extra?.Watching is not Dictionary<IActorRef, object?> watching)
            return;
        foreach (IActorRef subject in watching.Keys)
        {
            if (subject is ActorCell cell)
                cell.SendSystem(SystemKind.Unwatch, this);
        }
        watching.Clear();
    }

    private void AddWatcher(ActorCell watcher)
    {
        if (IsTerminated)
        {
            watcher.SendSystem(SystemKind.DeathWatch, this);
            return;
        }
        List<ActorCell> watchers = MakeExtra().WatchedBy ??= [];
        if (!watchers.Contains(watcher))
            watchers.Add(watcher);
    }

    /// <summary>A watched actor is gone: Terminated goes through the mailbox, behind the last words of the dead.</summary>
    private void WatchedEnded(IActorRef subject, bool existed)
    {
        if (Extra?.Watching is not Dictionary<IActorRef, object?> watching || !watching.Remove(subject, out object? custom))
            return;
        if ((_state & State.Terminating) != 0)
            return;
        (MakeExtra().TerminatedQueued ??= [])[subject] = custom;
        Loop.Post(this, new Terminated(subject, existed, false), subject);
    }

    internal void ReceivedTerminated(Terminated terminated)
    {
        if (Extra?.TerminatedQueued is not Dictionary<IActorRef, object?> queued || !queued.Remove(terminated.ActorRef, out object? custom))
            return;
        Invoke(custom ?? terminated);
    }
}
