// open(2) and the calls on what it opened: all in the caller's turn (do_sys_openat2).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    private const int MaxWhence = 4; // SEEK_HOLE

    /// <summary>The lowest free descriptor is taken first, so that a full table is EMFILE whatever the path.</summary>
    public void Open(Syscall.Open call)
    {
        int fd = _files.Reserve((call.Flags & FileFlags.CLOEXEC) != 0);
        if (fd < 0)
        {
            Finish(call, Errno.EMFILE);
            return;
        }

        Errno e = NetnsFile.Open(call, this, out OpenFile? file);
        if (e == Errno.ENOENT) e = ProcFs.Open(call.Path, call.Flags, new ProcContext(_stack, _stack.Netns.Host, Credentials), out file);
        if (e == Errno.ENOENT) e = HostFile.Open(_stack.Netns.Host, call, out file);
        if (e == Errno.OK) _files.Install(fd, file!);
        else _files.Remove(fd);
        Finish(call, e == Errno.OK ? fd : e);
    }

    /// <summary>The regular file that a descriptor refers to and may be read by; null for another, or none.</summary>
    public HostFile? RegularFile(int fd) => _files[fd] is HostFile { MayRead: true } file ? file : null;

    /// <summary>ksys_lseek: EBADF, then EINVAL for a whence that there is not, then what the file says.</summary>
    public void Seek(Syscall.Lseek call)
    {
        if (_files[call.Fd] is not { } file) Finish(call, Errno.EBADF);
        else if (call.Whence is < 0 or > MaxWhence) Finish(call, Errno.EINVAL);
        else Finish(call, file.IsDead ? Errno.EIO : file.Seek(call.Offset, call.Whence, Now));
    }

    /// <summary>EBADF; ENOTDIR for what is no directory.</summary>
    public void ReadDirectory(Syscall.Getdents call)
    {
        if (_files[call.Fd] is { } file) Finish(call, file.IsDead ? Errno.EIO : file.ReadDirectory(call.Buffer.Span));
        else Finish(call, Errno.EBADF);
    }
}
