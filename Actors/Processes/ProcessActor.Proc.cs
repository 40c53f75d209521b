// open(2) and the calls on what it opened: all in the caller's turn (do_sys_openat2).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
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
        if (e == Errno.OK) _files.Install(fd, file!);
        else _files.Remove(fd);
        Finish(call, e == Errno.OK ? fd : e);
    }

    /// <summary>EBADF; ESPIPE for what has no positions: sockets and pipes.</summary>
    public void ToSeekable(Syscall call)
    {
        if (_files[call.Fd] is { } file and not ProcFile) Finish(call, file.IsDead ? Errno.EIO : Errno.ESPIPE);
        else ToFile(call);
    }

    /// <summary>EBADF; ENOTDIR for what is no directory.</summary>
    public void ToDirectory(Syscall call)
    {
        if (_files[call.Fd] is not null and not ProcFile) Finish(call, Errno.ENOTDIR);
        else ToFile(call);
    }
}
