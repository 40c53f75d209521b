// What a parent does about a child that failed.

using System.Globalization;

namespace ActorNet.Engine.Actor;

/// <summary>Decides what becomes of a failed child, and carries it out.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>An actor that did not come to life, was killed or died of a death pact is stopped; any other failure restarts it.</summary>
    public static readonly IDecider DefaultDecider = Actor.Decider.From(static e =>
        e is ActorInitializationException or ActorKilledException or DeathPactException ? Directive.Stop : Directive.Restart);

    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops every child that fails.</summary>
    public static readonly SupervisorStrategy StoppingStrategy = new OneForOneStrategy(static _ => Directive.Stop);

    public abstract IDecider Decider { get; }

    protected bool LoggingEnabled { get; set; } = true;

    protected virtual Directive Handle(IActorRef child, Exception exception) => Decider.Decide(exception);

    /// <summary>Restarts, resumes or stops; called for every directive but Escalate.</summary>
    public abstract void ProcessFailure(IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children);

    internal bool HandleFailure(ActorCell parent, Exception cause, ChildRestartStats stats)
    {
        ActorCell child = (ActorCell)stats.Child;
        Directive directive = Handle(child, cause);
        if (directive == Directive.Escalate)
        {
            LogFailure(parent, child, cause, directive);
            return false;
        }
        LogFailure(parent, child, cause, directive);
        if (directive == Directive.Resume)
            child.SendSystem(SystemKind.Resume, cause);
        else
            ProcessFailure(parent, directive == Directive.Restart, child, cause, stats, parent.StatsOfChildren());
        return true;
    }

    /// <summary>A resumed child's failure is a warning, any other an error; an escalated one is logged by who ends it.</summary>
    protected virtual void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(child);
        ArgumentNullException.ThrowIfNull(cause);
        if (!LoggingEnabled)
            return;
        string message = cause is ActorInitializationException { InnerException: Exception inner } ? inner.Message : cause.Message;
        string source = child.Path.ToString();
        switch (directive)
        {
            case Directive.Resume:
                context.System.EventStream.Publish(new Warning(source, GetType(), message));
                break;
            case Directive.Escalate:
                break;
            default:
                context.System.EventStream.Publish(new Error(cause, source, GetType(), message));
                break;
        }
    }

    /// <summary>Restarts a child; one that has not failed itself is suspended first.</summary>
    protected static void RestartChild(IActorRef child, Exception cause, bool suspendFirst)
    {
        ActorCell cell = (ActorCell)child;
        if (suspendFirst)
            cell.SendSystem(SystemKind.Suspend);
        cell.SendSystem(SystemKind.Recreate, cause);
    }
}

/// <summary>Decides only about the child that failed.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, withinTimeRange ?? Timeout.InfiniteTimeSpan, Actor.Decider.From(localOnlyDecider)) { }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, withinTimeRange ?? Timeout.InfiniteTimeSpan, decider) { }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, TimeSpan.FromMilliseconds(withinTimeMilliseconds), Actor.Decider.From(localOnlyDecider), loggingEnabled) { }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(-1, Timeout.InfiniteTimeSpan, Actor.Decider.From(localOnlyDecider)) { }

    public OneForOneStrategy(IDecider decider) : this(-1, Timeout.InfiniteTimeSpan, decider) { }

    private OneForOneStrategy(int maxNrOfRetries, TimeSpan withinTimeRange, IDecider decider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRange = withinTimeRange;
        Decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    /// <summary>Restarts allowed within the time range; -1: any number.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>The range, in the system's time; infinite: the whole life.</summary>
    public TimeSpan WithinTimeRange { get; }

    public override IDecider Decider { get; }

    public override void ProcessFailure(IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(stats);
        if (restart && stats.RequestRestartPermission(MaxNumberOfRetries, WithinTimeRange, context.NowNanos()))
            RestartChild(child, cause, suspendFirst: false);
        else
            context.Stop(child);
    }
}

/// <summary>Decides about all children when one fails.</summary>
public class AllForOneStrategy : SupervisorStrategy
{
    private readonly int _maxNrOfRetries;
    private readonly TimeSpan _withinTimeRange;

    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
    {
        _maxNrOfRetries = maxNrOfRetries ?? -1;
        _withinTimeRange = withinTimeRange ?? Timeout.InfiniteTimeSpan;
        Decider = Actor.Decider.From(localOnlyDecider);
    }

    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, TimeSpan.FromMilliseconds(withinTimeMilliseconds), localOnlyDecider) => LoggingEnabled = loggingEnabled;

    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(null, null, localOnlyDecider) { }

    public override IDecider Decider { get; }

    public override void ProcessFailure(IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(children);
        long now = context.NowNanos();
        bool all = restart;
        foreach (ChildRestartStats each in children)
            all &= !restart || each.RequestRestartPermission(_maxNrOfRetries, _withinTimeRange, now);
        foreach (ChildRestartStats each in children)
        {
            if (all)
                RestartChild(each.Child, cause, suspendFirst: !each.Child.Equals(child));
            else
                context.Stop(each.Child);
        }
    }
}

/// <summary>Turns an exception into a decision.</summary>
public interface IDecider
{
    Directive Decide(Exception cause);
}

/// <summary>Ways to make deciders.</summary>
public static class Decider
{
    public static IDecider From(Func<Exception, Directive> decider)
    {
        ArgumentNullException.ThrowIfNull(decider);
        return new FuncDecider(decider);
    }

    /// <summary>By the exception's type, the nearest one; otherwise the default.</summary>
    public static IDecider From(Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs) => new FuncDecider(cause =>
    {
        for (Type? type = cause.GetType(); type is not null; type = type.BaseType)
        {
            foreach (KeyValuePair<Type, Directive> pair in pairs)
            {
                if (pair.Key == type)
                    return pair.Value;
            }
        }
        return defaultDirective;
    });

    private sealed class FuncDecider(Func<Exception, Directive> decide) : IDecider
    {
        public Directive Decide(Exception cause) => decide(cause);
    }
}

/// <summary>How often a child was restarted in the current range of time.</summary>
public sealed class ChildRestartStats(IActorRef child)
{
    private long _windowStart = -1;

    public IActorRef Child { get; } = child;

    public int MaxNrOfRetriesCount { get; private set; }

    internal bool RequestRestartPermission(int maxNrOfRetries, TimeSpan range, long nowNanos)
    {
        if (maxNrOfRetries == 0)
            return false;
        bool ranged = range > TimeSpan.Zero;
        if (!ranged)
            return maxNrOfRetries < 0 || ++MaxNrOfRetriesCount <= maxNrOfRetries;
        int allowed = maxNrOfRetries < 0 ? 1 : maxNrOfRetries;
        if (_windowStart >= 0 && nowNanos - _windowStart <= HostClock.ToNanos(range))
            return ++MaxNrOfRetriesCount <= allowed;
        _windowStart = nowNanos;
        MaxNrOfRetriesCount = 1;
        return true;
    }
}

/// <summary>Names a strategy in the configuration: akka.actor.guardian-supervisor-strategy.</summary>
public abstract class SupervisorStrategyConfigurator
{
    public abstract SupervisorStrategy Create();
}

public sealed class DefaultSupervisorStrategy : SupervisorStrategyConfigurator
{
    public override SupervisorStrategy Create() => SupervisorStrategy.DefaultStrategy;
}

public sealed class StoppingSupervisorStrategy : SupervisorStrategyConfigurator
{
    public override SupervisorStrategy Create() => SupervisorStrategy.StoppingStrategy;
}
