// timerfd_create(2), timerfd_settime(2) and timerfd_gettime(2).

namespace ActorNet.Packetdrill;

/// <summary><c>timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) = 3</c>.</summary>
[ScriptCall("timerfd_create")]
internal sealed class TimerfdCreateCall : SystemCall
{
    private int _clock, _flags;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.timerfd_create, _clock, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryTimerfdCreate((ClockId)_clock, (FileFlags)_flags);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        (_clock, _flags) = (arguments.Int(0), arguments.Int(1));
    }
}

/// <summary><c>timerfd_settime(3, 0, {it_interval={tv_sec=0, tv_nsec=0}, it_value={tv_sec=0, tv_nsec=10000000}}, NULL) = 0</c>. What was left before is not shown.</summary>
[ScriptCall("timerfd_settime")]
internal sealed class TimerfdSettimeCall : SystemCall
{
    private readonly UserMemory _new = new(2 * TimeArguments.Size);
    private int _fd, _flags;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.timerfd_settime, kernel.Real(_fd), _flags, _new.Pointer, 0);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        var time = new ITimerSpec(TimeArguments.ToHost(_new.Bytes.AsSpan(TimeArguments.Size), 1), TimeArguments.ToHost(_new.Bytes, 1));
        return HostProcess.Try(process.Os.TimerfdSettime(process.Fd(_fd), time, (TimerFlags)_flags), _ => 0);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_fd, _flags) = (arguments.Int(0), arguments.Int(1));
        StructExpr time = arguments.Struct(2, "{it_interval={…}, it_value={…}}");
        if (time["it_interval"] is { } interval) TimeArguments.Write(arguments, interval.Value, _new.Bytes);
        if (time["it_value"] is { } value) TimeArguments.Write(arguments, value.Value, _new.Bytes.AsSpan(TimeArguments.Size));
    }
}

/// <summary><c>timerfd_gettime(3, {armed=0, interval=10000000}) = 0</c>: whether something is left, and the interval in nanoseconds.</summary>
[ScriptCall("timerfd_gettime")]
internal sealed class TimerfdGettimeCall : SystemCall
{
    private readonly UserMemory _now = new(2 * TimeArguments.Size);
    private int _fd;
    private ITimerSpec _got;

    public override long OnKernel(IKernel kernel)
    {
        long r = kernel.Call(X64.timerfd_gettime, kernel.Real(_fd), _now.Pointer);
        if (r == 0) _got = new ITimerSpec(TimeArguments.ToHost(_now.Bytes.AsSpan(TimeArguments.Size), 1), TimeArguments.ToHost(_now.Bytes, 1));
        return r;
    }

    public override ValueTask<SysResult> OnHost(HostProcess process) => HostProcess.Try(process.Os.TimerfdGettime(process.Fd(_fd)), now =>
    {
        _got = now;
        return 0;
    });

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result == 0) yield return new Output(1, new StructExpr(("armed", Expr.Of(_got.Value == Duration.Zero ? 0 : 1)), ("interval", Expr.Of(_got.Interval.Nanoseconds))));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        _fd = arguments.Int(0);
    }
}
