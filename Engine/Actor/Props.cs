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
    private readonly ActorFactory? _factory;
    private readonly IIndirectActorProducer? _producer;

    private Props(Type type, object?[] arguments, ActorFactory? factory, IIndirectActorProducer? producer)
    {
        Type = type;
        Arguments = arguments;
        _factory = factory;
        _producer = producer;
    }

    private Props(Props from)
    {
        Type = from.Type;
        Arguments = from.Arguments;
        _factory = from._factory;
        _producer = from._producer;
        Dispatcher = from.Dispatcher;
        Mailbox = from.Mailbox;
        SupervisorStrategy = from.SupervisorStrategy;
        StashCapacity = from.StashCapacity;
    }

    /// <summary>No props at all.</summary>
    public static readonly Props? None;

    /// <summary>Props of an actor that handles nothing.</summary>
    public static readonly Props Empty = Create<EmptyActor>();

    public Type Type { get; }

    public string TypeName => Type.AssemblyQualifiedName!;

    public object?[] Arguments { get; }

    /// <summary>The dispatcher's name in the configuration.</summary>
    public string Dispatcher { get; private init; } = Dispatch.Dispatchers.DefaultDispatcherId;

    /// <summary>The mailbox's name in the configuration, or null for the engine's own.</summary>
    public string? Mailbox { get; private init; }

    /// <summary>Overrides the actor's own strategy for its children.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; private init; }

    /// <summary>How many messages the stash may hold; negative: any number.</summary>
    public int StashCapacity { get; private init; } = -1;

    /// <summary>From <c>() =&gt; new T(a, b)</c>: arguments are evaluated now, once, and reused at each restart.</summary>
    /// <exception cref="InvalidCastException">The lambda is not a constructor call.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null) where TActor : ActorBase
    {
        ArgumentNullException.ThrowIfNull(factory);
        ActorFactory made = ActorFactory.Of(factory.Body, out object?[] arguments);
        return new Props(made.Type, arguments, made, null) { SupervisorStrategy = supervisorStrategy };
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
        return new Props(type, args, null, null);
    }

    public static Props CreateBy(IIndirectActorProducer producer, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(producer);
        return new Props(producer.ActorType, args ?? [], null, producer);
    }

    public Props WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    public Props WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    public Props WithSupervisorStrategy(SupervisorStrategy strategy) => new(this) { SupervisorStrategy = strategy };

    public Props WithStashCapacity(int capacity) => new(this) { StashCapacity = capacity };

    internal ActorBase NewActor()
    {
        if (_producer is not null)
            return _producer.Produce();
        // A Props by type finds its constructor when the actor is made, so that a wrong argument is the actor's failure, as in Akka.
        return (_factory ?? ActorFactory.Of(Type, Arguments)).Make(Arguments);
    }

    public bool Equals(Props? other) =>
        other is not null && Type == other.Type && Dispatcher == other.Dispatcher && Mailbox == other.Mailbox
        && _producer == other._producer && StashCapacity == other.StashCapacity && ReferenceEquals(SupervisorStrategy, other.SupervisorStrategy)
        && Arguments.AsSpan().SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as Props);

    public override int GetHashCode() => (Type.MetadataToken * 31) + Arguments.Length;

    public override string ToString() => $"Props({Type.Name})";

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
