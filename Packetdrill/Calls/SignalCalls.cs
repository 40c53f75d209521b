// raise(3), rt_sigprocmask(2), rt_sigpending(2), and the masks that waiting calls take: [SIGUSR1, SIGIO].

namespace ActorNet.Packetdrill;

/// <summary>sigset_t as a call is given it, and as it comes back.</summary>
internal static class SignalSets
{
    public const int Size = 8;

    /// <summary>A list of signals, or the null pointer.</summary>
    public static UserMemory Read(Arguments arguments, int i)
    {
        if (i >= arguments.Count || arguments.IsNull(i)) return UserMemory.Null;
        if (arguments[i] is not ArrayExpr { Items: { } items }) throw arguments.Wrong(i, "[SIGUSR1, ...] or NULL");
        var memory = new UserMemory(Size);
        ulong bits = 0;
        foreach (Expr item in items) bits |= 1UL << (int)arguments.Constants.Evaluate(item) - 1;
        BinaryPrimitives.WriteUInt64LittleEndian(memory.Bytes, bits);
        return memory;
    }

    public static SignalSet? ToHost(UserMemory memory) => memory.IsNull ? null : new SignalSet(BinaryPrimitives.ReadUInt64LittleEndian(memory.Bytes));

    public static ArrayExpr Show(UserMemory memory)
    {
        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(memory.Bytes);
        return new ArrayExpr([.. Enumerable.Range(1, 64).Where(s => (bits >> s - 1 & 1) != 0).Select(s => Enum.IsDefined((Signal)s) ? (Expr)new Word(((Signal)s).ToString()) : Expr.Of(s))]);
    }
}

/// <summary><c>raise(SIGUSR1)</c>: to the thread itself. Only SIGUSR1, whose handler does nothing and ends a wait.</summary>
[ScriptCall("raise")]
internal sealed class RaiseCall : SystemCall
{
    private static readonly SigAction s_handler = new(static _ => { });
    private int _signal;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.tgkill, Environment.ProcessId, (nint)kernel.Call(X64.gettid), _signal);

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        await process.Os.Sigaction((Signal)_signal, s_handler);
        return await process.Os.TryKill(process.Os.Pid, (Signal)_signal);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1);
        _signal = arguments.Int(0);
        if (_signal != (int)Signal.SIGUSR1) throw arguments.Wrong(0, "SIGUSR1, the one signal that has a handler");
    }
}

/// <summary><c>rt_sigprocmask(SIG_BLOCK, [SIGUSR1], [])</c>: the last is what was blocked before.</summary>
[ScriptCall("rt_sigprocmask")]
internal sealed class SigprocmaskCall : SystemCall
{
    private const int Number = 14;
    private UserMemory _set = UserMemory.Null, _old = UserMemory.Null;
    private int _how;

    public override long OnKernel(IKernel kernel) => kernel.Call(Number, _how, _set.Pointer, _old.Pointer, SignalSets.Size);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (!_old.IsNull) BinaryPrimitives.WriteUInt64LittleEndian(_old.Bytes, process.Os.SignalMask.Bits);
        return SignalSets.ToHost(_set) is { } set ? process.Os.TrySigprocmask((SigHow)_how, set) : ValueTask.FromResult<SysResult>(0);
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result == 0 && !_old.IsNull) yield return new Output(2, SignalSets.Show(_old));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_how, _set) = (arguments.Int(0), SignalSets.Read(arguments, 1));
        if (!arguments.IsNull(2)) _old = new UserMemory(SignalSets.Size);
    }
}

/// <summary><c>rt_sigpending([SIGUSR1])</c>.</summary>
[ScriptCall("rt_sigpending")]
internal sealed class SigpendingCall : SystemCall
{
    private const int Number = 127;
    private readonly UserMemory _set = new(SignalSets.Size);

    public override long OnKernel(IKernel kernel) => kernel.Call(Number, _set.Pointer, SignalSets.Size);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_set.Bytes, process.Os.PendingSignals.Bits);
        return ValueTask.FromResult<SysResult>(0);
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result == 0) yield return new Output(0, SignalSets.Show(_set));
    }

    protected override void ReadArguments(Arguments arguments) => arguments.Want(1);
}
