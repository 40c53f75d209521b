// What an actor may do in its turn.

namespace ActorNet.Engine.Actor;

/// <summary>Makes actors and finds them.</summary>
public interface IActorRefFactory
{
    /// <summary>Makes a child; its constructor runs later, in its own turn. A name must be unique among siblings; without one it is made up if asked for.</summary>
    IActorRef ActorOf(Props props, string? name = null);

    ActorSelection ActorSelection(string actorPath);

    ActorSelection ActorSelection(ActorPath actorPath);
}

/// <summary>Death watch.</summary>
public interface ICanWatch
{
    /// <summary>Asks for <see cref="Terminated"/> when the subject has ended; at once if it has.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>As Watch, with a message of one's own in place of Terminated.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    IActorRef Unwatch(IActorRef subject);
}

/// <summary>An actor's context; only valid in its own turn.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    IActorRef Self { get; }

    Props Props { get; }

    IActorRef Sender { get; }

    IActorRef Parent { get; }

    ActorSystem System { get; }

    Dispatch.MessageDispatcher Dispatcher { get; }

    TimeSpan? ReceiveTimeout { get; }

    /// <summary>Has <see cref="Actor.ReceiveTimeout"/> sent when no message came for that long; null ends it.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Replaces the topmost behaviour.</summary>
    void Become(Receive receive);

    /// <summary>Puts a behaviour on top.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Takes the topmost behaviour off.</summary>
    void UnbecomeStacked();

    /// <summary>The child of that name, or Nobody.</summary>
    IActorRef Child(string name);

    /// <summary>The children in order of creation.</summary>
    IEnumerable<IActorRef> GetChildren();

    /// <summary>Stops an actor after the message it is handling: its children first, then itself.</summary>
    void Stop(IActorRef child);
}

/// <summary>The context of an <see cref="UntypedActor"/>.</summary>
public interface IUntypedActorContext : IActorContext
{
    void Become(UntypedReceive receive);

    void BecomeStacked(UntypedReceive receive);
}

/// <summary>Shorter ways to make actors.</summary>
public static class ActorRefFactoryExtensions
{
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null) where TActor : ActorBase, new()
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.ActorOf(Props.Create<TActor>(), name);
    }

    /// <summary>The selection of the reference's own path.</summary>
    public static ActorSelection ActorSelection(this IActorRefFactory factory, IActorRef anchor)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(anchor);
        return factory.ActorSelection(anchor.Path);
    }
}
