// Dispatchers by name. The engine has one kind, the host's loop; what a name decides is whether an actor starts a host of its own.

namespace ActorNet.Engine.Dispatch;

/// <summary>Something to run.</summary>
public interface IRunnable
{
    void Run();

    void Execute();
}

/// <summary>The names of dispatchers.</summary>
public static class Dispatchers
{
    public const string DefaultDispatcherId = "akka.actor.default-dispatcher";

    public const string InternalDispatcherId = "akka.actor.internal-dispatcher";

    /// <summary>An actor of this dispatcher is a host: a loop of its own for itself and all below it.</summary>
    public const string HostDispatcherId = "actornet.host-dispatcher";
}

/// <summary>A dispatcher, as far as an actor can see one.</summary>
public sealed class MessageDispatcher(string id)
{
    public string Id { get; } = id;

    public override string ToString() => Id;
}
