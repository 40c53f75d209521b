// What goes wrong with actors, by Akka.NET's names.

namespace ActorNet.Engine.Actor;

/// <summary>The root of the engine's exceptions.</summary>
public abstract class AkkaException : Exception
{
    protected AkkaException(string? message, Exception? cause = null) : base(message, cause) { }
}

/// <summary>A message that cannot be sent: null.</summary>
public class InvalidMessageException(string message) : AkkaException(message);

/// <summary>A name that no actor may have, or that a sibling has.</summary>
public class InvalidActorNameException(string message, Exception? cause = null) : AkkaException(message, cause);

/// <summary>An actor's constructor, factory or PreStart threw; by default its supervisor stops it.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException(IActorRef? actor, string message, Exception? cause = null) : base(message, cause) => Actor = actor;

    public ActorInitializationException(string message, Exception? cause = null) : base(message, cause) { }

    public IActorRef? Actor { get; }

    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}

/// <summary>PreRestart threw: the restart cannot go on.</summary>
public class PreRestartException(IActorRef actor, Exception cause, Exception original, object? message)
    : ActorInitializationException(actor, $"exception in PreRestart({original.GetType()}, {message?.GetType().ToString() ?? "null"})", cause);

/// <summary>The new instance or its PostRestart threw.</summary>
public class PostRestartException(IActorRef actor, Exception cause, Exception original)
    : ActorInitializationException(actor, $"exception post restart ({original.GetType()})", cause);

/// <summary>What <see cref="Kill"/> makes an actor throw.</summary>
public class ActorKilledException(string message) : AkkaException(message);

/// <summary>A watched actor ended and its watcher did not handle <see cref="Terminated"/>.</summary>
public class DeathPactException(IActorRef dead) : AkkaException($"Monitored actor [{dead}] terminated")
{
    public IActorRef DeadActor { get; } = dead;
}

/// <summary>The actor is not in a state to do this, such as stashing one message twice.</summary>
public class IllegalActorStateException(string message) : AkkaException(message);

/// <summary>An ask got no answer in time.</summary>
public class AskTimeoutException(string message) : AkkaException(message);

/// <summary>A path selected nobody.</summary>
public class ActorNotFoundException(string message, Exception? cause = null) : AkkaException(message, cause);

/// <summary>The stash holds as many messages as it may.</summary>
public class StashOverflowException(string message) : AkkaException(message);

/// <summary>A logger did not start.</summary>
public class LoggerInitializationException(string message, Exception? cause = null) : AkkaException(message, cause);

/// <summary>The scheduler was used after its system's end, or wrongly.</summary>
public class SchedulerException(string message) : AkkaException(message);
