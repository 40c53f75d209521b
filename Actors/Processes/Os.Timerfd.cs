// Timers that are files: timerfd_create, timerfd_settime, timerfd_gettime.

namespace ActorNet.Actors;

public sealed partial class Os
{
    /// <summary>timerfd_create(2): a descriptor.</summary>
    /// <param name="flags">TFD_NONBLOCK and TFD_CLOEXEC, which are O_NONBLOCK and O_CLOEXEC.</param>
    public ValueTask<int> TimerfdCreate(ClockId clock, FileFlags flags = 0) => Int(new Syscall.TimerfdCreate { Clock = clock, Flags = flags });

    public ValueTask<SysResult> TryTimerfdCreate(ClockId clock, FileFlags flags = 0) => Try(new Syscall.TimerfdCreate { Clock = clock, Flags = flags });

    /// <summary>timerfd_settime(2): what was left before.</summary>
    public async ValueTask<ITimerSpec> TimerfdSettime(int fd, ITimerSpec time, TimerFlags flags = 0)
    {
        var call = new Syscall.TimerfdSettime { Fd = fd, New = time, Flags = flags };
        await Void(call);
        return call.Old;
    }

    /// <summary>timerfd_gettime(2).</summary>
    public async ValueTask<ITimerSpec> TimerfdGettime(int fd)
    {
        var call = new Syscall.TimerfdGettime { Fd = fd };
        await Void(call);
        return call.Current;
    }
}
