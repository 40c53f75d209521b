// What makes `await` in a program come back to its host's loop: continuations are messages to the process's own actor.

namespace ActorNet.Actors;

/// <summary>A continuation on its way to its process.</summary>
internal sealed class Continuation(SendOrPostCallback callback, object? state)
{
    public void Run() => callback(state);
}

/// <summary>Posts continuations to a process's mailbox.</summary>
internal sealed class ProgramContext(IActorRef process) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => process.Tell(new Continuation(d, state), process);

    // A program's thread is its process's turn: whoever is not in it cannot wait for it without stopping the host.
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current != this) throw new NotSupportedException("a program's context cannot be entered synchronously from outside its host");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>Runs tasks as messages to the process's actor (for Task.Factory.StartNew).</summary>
internal sealed class ProgramScheduler(ProgramContext context) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    protected override void QueueTask(Task task) => context.Post(t => TryExecuteTask((Task)t!), task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => SynchronizationContext.Current == context && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
