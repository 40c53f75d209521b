// Publish and subscribe by type, for the whole system: log events, dead letters, unhandled messages, and whatever actors agree on.

using System.Collections.Concurrent;

namespace ActorNet.Engine.Event;

/// <summary>The system's bus. A subscriber to a type gets what is of that type or derives from it; the order is that of subscription.</summary>
public sealed class EventStream : LoggingBus
{
    private readonly EngineSystem _system;
    private readonly Lock _lock = new();
    private readonly List<(Type Type, IActorRef Subscriber)> _subscriptions = [];
    private readonly ConcurrentDictionary<Type, IActorRef[]> _subscribers = new();

    internal EventStream(EngineSystem system) => _system = system;

    /// <summary>True if it was not subscribed to exactly this type before.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        lock (_lock)
        {
            if (_subscriptions.Contains((channel, subscriber)))
                return false;
            _subscriptions.Add((channel, subscriber));
            _subscribers.Clear();
            return true;
        }
    }

    public bool Subscribe<TChannel>(IActorRef subscriber) => Subscribe(subscriber, typeof(TChannel));

    public bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        lock (_lock)
        {
            bool removed = _subscriptions.Remove((channel, subscriber));
            _subscribers.Clear();
            return removed;
        }
    }

    public bool Unsubscribe<TChannel>(IActorRef subscriber) => Unsubscribe(subscriber, typeof(TChannel));

    public bool Unsubscribe(IActorRef subscriber)
    {
        lock (_lock)
        {
            int removed = _subscriptions.RemoveAll(subscription => subscription.Subscriber.Equals(subscriber));
            _subscribers.Clear();
            return removed > 0;
        }
    }

    /// <summary>Tells all subscribers. The sender is nobody.</summary>
    public void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        if (@event is LogEvent logEvent)
        {
            if (!IsEnabled(logEvent.LogLevel()))
                return;
            logEvent.Stamp(HostClock.Epoch.UtcDateTime.AddTicks(_system.Now / HostClock.NanosPerTick));
        }
        IActorRef[] subscribers = _subscribers.GetOrAdd(@event.GetType(), static (type, stream) => stream.Find(type), this);
        foreach (IActorRef subscriber in subscribers)
            subscriber.Tell(@event, ActorRefs.NoSender);
    }

    /// <summary>Whether anybody would hear of an event of this type.</summary>
    internal bool HasSubscribers(Type type) => _subscribers.GetOrAdd(type, static (t, stream) => stream.Find(t), this).Length > 0;

    private IActorRef[] Find(Type type)
    {
        lock (_lock)
        {
            List<IActorRef> found = [];
            foreach ((Type channel, IActorRef subscriber) in _subscriptions)
            {
                if (channel.IsAssignableFrom(type) && !found.Contains(subscriber))
                    found.Add(subscriber);
            }
            return [.. found];
        }
    }
}

/// <summary>Where log events go through, with the level below which they are not made.</summary>
public abstract class LoggingBus
{
    private protected LoggingBus() { }

    public LogLevel LogLevel { get; private set; } = LogLevel.InfoLevel;

    public void SetLogLevel(LogLevel level) => LogLevel = level;

    internal bool IsOff { get; set; }

    public bool IsEnabled(LogLevel level) => level >= LogLevel && !IsOff;
}
