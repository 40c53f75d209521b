// Code that awaits inside an actor: continuations come back to the actor's loop as turns of the same message, while the mailbox stays shut.

using System.Runtime.ExceptionServices;

namespace ActorNet.Engine.Dispatch;

/// <summary>Runs tasks in the turns of the actor that started them.</summary>
public sealed class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;
    private readonly IActorRef? _sender;
    private readonly object? _message;
    private readonly ActorSynchronizationContext _context;

    private ActorTaskScheduler(ActorCell cell)
    {
        _cell = cell;
        _sender = cell.Loop.CurrentSender;
        _message = cell.Loop.CurrentMessage;
        _context = new ActorSynchronizationContext(this);
    }

    public static void RunTask(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        RunTask(() =>
        {
            action();
            return Task.CompletedTask;
        });
    }

    /// <summary>Runs the code in this turn up to its first wait; the actor's next message comes when it has ended. Its exception is the actor's.</summary>
    public static void RunTask(Func<Task> asyncAction)
    {
        ArgumentNullException.ThrowIfNull(asyncAction);
        ActorCell cell = HostLoop.Active?.CurrentCell ?? throw new InvalidOperationException("RunTask must be called from an actor context.");
        ActorTaskScheduler scheduler = new(cell);
        SynchronizationContext? outer = SynchronizationContext.Current;
        Task ended;
        try
        {
            SynchronizationContext.SetSynchronizationContext(scheduler._context);
            Task<Task> started = new(asyncAction);
            started.RunSynchronously(scheduler);
            ended = started.IsFaulted ? started : started.Result;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
        if (ended.IsCompleted)
        {
            Rethrow(ended);
            return;
        }
        cell.SuspendForTask();
        ActorBase? instance = cell.Actor;
        ended.ContinueWith(
            task => cell.Tell(new TaskEnded(task, instance, scheduler._message), scheduler._sender),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            Default);
    }

    private static void Rethrow(Task ended)
    {
        if (ended.IsFaulted)
            ExceptionDispatchInfo.Throw(ended.Exception!.InnerExceptions.Count == 1 ? ended.Exception.InnerException! : ended.Exception);
        if (ended.IsCanceled)
            throw new TaskCanceledException(ended);
    }

    protected override void QueueTask(Task task) => Post(() => TryExecuteTask(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && HostLoop.Active?.CurrentCell == _cell && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Post(Action turn) => _cell.Tell(new TaskTurn(this, turn), _sender);

    /// <summary>One continuation's turn.</summary>
    private sealed class TaskTurn(ActorTaskScheduler scheduler, Action turn) : EngineMessage
    {
        internal override bool PassesSuspension => true;

        internal override object? Letter => null;

        internal override void Deliver(ActorCell cell, IActorRef? sender)
        {
            SynchronizationContext? outer = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(scheduler._context);
            cell.Loop.CurrentMessage = scheduler._message;
            try
            {
                turn();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        }
    }

    /// <summary>All of it has ended: the mailbox opens, or the actor fails.</summary>
    private sealed class TaskEnded(Task task, ActorBase? instance, object? message) : EngineMessage
    {
        internal override bool PassesSuspension => true;

        internal override object? Letter => null;

        internal override void Deliver(ActorCell cell, IActorRef? sender)
        {
            cell.ResumeAfterTask();
            if (cell.Actor != instance)
                return;
            cell.Loop.CurrentMessage = message;
            Rethrow(task);
        }
    }

    private sealed class ActorSynchronizationContext(ActorTaskScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => scheduler.Post(() => d(state));

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (HostLoop.Active?.CurrentCell != scheduler._cell)
                throw new NotSupportedException("An actor's context can only be sent to from its own turn.");
            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
