// Failure and supervision: a failed actor and those below it are suspended until its parent has decided.

namespace ActorNet.Engine.Actor;

internal sealed partial class ActorCell
{
    /// <summary>The actor, or its supervision of a child, threw.</summary>
    internal void Failed(Exception cause, object? message)
    {
        if (IsTerminated)
        {
            System.ReportLost(cause, $"in {Path} after its end");
            return;
        }
        if ((_state & State.Terminating) != 0)
        {
            System.EventStream.Publish(new Error(cause, Path.ToString(), Actor?.GetType() ?? Props.Type, cause.Message));
            return;
        }
        CellExtra extra = MakeExtra();
        if ((_state & State.Failed) == 0)
        {
            _state |= State.Failed;
            extra.FailedMessage = message;
            SuspendMailbox();
            for (ActorCell? child = extra.FirstChild; child is not null; child = child._next)
            {
                if (child != extra.Perpetrator)
                    child.SendSystem(SystemKind.Suspend);
            }
        }
        if (ParentCell is ActorCell parent)
            parent.SendSystem(SystemKind.Failed, this, cause);
        else
            System.RootFailed(cause);
    }

    private void Suspend()
    {
        SuspendMailbox();
        for (ActorCell? child = Extra?.FirstChild; child is not null; child = child._next)
            child.SendSystem(SystemKind.Suspend);
    }

    private void Resume(Exception? causedByFailure)
    {
        if (Actor is null)
        {
            // It never came to life: resuming it means to try once more.
            Recreate(causedByFailure ?? new ActorInitializationException(this, "resumed before it was created"));
            return;
        }
        ActorCell? perpetrator = Extra?.Perpetrator;
        if (causedByFailure is not null)
            ClearFailed();
        for (ActorCell? child = Extra?.FirstChild; child is not null; child = child._next)
            child.SendSystem(SystemKind.Resume, child == perpetrator ? causedByFailure : null);
        ResumeMailbox();
    }

    private void ClearFailed()
    {
        _state &= ~State.Failed;
        if (Extra is CellExtra extra)
        {
            extra.Perpetrator = null;
            extra.FailedMessage = null;
        }
    }

    private void Recreate(Exception cause)
    {
        if ((_state & (State.Terminating | State.Recreating)) != 0)
            return;
        CellExtra extra = MakeExtra();
        extra.RecreateCause = cause;
        if (Actor is not null)
        {
            try
            {
                Actor.AroundPreRestart(cause, extra.FailedMessage);
            }
            catch (Exception e)
            {
                PreRestartException failure = new(this, e, cause, extra.FailedMessage);
                System.EventStream.Publish(new Error(failure, Path.ToString(), Actor.GetType(), e.Message));
            }
            extra.Stash?.UnstashAll();
        }
        else
        {
            StopChildren();
        }
        if (extra.StoppingChildren > 0)
            _state |= State.Recreating;
        else
            FinishRecreate();
    }

    private void FinishRecreate()
    {
        _state &= ~State.Recreating;
        CellExtra extra = Extra!;
        Exception cause = extra.RecreateCause!;
        extra.RecreateCause = null;
        bool wasCreated = (_state & State.NotCreated) == 0;
        ReleaseActor();
        ClearFailed();
        try
        {
            NewActor();
            if (wasCreated)
                Actor!.AroundPostRestart(cause);
            else
                Actor!.AroundPreStart();
        }
        catch (Exception e)
        {
            ReleaseActor();
            ResumeMailbox();
            throw wasCreated
                ? new PostRestartException(this, e, cause)
                : e as ActorInitializationException ?? new ActorInitializationException(this, "Exception during creation", e);
        }
        Ready();
        for (ActorCell? child = extra.FirstChild; child is not null; child = child._next)
            child.SendSystem(SystemKind.Recreate, cause);
        ResumeMailbox();
    }

    private void HandleChildFailure(ActorCell child, Exception cause)
    {
        if (!IsChild(child) || (_state & State.Terminating) != 0)
            return;
        CellExtra extra = Extra!;
        SupervisorStrategy strategy = extra.Strategy ??= Props.SupervisorStrategy ?? Actor?.OwnStrategy() ?? Engine.Actor.SupervisorStrategy.DefaultStrategy;
        if (strategy.HandleFailure(this, cause, StatsOf(child)))
            return;
        // Escalated: this actor fails of its child's cause.
        extra.Perpetrator = child;
        throw new EscalatedException(cause);
    }

    private ChildRestartStats StatsOf(ActorCell child)
    {
        Dictionary<ActorCell, ChildRestartStats> all = Extra!.RestartStats ??= [];
        if (!all.TryGetValue(child, out ChildRestartStats? stats))
            all.Add(child, stats = new ChildRestartStats(child));
        return stats;
    }

    internal List<ChildRestartStats> StatsOfChildren()
    {
        List<ChildRestartStats> stats = [];
        for (ActorCell? child = Extra?.FirstChild; child is not null; child = child._next)
            stats.Add(StatsOf(child));
        return stats;
    }
}

/// <summary>Carries a child's failure up to its grandparent; supervisors see the cause itself.</summary>
internal sealed class EscalatedException(Exception cause) : Exception(cause.Message, cause);
