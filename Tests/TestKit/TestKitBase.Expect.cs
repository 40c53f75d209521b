// Expectations: each runs the system until it is met or its time is over.

using Xunit;

namespace ActorNet.Testing;

public abstract partial class TestKitBase
{
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) => Expect<T>(duration, hint, null, out _);

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        ExpectMsg(message, EqualityComparer<T>.Default.Equals, timeout, hint, cancellationToken);

    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(comparer);
        T message = Expect<T>(timeout, hint, expected, out _);
        Assert.True(comparer(expected, message), $"Expected {expected}, got {message}. {hint}");
        return message;
    }

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        T message = Expect<T>(timeout, hint, null, out _);
        Assert.True(isMessage(message), $"Got a message that does not match: {message}. {hint}");
        return message;
    }

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assert);
        T message = Expect<T>(timeout, hint, null, out _);
        assert(message);
        return message;
    }

    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isMessageAndSender);
        T message = Expect<T>(timeout, hint, null, out IActorRef sender);
        Assert.True(isMessageAndSender(message, sender), $"Got a message that does not match: {message} from {sender}. {hint}");
        return message;
    }

    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assertMessageAndSender);
        T message = Expect<T>(timeout, hint, null, out IActorRef sender);
        assertMessageAndSender(message, sender);
        return message;
    }

    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        T message = Expect<T>(duration, hint, null, out IActorRef from);
        Assert.Equal(sender, from);
        return message;
    }

    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        T got = ExpectMsgFrom<T>(sender, timeout, hint, cancellationToken);
        Assert.Equal(message, got);
        return got;
    }

    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        Terminated terminated = Expect<Terminated>(timeout, hint, null, out _);
        Assert.Equal(target, terminated.ActorRef);
        return terminated;
    }

    /// <summary>One message per expected one, in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectMsgAllOf(RemainingOrDefault, messages);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<T> missing = [.. messages];
        List<T> got = [];
        long end = _system.Now + HostClock.ToNanos(max);
        while (missing.Count > 0)
        {
            T message = Expect<T>(Until(end), $"still missing: {string.Join(", ", missing)}", null, out _);
            Assert.True(missing.Remove(message), $"Not expected: {message}; still missing: {string.Join(", ", missing)}");
            got.Add(message);
        }
        return got;
    }

    public T ExpectMsgAnyOf<T>(params T[] messages)
    {
        T message = Expect<T>(null, null, null, out _);
        Assert.Contains(message, messages);
        return message;
    }

    public void ExpectNoMsg(CancellationToken cancellationToken = default) => ExpectNoMsg(RemainingOr(Settings.ExpectNoMessageDefault), cancellationToken);

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <summary>Nothing comes in all that virtual time, which passes.</summary>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (TryReceive(duration, out Envelope envelope))
            Assert.Fail($"Expected no message for {duration}, got {envelope}");
    }

    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessage<object>(isMessage, max, hint, cancellationToken);

    /// <summary>Takes messages until one is of the type and matches.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isMessage);
        long end = _system.Now + HostClock.ToNanos(max ?? RemainingOrDefault);
        while (TryReceive(Until(end), out Envelope envelope))
        {
            if (envelope.Message is T message && isMessage(message))
                return message;
        }
        Assert.Fail($"No such message came within {max ?? RemainingOrDefault}. {hint}");
        return default;
    }

    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        TryReceive(max ?? RemainingOrDefault, out Envelope envelope) ? envelope.Message : null;

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, RemainingOrDefault, cancellationToken);

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default)
    {
        long end = _system.Now + HostClock.ToNanos(max);
        List<object> messages = [];
        while (messages.Count < numberOfMessages)
        {
            if (!TryReceive(Until(end), out Envelope envelope))
                Assert.Fail($"Timeout ({max}) while expecting {numberOfMessages} messages; got {messages.Count}.");
            messages.Add(envelope.Message);
        }
        return messages;
    }

    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(filter);
        long end = _system.Now + HostClock.ToNanos(max ?? RemainingOrDefault);
        List<T> taken = [];
        while (taken.Count < msgs && RunFor(Until(end), () => HasMessages))
        {
            object next;
            lock (_lock)
                next = _queue.Peek().Message;
            if (filter(next) is not T message)
                break;
            TryReceive(TimeSpan.Zero, out _);
            taken.Add(message);
        }
        return taken;
    }

    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval = null, string? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conditionIsFulfilled);
        Assert.True(RunFor(max ?? RemainingOrDefault, conditionIsFulfilled), message ?? $"The condition was not fulfilled within {max ?? RemainingOrDefault}");
    }

    /// <summary>Runs the system, interval by interval, until the assertion holds.</summary>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        long end = _system.Now + HostClock.ToNanos(duration ?? RemainingOrDefault);
        long step = HostClock.ToNanos(interval ?? TimeSpan.FromMilliseconds(100));
        for (; ; )
        {
            try
            {
                assertion();
                return;
            }
            catch (Exception) when (_system.Now < end)
            {
                _system.RunUntil(Math.Min(end, _system.Now + step), null, default);
            }
        }
    }

    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    /// <summary>All that the action waits for must happen in that much virtual time.</summary>
    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        Within(min, max, () =>
        {
            action();
            return true;
        }, hint, epsilonValue, cancellationToken);
    }

    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        long start = _system.Now;
        long outer = _withinEnd;
        long end = start + HostClock.ToNanos(max);
        _withinEnd = outer >= 0 ? Math.Min(outer, end) : end;
        try
        {
            T result = function();
            long took = _system.Now - start;
            Assert.True(took >= HostClock.ToNanos(min), $"Took {took} ns, less than the {min} expected. {hint}");
            Assert.True(took <= HostClock.ToNanos(max), $"Took {took} ns, more than the {max} expected. {hint}");
            return result;
        }
        finally
        {
            _withinEnd = outer;
        }
    }

    private T Expect<T>(TimeSpan? timeout, string? hint, object? expected, out IActorRef sender)
    {
        TimeSpan max = timeout ?? RemainingOrDefault;
        if (!TryReceive(max, out Envelope envelope))
            Assert.Fail($"Timeout ({max}) while waiting for a {typeof(T)}{(expected is null ? "" : $" that is {expected}")}. {hint}");
        sender = envelope.Sender ?? Sys.DeadLetters;
        if (envelope.Message is T message)
            return message;
        Assert.Fail($"Expected a {typeof(T)}{(expected is null ? "" : $" that is {expected}")}, got {envelope.Message.GetType()}: {envelope.Message}. {hint}");
        return default;
    }

    private TimeSpan Until(long end) => TimeSpan.FromTicks(Math.Max(0, end - _system.Now) / 100);
}
