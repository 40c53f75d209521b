// Moving bytes between files (section 2 of the manual): splice, tee, sendfile.

namespace ActorNet.Actors;

public sealed partial class Os
{
    /// <summary>splice(2): how many bytes were moved; 0 at the end of what gives. One of the two is a pipe.</summary>
    /// <param name="flags">SPLICE_F_*: 2 is SPLICE_F_NONBLOCK, 4 SPLICE_F_MORE.</param>
    public ValueTask<int> Splice(int from, int to, long length, uint flags = 0) => Int(Move(SyscallNr.splice, from, to, length, flags));

    /// <inheritdoc cref="Splice"/>
    public ValueTask<SysResult> TrySplice(int from, int to, long length, uint flags = 0, bool offsetIn = false, bool offsetOut = false)
    {
        Syscall.Splice call = Move(SyscallNr.splice, from, to, length, flags);
        (call.HasOffsetIn, call.HasOffsetOut) = (offsetIn, offsetOut);
        return Try(call);
    }

    /// <summary>tee(2): how many bytes were copied from one pipe to another.</summary>
    public ValueTask<SysResult> TryTee(int from, int to, long length, uint flags = 0) => Try(Move(SyscallNr.tee, from, to, length, flags));

    /// <summary>sendfile(2) from a regular file to what can be written to.</summary>
    /// <param name="offset">Where to begin; the file's position stays. EINVAL: below 0.</param>
    public ValueTask<SysResult> TrySendfile(int to, int from, long length, long offset) =>
        _process.RegularFile(from) is { } file ? Try(new Syscall.Sendfile(file, Math.Max(offset, 0), Math.Max(length, 0)) { Fd = to }) : TrySendfile(to, from, length, offset: true);

    /// <summary>sendfile(2): from a regular file, whose position moves on, or from a socket into a pipe.</summary>
    public ValueTask<SysResult> TrySendfile(int to, int from, long length, bool offset = false)
    {
        if (!offset && _process.RegularFile(from) is { } file) return Try(new Syscall.Sendfile(file, null, Math.Max(length, 0)) { Fd = to });
        Syscall.Splice call = Move(SyscallNr.sendfile, from, to, length, 0);
        call.HasOffsetIn = offset;
        return Try(call);
    }

    private static Syscall.Splice Move(SyscallNr nr, int from, int to, long length, uint flags) => new(nr) { Fd = from, OutFd = to, Length = length, Flags = flags };
}
