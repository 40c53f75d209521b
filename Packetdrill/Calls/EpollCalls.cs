// epoll_create(2), epoll_create1(2), epoll_ctl(2), epoll_wait(2), epoll_pwait(2), epoll_pwait2(2).

namespace ActorNet.Packetdrill;

/// <summary><c>epoll_create1(EPOLL_CLOEXEC) = 3</c>, <c>epoll_create(1) = 3</c>.</summary>
[ScriptCall("epoll_create", "epoll_create1")]
internal sealed class EpollCreateCall : SystemCall
{
    private int _argument;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => kernel.Call(Name == "epoll_create" ? X64Files.epoll_create : X64.epoll_create1, _argument);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (Name == "epoll_create1") return HostProcess.Try(process.Os.EpollCreate((FileFlags)_argument), fd => fd);
        if (_argument <= 0) throw new NotSayableException("a size of an epoll");
        return HostProcess.Try(process.Os.EpollCreate(), fd => fd);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1);
        _argument = arguments.Int(0);
    }
}

/// <summary><c>epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLET, fd=3}) = 0</c>. The data may be called fd, ptr, u32 or u64: it is handed back as it stands.</summary>
[ScriptCall("epoll_ctl")]
internal sealed class EpollCtlCall : SystemCall
{
    private int _epfd, _op, _fd;
    private uint _events;
    private long _data;
    private UserMemory _event = UserMemory.Null;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.epoll_ctl, kernel.Real(_epfd), _op, kernel.Real(_fd), _event.Pointer);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_event.IsNull && _op != (int)EpollOp.DEL) throw new NotSayableException("an event at the null pointer");
        return process.Os.TryEpollCtl(process.Fd(_epfd), (EpollOp)_op, process.Fd(_fd), (EpollEvents)_events, _data);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_epfd, _op, _fd) = (arguments.Int(0), arguments.Int(1), arguments.Int(2));
        if (arguments.IsNull(3)) return;
        StructExpr s = arguments.Struct(3, "{events=EPOLLIN, fd=3} or NULL");
        if (s["events"] is { } events) _events = (uint)arguments.Constants.Evaluate(events.Value);
        if (EpollWaitCall.DataName(s) is { } name) _data = arguments.Constants.Evaluate(s[name]!.Value);
        _event = new UserMemory(EpollWaitCall.EventSize);
        BinaryPrimitives.WriteUInt32LittleEndian(_event.Bytes, _events);
        BinaryPrimitives.WriteInt64LittleEndian(_event.Bytes.AsSpan(4), _data);
    }
}

/// <summary>
/// <c>epoll_wait(5, [{events=EPOLLIN, fd=3}], 8, 100) = 1</c>: the events are what is expected, in their order (one alone needs no brackets). The time-out is in milliseconds;
/// <c>epoll_pwait(5, […], 8, 100, [SIGUSR1])</c> has a mask or NULL, <c>epoll_pwait2(5, […], 8, {tv_sec=0, tv_nsec=0}, NULL)</c> a timespec or NULL too.
/// </summary>
[ScriptCall("epoll_wait", "epoll_pwait", "epoll_pwait2")]
internal sealed class EpollWaitCall : SystemCall
{
    /// <summary>struct epoll_event is packed on x86-64.</summary>
    public const int EventSize = 12;

    // Room for more is not made: no script has so many descriptors.
    private const int Most = 4096, Pwait2 = 441;

    private int _epfd, _most, _timeout;
    private bool _single;
    private string _dataName = "fd";
    private UserMemory _room = UserMemory.Null, _time = UserMemory.Null, _mask = UserMemory.Null;

    /// <summary>What a script calls the data of an event; null when it does not name it.</summary>
    public static string? DataName(StructExpr s) => Array.Find((string[])["fd", "ptr", "u32", "u64"], n => s[n] is not null);

    public override long OnKernel(IKernel kernel) => Name switch
    {
        "epoll_wait" => kernel.Call(X64.epoll_wait, kernel.Real(_epfd), _room.Pointer, _most, _timeout),
        "epoll_pwait" => kernel.Call(X64.epoll_pwait, kernel.Real(_epfd), _room.Pointer, _most, _timeout, _mask.Pointer, SignalSets.Size),
        _ => kernel.Call(Pwait2, kernel.Real(_epfd), _room.Pointer, _most, _time.Pointer, _mask.Pointer, SignalSets.Size),
    };

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_room.IsNull || _most is < 0 or > Most) throw new NotSayableException("room for events that is none");
        var events = new EpollEvent[_most];
        Duration timeout = _timeout < 0 ? Duration.Infinite : Duration.FromMilliseconds(_timeout);
        SysResult r = Name switch
        {
            "epoll_wait" => await process.Os.TryEpollWait(process.Fd(_epfd), events, timeout),
            "epoll_pwait" => await process.Os.TryEpollPwait(process.Fd(_epfd), events, timeout, SignalSets.ToHost(_mask)),
            _ => await process.Os.TryEpollPwait2(process.Fd(_epfd), events, TimeArguments.ToHost(_time, 1), SignalSets.ToHost(_mask)),
        };
        for (int i = 0; r.IsOk && i < r.Value; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_room.Bytes.AsSpan(EventSize * i), (uint)events[i].Events);
            BinaryPrimitives.WriteInt64LittleEndian(_room.Bytes.AsSpan(EventSize * i + 4), events[i].Data);
        }

        return r;
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0 || _room.IsNull) yield break;
        Expr[] events = [.. Enumerable.Range(0, (int)result).Select(Show)];
        yield return new Output(1, _single && events.Length == 1 ? events[0] : new ArrayExpr(events));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name == "epoll_wait" ? 4 : 5);
        (_epfd, _most) = (arguments.Int(0), arguments.Int(2));
        if (Name == "epoll_pwait2") _time = TimeArguments.Read(arguments, 3);
        else _timeout = arguments.Int(3);
        _mask = SignalSets.Read(arguments, 4);
        if (arguments.IsNull(1)) return;
        _single = arguments[1] is StructExpr;
        StructExpr? first = arguments[1] as StructExpr ?? (arguments[1] as ArrayExpr)?.Items.OfType<StructExpr>().FirstOrDefault();
        if (first is not null) _dataName = DataName(first) ?? _dataName;
        _room = new UserMemory(EventSize * Math.Clamp(_most, 0, Most));
    }

    private StructExpr Show(int i)
    {
        ReadOnlySpan<byte> b = _room.Bytes.AsSpan(EventSize * i);
        return new StructExpr(("events", Layout.EpollBits(BinaryPrimitives.ReadUInt32LittleEndian(b))), (_dataName, Expr.Of(BinaryPrimitives.ReadInt64LittleEndian(b[4..]))));
    }
}
