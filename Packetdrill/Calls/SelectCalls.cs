// select(2) and pselect6(2).

namespace ActorNet.Packetdrill;

/// <summary><c>select(5, [3, 4], NULL, NULL, {tv_sec=0, tv_usec=0}) = 1</c>: the sets go in as they stand; <c>[[3, 4], [3]]</c> for 3 and 4 in and 3 out. pselect6's
/// last argument is a mask, <c>[SIGUSR1]</c>, or NULL.</summary>
[ScriptCall("select", "pselect6")]
internal sealed class SelectCall : SystemCall
{
    private const int Sets = 3;

    // A script's number differs from the kernel's: the sets are of the kernel's (or the process's) numbers.
    private readonly List<int>?[] _asked = new List<int>?[Sets], _given = new List<int>?[Sets];
    private readonly bool[] _pairs = new bool[Sets];
    private UserMemory _timeout = UserMemory.Null, _mask = UserMemory.Null;
    private int _n;

    public override long OnKernel(IKernel kernel)
    {
        var memory = new UserMemory[Sets];
        int n = _n;
        for (int i = 0; i < Sets; i++)
        {
            memory[i] = _asked[i] is null ? UserMemory.Null : new UserMemory(FdSet.Size / 8);
            foreach (int fd in _asked[i] ?? [])
            {
                int real = kernel.Real(fd);
                memory[i].Bytes[real / 8] |= (byte)(1 << real % 8);
                if (fd < _n) n = Math.Max(n, real + 1);
            }
        }

        UserMemory masked = UserMemory.Null; // a pointer to the mask, and its size
        if (!_mask.IsNull)
        {
            masked = new UserMemory(2 * sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(masked.Bytes, _mask.Pointer);
            BinaryPrimitives.WriteInt64LittleEndian(masked.Bytes.AsSpan(sizeof(long)), SignalSets.Size);
        }

        long r = kernel.Call(Name == "select" ? X64.select : X64.pselect6, n, memory[0].Pointer, memory[1].Pointer, memory[2].Pointer, _timeout.Pointer, masked.Pointer);
        for (int i = 0; i < Sets; i++)
        {
            int at = i;
            _given[i] = _asked[i]?.FindAll(fd => (memory[at].Bytes[kernel.Real(fd) / 8] >> kernel.Real(fd) % 8 & 1) != 0);
        }

        return r;
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        var sets = new FdSets { Read = Set(0), Write = Set(1), Except = Set(2) };
        Duration? timeout = TimeArguments.ToHost(_timeout, Name == "select" ? 1000 : 1);
        int n = _n < 0 ? _n : Math.Max(0, process.Fd(_n));
        SysResult r = await (Name == "select" ? process.Os.TrySelect(n, sets, timeout) : process.Os.TryPselect(n, sets, timeout, SignalSets.ToHost(_mask)));
        FdSet?[] after = [sets.Read, sets.Write, sets.Except];
        for (int i = 0; i < Sets; i++)
        {
            int at = i;
            _given[i] = _asked[i]?.FindAll(fd => after[at]!.Value.IsSet(process.Fd(fd)));
        }

        return r;

        FdSet? Set(int i)
        {
            if (_asked[i] is not { } fds) return null;
            if (fds.Exists(fd => (uint)process.Fd(fd) >= FdSet.Size)) throw new NotSayableException("a descriptor that no fd_set has room for");
            return new FdSet([.. fds.Select(process.Fd)]);
        }
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        for (int i = 0; i < Sets; i++)
        {
            if (_asked[i] is not { } asked) continue;
            bool pair = _pairs[i] || !asked.SequenceEqual(_given[i]!);
            yield return new Output(i + 1, pair ? new ArrayExpr([List(asked), List(_given[i]!)]) : List(asked));
        }
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(5, 6);
        _n = arguments.Int(0);
        for (int i = 0; i < Sets; i++)
        {
            if (arguments.IsNull(i + 1)) continue;
            if (arguments[i + 1] is not ArrayExpr set) throw arguments.Wrong(i + 1, "[3, 4], [[3, 4], [3]] or NULL");
            _pairs[i] = set.Items is [ArrayExpr, ArrayExpr];
            ArrayExpr asked = _pairs[i] ? (ArrayExpr)set.Items[0] : set;
            _asked[i] = [.. asked.Items.Select(fd => (int)arguments.Constants.Evaluate(fd))];
        }

        (_timeout, _mask) = (TimeArguments.Read(arguments, 4), Name == "select" ? UserMemory.Null : SignalSets.Read(arguments, 5));
    }

    private static ArrayExpr List(List<int> fds) => new([.. fds.Select(fd => Expr.Of(fd))]);
}
