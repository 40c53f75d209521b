// fcntl's commands about a file's owner (fs/fcntl.c).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    /// <summary>F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG; FIOSETOWN and SIOCSPGRP are the first of them. ESRCH: no such process; EINVAL: no such command or signal.</summary>
    public SysResult Owner(OpenFile file, FcntlCmd cmd, int arg)
    {
        switch (cmd)
        {
            case FcntlCmd.F_SETOWN:
                if (arg < 0) return Errno.ESRCH; // groups of processes are not modelled
                if (arg != 0 && _spec.Host.Find(arg) is null) return Errno.ESRCH;
                FileOwner owner = OwnerOf(file);
                owner.Pid = arg;
                owner.Setter = Credentials;
                return 0;
            case FcntlCmd.F_GETOWN:
                return file.Owner is { } o && _spec.Host.Find(o.Pid) is not null ? o.Pid : 0;
            case FcntlCmd.F_SETSIG:
                if (arg is < 0 or > (int)Signal.SIGRTMAX) return Errno.EINVAL;
                OwnerOf(file).Signum = (Signal)arg;
                return 0;
            case FcntlCmd.F_GETSIG:
                return (int)(file.Owner?.Signum ?? Signal.None);
            default:
                return Errno.EINVAL;
        }
    }

    /// <summary>O_ASYNC, FIOASYNC: from now on the owner hears of the file, or no more.</summary>
    public void SetAsync(OpenFile file, int fd, bool on)
    {
        if (on) OwnerOf(file).Fd = fd;
        if (on == ((file.Flags & FileFlags.ASYNC) != 0)) return;
        file.Flags = on ? file.Flags | FileFlags.ASYNC : file.Flags & ~FileFlags.ASYNC;
    }

    // Who serves the file learns that there is somebody to tell.
    private FileOwner OwnerOf(OpenFile file)
    {
        if (file.Owner is { } known) return known;
        file.Owner = new FileOwner(_spec.Host);
        if (!file.IsDead) file.Actor?.Tell(new FileOwned(file), _self);
        return file.Owner;
    }
}
