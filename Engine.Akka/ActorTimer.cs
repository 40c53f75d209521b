// A one-shot timer of one actor that can be armed over and over; on Akka.NET it is filed with the loop.

namespace ActorNet.Engine.Hosts;

/// <summary>Delivers its message to its actor at <see cref="Due"/>. A message that is already on its way when the timer is disarmed must be harmless.</summary>
public sealed class ActorTimer : HostLoop.IDue
{
    public const long Never = long.MaxValue;

    private readonly HostLoop _loop;
    private readonly IActorRef _owner;
    private readonly object _message;
    private long _filedAt = Never;

    public ActorTimer(IActorContext context, object message)
    {
        _loop = LoopScheduler.LoopOf(context.System);
        _owner = context.Self;
        _message = message;
    }

    /// <summary>When it fires, ns; <see cref="Never"/> when disarmed.</summary>
    public long Due { get; private set; } = Never;

    public bool IsArmed => Due != Never;

    /// <summary>Fires at an absolute time (ns), at once if that is past; replaces what was armed before.</summary>
    public void Arm(long atNanos)
    {
        Due = atNanos;
        // Filed sooner already: that event finds the timer due later and files it anew.
        if (atNanos >= _filedAt) return;
        _filedAt = atNanos;
        _loop.At(atNanos, this);
    }

    public void Disarm() => Due = Never;

    void HostLoop.IDue.Fire()
    {
        long now = _loop.Now;
        if (Due <= now)
        {
            Due = Never;
            _filedAt = Never;
            _owner.Tell(_message, _owner);
        }
        else if (_filedAt <= now)
        {
            _filedAt = Due;
            if (Due != Never) _loop.At(Due, this);
        }
    }
}
