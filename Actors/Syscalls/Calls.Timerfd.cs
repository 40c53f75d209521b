// timerfd_create(2), timerfd_settime(2), timerfd_gettime(2) (fs/timerfd.c).

namespace ActorNet.Actors;

/// <summary>CLOCK_*: those that a timerfd can go by.</summary>
public enum ClockId { REALTIME = 0, MONOTONIC = 1, BOOTTIME = 7 }

/// <summary>TFD_TIMER_*.</summary>
[Flags]
public enum TimerFlags { None = 0, ABSTIME = 1, CANCEL_ON_SET = 2 }

/// <summary>struct itimerspec, in nanoseconds.</summary>
/// <param name="Value">Until it expires first (ABSTIME: since the clock's epoch); zero for a timer that is not armed.</param>
/// <param name="Interval">From then on; zero for once.</param>
public readonly record struct ITimerSpec(Duration Value, Duration Interval = default);

public abstract partial class Syscall
{
    /// <summary>timerfd_create(2). EINVAL: another clock, or flags that it does not know.</summary>
    public sealed class TimerfdCreate() : NewFile(SyscallNr.timerfd_create)
    {
        public ClockId Clock { get; set; }

        internal override Errno Check() =>
            (Flags & ~(FileFlags.NONBLOCK | FileFlags.CLOEXEC)) != 0 || Clock is not (ClockId.REALTIME or ClockId.MONOTONIC or ClockId.BOOTTIME) ? Errno.EINVAL : Errno.OK;

        internal override ActorFile[] Make() => [new TimerFile(Flags & FileFlags.NONBLOCK, Clock)];

        internal override Func<HostPlan, FileLife, ActorFile[], FileActor> Driver => static (host, life, files) => new TimerActor(host, life, (TimerFile)files[0]);
    }

    /// <summary>timerfd_settime(2). EINVAL: other flags, a negative time, or not a timerfd.</summary>
    public sealed class TimerfdSettime() : Syscall(SyscallNr.timerfd_settime)
    {
        public TimerFlags Flags { get; set; }

        public ITimerSpec New { get; set; }

        /// <summary>What was left of the timer before.</summary>
        public ITimerSpec Old { get; internal set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process)
        {
            bool bad = (Flags & ~(TimerFlags.ABSTIME | TimerFlags.CANCEL_ON_SET)) != 0 || New.Value.Nanoseconds < 0 || New.Interval.Nanoseconds < 0;
            if (bad) process.Finish(this, Errno.EINVAL);
            else process.ToTimer(this);
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) =>
            trace.Call(now, pid, name, Fd, New.Value.Nanoseconds, New.Interval.Nanoseconds, Result);
    }

    /// <summary>timerfd_gettime(2). EINVAL: not a timerfd.</summary>
    public sealed class TimerfdGettime() : Syscall(SyscallNr.timerfd_gettime)
    {
        /// <summary>What is left, never absolute.</summary>
        public ITimerSpec Current { get; internal set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.ToTimer(this);
    }
}
