// A regular file of a host: content that the host was given, read and never written (mm/filemap.c's read side; the whole of it is in memory).

namespace ActorNet.Actors;

/// <summary>An open file of <see cref="SimHost.AddFile"/>: always ready, as poll sees it, and nothing that epoll takes.</summary>
internal sealed class HostFile(ReadOnlyMemory<byte> content, FileFlags flags) : OpenFile(flags)
{
    /// <summary>f_pos.</summary>
    public long Position { get; set; }

    /// <summary>What open(2) says of such a path: ENOENT; EEXIST, ENOTDIR as asked for; EROFS for whoever wants to write.</summary>
    public static Errno Open(HostPlan host, Syscall.Open call, out OpenFile? file)
    {
        file = null;
        if (host.RegularFiles is null || !host.RegularFiles.TryGetValue(call.Path, out ReadOnlyMemory<byte> content)) return Errno.ENOENT;
        const FileFlags Exclusive = FileFlags.CREAT | FileFlags.EXCL;
        if ((call.Flags & Exclusive) == Exclusive) return Errno.EEXIST;
        if ((call.Flags & FileFlags.DIRECTORY) != 0) return Errno.ENOTDIR;
        if ((call.Flags & FileFlags.AccessMode) != FileFlags.RDONLY || (call.Flags & FileFlags.TRUNC) != 0) return Errno.EROFS;
        file = new HostFile(content, call.Flags & ~(FileFlags.CREAT | FileFlags.EXCL | FileFlags.CLOEXEC) | FileFlags.LARGEFILE);
        return Errno.OK;
    }

    /// <summary>Bytes from an offset on; fewer at the end.</summary>
    public ReadOnlyMemory<byte> From(long offset, long length) =>
        offset >= content.Length ? default : content.Slice((int)offset, (int)Math.Min(length, content.Length - offset));

    public override SysResult Serve(Syscall call, ProcessActor process)
    {
        if (call is not Syscall.RecvFrom read) return Errno.EINVAL;
        ReadOnlyMemory<byte> bytes = From(Position, read.Buffer.Length);
        bytes.CopyTo(read.Buffer);
        Position += bytes.Length;
        return bytes.Length;
    }

    public override SysResult Seek(long offset, int whence, Instant now)
    {
        switch (whence)
        {
            case 0: break;
            case 1: offset += Position; break;
            case 2: offset += content.Length; break;
            case 3 or 4: // SEEK_DATA, SEEK_HOLE: all of it is data
                if ((ulong)offset >= (ulong)content.Length) return Errno.ENXIO;
                if (whence == 4) offset = content.Length;
                break;
            default: return Errno.EINVAL;
        }

        if (offset < 0) return Errno.EINVAL;
        Position = offset;
        return offset;
    }
}
