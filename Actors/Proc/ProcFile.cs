// An open file or directory of /proc: served in its caller's turn, never waiting (fs/proc/generic.c, fs/proc/inode.c).

namespace ActorNet.Actors;

/// <summary>What files of /proc have in common: a position, and calls that are answered at once.</summary>
internal abstract class ProcFile(FileFlags flags) : OpenFile(flags)
{
    private WaitQueue? _watchers;

    public override bool CanPoll => false;

    /// <summary>proc_reg_poll and proc_sys_poll: it has one, which finds it ready.</summary>
    public override bool HasPoll => true;

    public override WaitQueue Watchers => _watchers ??= new WaitQueue();

    /// <summary>eventpoll_release.</summary>
    public override void Released() => _watchers?.Free(ActorRefs.NoSender!);

    protected long Position { get; set; }

    /// <summary>Bytes read so far: the position. (FIONREAD is what is left of the length, and the length is 0.)</summary>
    public long Behind => Position;

    public abstract SysResult Read(Span<byte> to, Instant now);

    /// <summary>proc_simple_write without one who takes it.</summary>
    public virtual SysResult Write(ReadOnlySpan<byte> data) => Errno.EACCES;

    public override SysResult Seek(long offset, int whence, Instant now)
    {
        // The end of a file of length 0 is its start, and whatever is looked for from there on is beyond it (default_llseek).
        if (whence == 1) offset += Position;
        else if (whence is 3 or 4 && offset >= 0) return Errno.ENXIO;
        else if (whence == 4) offset = 0;
        if (offset < 0) return Errno.EINVAL;
        Position = offset;
        return offset;
    }

    public override SysResult Serve(Syscall call, ProcessActor process) => call switch
    {
        Syscall.RecvFrom c => Read(c.Buffer.Span, process.Now),
        Syscall.SendTo c => Write(c.Data.Span),
        _ => Errno.EINVAL,
    };
}

/// <summary>A directory.</summary>
internal sealed class ProcDirectory(FileFlags flags, Func<IEnumerable<(string Name, bool IsDirectory)>> names) : ProcFile(flags)
{
    private const int Header = 19;
    private const byte DT_DIR = 4, DT_REG = 8;
    private List<(string Name, bool IsDirectory)>? _names;

    public override bool HasPoll => false;

    public override SysResult Read(Span<byte> to, Instant now) => Errno.EISDIR;

    /// <summary>struct linux_dirent64, one behind the other. EINVAL: not even the first fits.</summary>
    public override SysResult ReadDirectory(Span<byte> to)
    {
        if (Position == 0 || _names is null) _names = [(".", true), ("..", true), .. names()];
        int at = 0;
        for (; Position < _names.Count; Position++)
        {
            (string name, bool isDirectory) = _names[(int)Position];
            int length = Header + name.Length + 1 + 7 & ~7;
            if (at + length > to.Length) return at == 0 ? Errno.EINVAL : at;
            Span<byte> entry = to.Slice(at, length);
            entry.Clear();
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(entry, Position + 1);
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(entry[8..], Position + 1);
            System.Buffers.Binary.BinaryPrimitives.WriteInt16LittleEndian(entry[16..], (short)length);
            entry[18] = isDirectory ? DT_DIR : DT_REG;
            System.Text.Encoding.ASCII.GetBytes(name, entry[Header..]);
            at += length;
        }

        return at;
    }
}
