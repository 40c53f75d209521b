// The recipe for an actor: type, constructor arguments, and where and how it runs. Immutable; each With… returns a copy.

using System.Linq.Expressions;

namespace ActorNet.Engine.Actor;

/// <summary>Makes an actor without Props knowing how: a producer may pool or share what constructors get.</summary>
public interface IIndirectActorProducer
{
    /// <summary>Makes a new instance, in the turn of the actor that it becomes.</summary>
    ActorBase Produce();

    Type ActorType { get; }

    void Release(ActorBase actor);
}

/// <summary>How to make an actor, again after a restart with the same arguments.</summary>
public sealed class Props : IEquatable<Props>
{
    // An ActorFactory, an IIndirectActorProducer, or nothing.
    private readonly object? _maker;

    // Every actor keeps its props: what most leave as it is lies in an object that they share.
    private readonly Deployment _deployment;

    private Props(Type type, object?[] arguments, object? maker, Deployment deployment)
    {
        Type = type;
        Arguments = arguments;
        _maker = maker;
        _deployment = deployment;
    }

    private Props With(Deployment deployment) => new(Type, Arguments, _maker, deployment);

    private sealed record Deployment
    {
        public static readonly Deployment Usual = new();

        public string Dispatcher { get; init; } = Dispatch.Dispatchers.DefaultDispatcherId;

        public string? Mailbox { get; init; }

        public SupervisorStrategy? SupervisorStrategy { get; init; }

        public int StashCapacity { get; init; } = -1;

        public static readonly Deployment Host = new() { Dispatcher = Dispatch.Dispatchers.HostDispatcherId };

        public static Deployment Of(SupervisorStrategy? strategy) => strategy is null ? Usual : new Deployment { SupervisorStrategy = strategy };
    }

    /// <summary>No props at all.</summary>
    public static readonly Props? None;

    /// <summary>Props of an actor that handles nothing.</summary>
    public static readonly Props Empty = Create<EmptyActor>();

    public Type Type { get; }

    public string TypeName => Type.AssemblyQualifiedName!;

    public object?[] Arguments { get; }

    /// <summary>The dispatcher's name in the configuration.</summary>
    public string Dispatcher => _deployment.Dispatcher;

    /// <summary>The mailbox's name in the configuration, or null for the engine's own.</summary>
    public string? Mailbox => _deployment.Mailbox;

    /// <summary>Overrides the actor's own strategy for its children.</summary>
    public SupervisorStrategy? SupervisorStrategy => _deployment.SupervisorStrategy;

    /// <summary>How many messages the stash may hold; negative: any number.</summary>
    public int StashCapacity => _deployment.StashCapacity;

    /// <summary>From <c>() =&gt; new T(a, b)</c>: arguments are evaluated now, once, and reused at each restart.</summary>
    /// <exception cref="InvalidCastException">The lambda is not a constructor call.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null) where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        ActorFactory made = ActorFactory.Of(factory.Body, out object?[] arguments);
        return new Props(made.Type, arguments, made, Deployment.Of(supervisorStrategy));
    }

    /// <summary>The constructor that takes these arguments.</summary>
    public static Props Create<TActor>(params object?[] args) where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy) where TActor : ActorBase, new() =>
        Create<TActor>().WithSupervisorStrategy(supervisorStrategy);

    public static Props Create(Type type, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        args ??= [null];
        if (typeof(IIndirectActorProducer).IsAssignableFrom(type))
            return CreateBy((IIndirectActorProducer)Activator.CreateInstance(type, args)!);
        if (!typeof(ActorBase).IsAssignableFrom(type))
            throw new ArgumentException($"{type} is no actor", nameof(type));
        return new Props(type, args, null, Deployment.Usual);
    }

    public static Props CreateBy(IIndirectActorProducer producer, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(producer);
        return new Props(producer.ActorType, args ?? [], producer, Deployment.Usual);
    }

    public Props WithDispatcher(string dispatcher) => With(dispatcher == Dispatch.Dispatchers.HostDispatcherId && _deployment == Deployment.Usual ? Deployment.Host : _deployment with { Dispatcher = dispatcher });

    public Props WithMailbox(string mailbox) => With(_deployment with { Mailbox = mailbox });

    public Props WithSupervisorStrategy(SupervisorStrategy strategy) => With(_deployment with { SupervisorStrategy = strategy });

    public Props WithStashCapacity(int capacity) => With(_deployment with { StashCapacity = capacity });

    internal ActorBase NewActor()
    {
        if (_maker is IIndirectActorProducer producer)
            return producer.Produce();
        // A Props by type finds its constructor when the actor is made, so that a wrong argument is the actor's failure, as in Akka.
        return (_maker as ActorFactory ?? ActorFactory.Of(Type, Arguments)).Make(Arguments);
    }

    public bool Equals(Props? other) =>
        other is not null && Type == other.Type && Dispatcher == other.Dispatcher && Mailbox == other.Mailbox
        && _maker as IIndirectActorProducer == other._maker as IIndirectActorProducer && StashCapacity == other.StashCapacity && ReferenceEquals(SupervisorStrategy, other.SupervisorStrategy)
        && Arguments.AsSpan().SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as Props);

    public override int GetHashCode() => (Type.MetadataToken * 31) + Arguments.Length;

    public override string ToString() => $"Props({Type.Name})";

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
