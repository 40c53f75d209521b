// A one-shot timer of one actor that can be armed over and over without allocating. Moving it later, as TCP does on every segment, is a store:
// the event that is filed fires at its old time, finds the timer due later, and files itself anew.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ActorNet.Engine.Hosts;

/// <summary>
/// Delivers its message to its actor at <see cref="Due"/>. A message that is already on its way when the timer is armed or disarmed is not called
/// back: it must be harmless. The timer ends with the actor's instance.
/// </summary>
public sealed class ActorTimer : EngineMessage, IQueued, INotInfluenceReceiveTimeout
{
    /// <summary>A disarmed timer whose event is further away than this (ns) is taken out of the queue; a nearer one just runs out.</summary>
    private const long FarAway = 1_000_000_000;

    public const long Never = long.MaxValue;

    private readonly ActorCell _cell;
    private long _filedAt;
    private int _filed = -1;

    // Of _filed: the event is among the messages of this instant.
    private const int InRing = -2;

    // Of _filed: the instance that it belonged to has ended.
    private const int Released = -3;

    /// <summary>Makes a disarmed timer of the actor whose context this is.</summary>
    public ActorTimer(IActorContext context, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _cell = context as ActorCell ?? throw new ArgumentException("Not a context of this engine.", nameof(context));
        Message = message;
        NextOfActor = _cell.FirstTimer;
        _cell.FirstTimer = this;
    }

    internal ActorTimer? NextOfActor { get; }

    internal object Message { get; }

    internal ActorCell Cell => _cell;

    /// <summary>When it fires, ns; <see cref="Never"/> when disarmed.</summary>
    public long Due { get; private set; } = Never;

    public bool IsArmed => Due != Never;

    /// <summary>Fires at an absolute time (ns), at once if that is past; replaces what was armed before.</summary>
    public void Arm(long atNanos)
    {
        if (atNanos == Never)
        {
            Disarm();
            return;
        }
        if (_filed == Released)
            return;
        Due = atNanos;
        if (_filed == InRing)
            return;
        if (_filed >= 0)
        {
            if (atNanos >= _filedAt)
                return;
            _cell.Loop.Queue.Cancel(_filed);
        }
        File(_cell.Loop);
    }

    public void Disarm()
    {
        Due = Never;
        if (_filed >= 0 && _filedAt - _cell.Loop.Now > FarAway)
            Unfile();
    }

    void IQueued.Due(HostLoop loop, ActorCell? receiver) => Fire(loop);

    internal void Fire(HostLoop loop)
    {
        if (IsDue(loop))
            loop.Turn(_cell, Message, _cell);
    }

    /// <summary>Its event has come out of the queue and waits among the messages of this instant, for its turn.</summary>
    internal void Waits() => _filed = InRing;

    // It was armed for the instant of its arming, and took its place among that instant's messages.
    internal override void Deliver(ActorCell cell, IActorRef? sender)
    {
        if (IsDue(cell.Loop))
            cell.Loop.Turn(cell, Message, cell);
    }

    internal override object? Letter => null;

    /// <summary>It fires soon: its message and its actor's cell are wanted. With a million timers each would be a wait for memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void PrefetchWhatItWakes()
    {
        // A stale address does no harm: a prefetch faults on nothing.
        if (!Sse.IsSupported)
            return;
        object message = Message;
        ActorCell cell = _cell;
        Sse.Prefetch0((byte*)Unsafe.As<object, nint>(ref message));
        Sse.Prefetch0((byte*)Unsafe.As<ActorCell, nint>(ref cell));
    }

    private bool IsDue(HostLoop loop)
    {
        if (_filed == Released)
            return false;
        _filed = -1;
        if (Due == Never)
            return false;
        if (Due > loop.Now)
        {
            File(loop);
            return false;
        }
        Due = Never;
        return true;
    }

    /// <summary>The instance it belonged to has ended.</summary>
    internal void Release()
    {
        Due = Never;
        Unfile();
        _filed = Released;
    }

    private void File(HostLoop loop)
    {
        _filedAt = Due;
        if (Due > loop.Now)
        {
            _filed = loop.Schedule(Due, null, this, null);
            return;
        }
        _filed = InRing;
        loop.Post(_cell, this, _cell);
    }

    private void Unfile()
    {
        if (_filed < 0)
            return;
        _cell.Loop.Queue.Cancel(_filed);
        _filed = -1;
    }
}
