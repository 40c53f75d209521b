// A question with one answer: a small actor of its own waits for it, until a time-out on the clock of the host that asks.

namespace ActorNet.Engine.Actor;

/// <summary>Ask: tell, and a task for the answer.</summary>
public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<object>(message, timeout, default);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<T>(message, timeout, default);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    /// <exception cref="AskTimeoutException">No answer came in time.</exception>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(self);
        ArgumentNullException.ThrowIfNull(messageFactory);
        HostLoop? active = HostLoop.Active;
        EngineSystem system = self switch
        {
            ActorCell cell => cell.System,
            ActorSelection selection => selection.System,
            _ => active?.System ?? throw new ArgumentException("Unable to resolve the system to ask in", nameof(self)),
        };
        TimeSpan? wait = timeout ?? system.AskTimeout;
        // Inside a turn the answer is handled on the loop itself, at its place in the order of events; outside, on the caller's side.
        TaskCompletionSource<T> promise = new(active is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
        string what = self.ToString() ?? "?";
        void Start(HostLoop loop)
        {
            ActorCell asker = system.Temp(loop).MakeChild(Props.CreateBy(new Producer<T>(promise, wait, what, cancellationToken)), null);
            self.Tell(messageFactory(asker), asker);
        }
        if (active is not null && active.System == system)
            Start(active);
        else
            system.Execute(() => Start(system.FirstLoop));
        return promise.Task;
    }

    private sealed class Producer<T>(TaskCompletionSource<T> promise, TimeSpan? timeout, string target, CancellationToken cancel) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Asker<T>);

        public ActorBase Produce() => new Asker<T>(promise, timeout, target, cancel);

        public void Release(ActorBase actor) { }
    }

    private sealed class Asker<T>(TaskCompletionSource<T> promise, TimeSpan? timeout, string target, CancellationToken cancel) : UntypedActor
    {
        private static readonly object s_cancelled = new();
        private ActorTimer? _timer;
        private CancellationTokenRegistration _cancelled;

        protected override void PreStart()
        {
            if (timeout is TimeSpan wait && wait >= TimeSpan.Zero)
            {
                _timer = new ActorTimer(Context, this);
                _timer.Arm(Context.NowNanos() + HostClock.ToNanos(wait));
            }
            if (cancel.CanBeCanceled)
            {
                IActorRef self = Self;
                _cancelled = cancel.Register(() => self.Tell(s_cancelled, null));
            }
        }

        protected override void PostStop()
        {
            _cancelled.Dispose();
            promise.TrySetException(new AskTimeoutException($"{target}: the asking side ended before an answer came"));
        }

        protected override void OnReceive(object message)
        {
            Context.Stop(Self);
            if (message == this)
                promise.TrySetException(new AskTimeoutException($"Timeout after {timeout} seconds waiting for an answer of {target}"));
            else if (message == s_cancelled)
                promise.TrySetCanceled(cancel);
            else if (message is Status.Failure failure && typeof(T) != typeof(Status.Failure) && typeof(T) != typeof(Status))
                promise.TrySetException(failure.Cause);
            else if (message is T answer)
                promise.TrySetResult(answer);
            else
                promise.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
        }
    }
}
