// A question with one answer: a small actor of its own waits for it, until a time-out on the clock of the host that asks.

using System.Runtime.ExceptionServices;

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

    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Ask(self, messageFactory, timeout, static answer => Answer<T>(answer), static late => late, cancellationToken);

    private static T Answer<T>(object answer)
    {
        if (answer is Status.Failure failure && typeof(T) != typeof(Status.Failure) && typeof(T) != typeof(Status))
            ExceptionDispatchInfo.Throw(failure.Cause);
        return answer is T typed
            ? typed
            : throw new ArgumentException($"Received message of type [{answer.GetType()}] - Ask expected message of type [{typeof(T)}]");
    }

    internal static Task<T> Ask<T>(
        ICanTell self,
        Func<IActorRef, object> messageFactory,
        TimeSpan? timeout,
        Func<object, T> convert,
        Func<AskTimeoutException, Exception> onLate,
        CancellationToken cancellationToken)
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
            ActorCell asker = system.Temp(loop).MakeChild(Props.CreateBy(new Producer<T>(new Question<T>(promise, wait, what, convert, onLate, cancellationToken))), null);
            self.Tell(messageFactory(asker), asker);
        }
        if (active is not null && active.System == system)
            Start(active);
        else
            system.Execute(() => Start(system.FirstLoop));
        return promise.Task;
    }

    private sealed record Question<T>(
        TaskCompletionSource<T> Promise,
        TimeSpan? Timeout,
        string Target,
        Func<object, T> Convert,
        Func<AskTimeoutException, Exception> OnLate,
        CancellationToken Cancel);

    private sealed class Producer<T>(Question<T> question) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Asker<T>);

        public ActorBase Produce() => new Asker<T>(question);

        public void Release(ActorBase actor) { }
    }

    private sealed class Asker<T>(Question<T> question) : UntypedActor
    {
        private static readonly object s_cancelled = new();
        private CancellationTokenRegistration _cancelled;

        protected override void PreStart()
        {
            if (question.Timeout is TimeSpan wait && wait >= TimeSpan.Zero)
                new ActorTimer(Context, this).Arm(Context.NowNanos() + HostClock.ToNanos(wait));
            if (question.Cancel.CanBeCanceled)
            {
                IActorRef self = Self;
                _cancelled = question.Cancel.Register(() => self.Tell(s_cancelled, null));
            }
        }

        protected override void PostStop()
        {
            _cancelled.Dispose();
            question.Promise.TrySetException(new AskTimeoutException($"{question.Target}: the asking side ended before an answer came"));
        }

        protected override void OnReceive(object message)
        {
            Context.Stop(Self);
            if (message == this)
            {
                AskTimeoutException late = new($"Timeout after {question.Timeout} waiting for an answer of {question.Target}");
                question.Promise.TrySetException(question.OnLate(late));
                return;
            }
            if (message == s_cancelled)
            {
                question.Promise.TrySetCanceled(question.Cancel);
                return;
            }
            T answer;
            try
            {
                answer = question.Convert(message);
            }
            catch (Exception e)
            {
                question.Promise.TrySetException(e);
                return;
            }
            question.Promise.TrySetResult(answer);
        }
    }
}
