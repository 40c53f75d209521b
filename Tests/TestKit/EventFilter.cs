// Expectations on the log and on the dead letters.

using System.Text.RegularExpressions;
using Xunit;

namespace ActorNet.Testing;

public abstract partial class TestKitBase
{
    public EventFilterFactory EventFilter => new(this);
}

/// <summary>Kinds of events to expect.</summary>
public sealed class EventFilterFactory
{
    private readonly TestKitBase _kit;

    internal EventFilterFactory(TestKitBase kit) => _kit = kit;

    public EventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception =>
        new(_kit, e => e is Error { Cause: TException } error && Matches(error, message, start, contains, null, source));

    public EventFilterApplier Exception(Type exceptionType, string? message = null, string? start = null, string? contains = null, string? source = null) =>
        new(_kit, e => e is Error { Cause: not null } error && exceptionType.IsInstanceOfType(error.Cause) && Matches(error, message, start, contains, null, source));

    public EventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) => Log<Error>(message, start, contains, null, source);

    public EventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) => Log<Warning>(message, start, contains, null, source);

    public EventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) => Log<Info>(message, start, contains, null, source);

    public EventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) => Log<Debug>(message, start, contains, null, source);

    public EventFilterApplier Warning(Regex pattern, string? source = null) => Log<Warning>(null, null, null, pattern, source);

    public EventFilterApplier Info(Regex pattern, string? source = null) => Log<Info>(null, null, null, pattern, source);

    public EventFilterApplier Error(Regex pattern, string? source = null) => Log<Error>(null, null, null, pattern, source);

    public EventFilterApplier DeadLetter() => new(_kit, static e => e is AllDeadLetters);

    public EventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool>? isMatch = null) =>
        new(_kit, e => e is AllDeadLetters { Message: TMessage message } && (isMatch is null || isMatch(message)));

    public EventFilterApplier Custom(Predicate<object> predicate) => new(_kit, predicate);

    private EventFilterApplier Log<TEvent>(string? message, string? start, string? contains, Regex? pattern, string? source) where TEvent : LogEvent =>
        new(_kit, e => e is TEvent logEvent && Matches(logEvent, message, start, contains, pattern, source));

    private static bool Matches(LogEvent logEvent, string? message, string? start, string? contains, Regex? pattern, string? source)
    {
        string text = logEvent.Message?.ToString() ?? "";
        return (message is null || text == message)
            && (start is null || text.StartsWith(start, StringComparison.Ordinal))
            && (contains is null || text.Contains(contains, StringComparison.Ordinal))
            && (pattern is null || pattern.IsMatch(text))
            && (source is null || logEvent.LogSource == source);
    }
}

/// <summary>Runs code and counts the events that match.</summary>
public sealed class EventFilterApplier
{
    private readonly TestKitBase _kit;
    private readonly Predicate<object> _matches;

    internal EventFilterApplier(TestKitBase kit, Predicate<object> matches)
    {
        _kit = kit;
        _matches = matches;
    }

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public T ExpectOne<T>(Func<T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        T? result = default;
        Expect(1, () => result = function(), cancellationToken);
        return result!;
    }

    /// <summary>Exactly so many matching events, from the action or soon after it.</summary>
    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        Counter counter = new(_matches);
        _kit.Sys.EventStream.Subscribe<LogEvent>(counter);
        _kit.Sys.EventStream.Subscribe<AllDeadLetters>(counter);
        try
        {
            action();
            if (expectedCount == 0)
                _kit.Advance(_kit.Settings.ExpectNoMessageDefault);
            else
                _kit.Run(_kit.Settings.FilterLeeway, () => counter.Count >= expectedCount);
        }
        finally
        {
            _kit.Sys.EventStream.Unsubscribe(counter);
        }
        Assert.True(counter.Count == expectedCount, $"Expected {expectedCount} matching event(s), got {counter.Count}; others: {string.Join("; ", counter.Others)}");
    }

    private sealed class Counter(Predicate<object> matches) : MinimalActorRef
    {
        public int Count { get; private set; }

        public List<object> Others { get; } = [];

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "eventFilter");

        public override void Tell(object message, IActorRef? sender)
        {
            if (matches(message))
                Count++;
            else if (Others.Count < 10)
                Others.Add(message);
        }
    }
}
