// timerfd(2) (fs/timerfd.c): a timer whose expirations are read. It fires once and rests; who reads or asks counts what has passed since, and starts it anew.

using System.Buffers.Binary;

namespace ActorNet.Actors;

/// <summary>A timerfd's file.</summary>
internal sealed class TimerFile(FileFlags flags, ClockId clock) : ActorFile(flags | FileFlags.RDWR)
{
    public ClockId Clock { get; } = clock;

    public override SysResult Seek(long offset, int whence, Instant now) => 0; // noop_llseek
}

/// <summary>Drives a timerfd.</summary>
internal sealed class TimerActor(HostPlan host, FileLife life, TimerFile file) : FileActor(host, life)
{
    private const int Size = sizeof(ulong);
    private readonly WaitQueue _wait = new();
    private Instant _due = Instant.Never;
    private Duration _interval;
    private ulong _ticks;
    private bool _expired;

    private PollEvents Poll => _ticks > 0 ? PollEvents.IN : PollEvents.None;

    protected override void Handle(Syscall call)
    {
        switch (call)
        {
            case Syscall.RecvFrom read when read.Buffer.Length < Size: Answer(call, Errno.EINVAL); break;
            case Syscall.RecvFrom read: Read(read); break;
            case Syscall.TimerfdSettime set: Set(set); break;
            case Syscall.TimerfdGettime get:
                CatchUp();
                get.Current = Left();
                Answer(call, 0);
                break;
            case Syscall.Close:
                Answer(call, 0);
                End();
                break;
            default: Answer(call, Errno.EINVAL); break;
        }
    }

    protected override void OnAsked(WaitEntry entry) => entry.OnAsked(Me, _wait, Poll);

    protected override void OnMessage(object message)
    {
        if (message is not FileTimer) Unhandled(message);
        else if (!_expired && _due <= Now) Expire(); // or of a timer that was moved
    }

    protected override void FreeWaiters() => _wait.Free(Me);

    protected override void Freed() => ArmTimer(Instant.Never);

    private void Expire()
    {
        _expired = true;
        _ticks++;
        _wait.Wake(Me, PollEvents.IN, Poll);
        while (_ticks > 0 && Readers.Dequeue() is Syscall.RecvFrom reader) Read(reader);
    }

    private void Read(Syscall.RecvFrom call)
    {
        if (_ticks == 0)
        {
            Wait(Readers, call);
            return;
        }

        CatchUp();
        BinaryPrimitives.WriteUInt64LittleEndian(call.Buffer.Span, _ticks);
        _ticks = 0;
        Answer(call, Size);
    }

    // hrtimer_forward_now: an interval timer that rests counts what it missed.
    private void CatchUp()
    {
        if (!_expired || _interval == Duration.Zero) return;
        long missed = (Now - _due).Nanoseconds / _interval.Nanoseconds + 1;
        _ticks += (ulong)(missed - 1);
        Start(Sum(_due.Nanoseconds, UInt128.CreateSaturating(missed) * (ulong)_interval.Nanoseconds));
    }

    private void Set(Syscall.TimerfdSettime call)
    {
        CatchUp();
        call.Old = Left();
        _ticks = 0;
        _interval = call.New.Interval;
        long value = call.New.Value.Nanoseconds;
        bool absolute = (call.Flags & TimerFlags.ABSTIME) != 0;
        long epoch = absolute && file.Clock == ClockId.REALTIME ? HostTimeProvider.EpochNanoseconds : 0;
        Start(value == 0 ? Instant.Never : absolute ? new Instant(Math.Max(value - epoch, 0)) : Sum(Now.Nanoseconds, (ulong)value));
        if (_due <= Now) Expire();
        Answer(call, 0);
    }

    private void Start(Instant due)
    {
        _expired = false;
        _due = due;
        ArmTimer(due <= Now ? Instant.Never : due);
    }

    private ITimerSpec Left() => new(_due == Instant.Never || _expired || _due <= Now ? Duration.Zero : _due - Now, _interval);

    private static Instant Sum(long a, UInt128 b) => b > (UInt128)(long.MaxValue - a) ? Instant.Never : new Instant(a + (long)b);
}
