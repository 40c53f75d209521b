// open(2) and lseek(2): the files that both kernels have are those of /proc. What belongs to the script's network namespace is below /proc/thread-self/net:
// on the real kernel a script is a thread.

namespace ActorNet.Packetdrill;

/// <summary><c>open("/proc/sys/net/ipv4/tcp_sack", O_RDWR) = 3</c>.</summary>
[ScriptCall("open")]
internal sealed class OpenCall : SystemCall
{
    private int _flags, _mode;
    private UserMemory _path = UserMemory.Null;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.open, _path.Pointer, _flags, _mode);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_path.IsNull) throw new NotSayableException("a path at the null pointer");
        return process.Os.TryOpen(System.Text.Encoding.ASCII.GetString(_path.Bytes).TrimEnd('\0'), (FileFlags)_flags);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2, 3);
        (_flags, _mode) = (arguments.Int(1), arguments.Int(2, 0));
        UserMemory path = arguments.Data(0, 0);
        _path = path.IsNull ? path : new UserMemory(path.Bytes, path.Size + 1); // with its end
    }
}

/// <summary><c>lseek(3, 10, SEEK_SET) = 10</c>.</summary>
[ScriptCall("lseek")]
internal sealed class LseekCall : SystemCall
{
    private int _fd, _whence;
    private long _offset;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.lseek, kernel.Real(_fd), (nint)_offset, _whence);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryLseek(process.Fd(_fd), _offset, _whence);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _offset, _whence) = (arguments.Int(0), arguments.Long(1), arguments.Int(2));
    }
}
