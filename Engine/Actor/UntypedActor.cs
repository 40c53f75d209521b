// An actor with one method for every message.

namespace ActorNet.Engine.Actor;

/// <summary>Handles all messages in <see cref="OnReceive"/>; what it does not know it hands to Unhandled itself.</summary>
public abstract class UntypedActor : ActorBase
{
    protected new static IUntypedActorContext Context => (IUntypedActorContext)ActorBase.Context;

    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    internal override void Dispatch(object message) => OnReceive(message);

    protected abstract void OnReceive(object message);

    /// <summary>Runs code that awaits; the mailbox stays shut until it has ended.</summary>
    protected static void RunTask(Func<Task> action) => Engine.Dispatch.ActorTaskScheduler.RunTask(action);

    protected static void RunTask(Action action) => Engine.Dispatch.ActorTaskScheduler.RunTask(action);

    protected void Become(UntypedReceive receive) => Context.Become(receive);

    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);
}
