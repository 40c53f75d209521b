// ioctl(2), who answers what (do_vfs_ioctl in fs/ioctl.c, sock_ioctl in net/socket.c): what is the file's or the process's is answered here, what is the
// socket's by its actor, what is the network's from its devices and addresses.

using System.Buffers.Binary;

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    public void Ioctl(Syscall.Ioctl call)
    {
        if (_files[call.Fd] is not { } file) Finish(call, Errno.EBADF);
        else if (FileIoctl(call, file) is { } answer) Finish(call, answer);
        else if (file is Actors.Socket socket) SocketIoctl(call, socket);
        else if (file is PipeFile && call.Cmd == IoctlCmd.FIONREAD) ToFile(call, file);
        else Finish(call, file is EpollFile ? Errno.EINVAL : Errno.ENOTTY); // ep_eventpoll_ioctl knows its parameters only, which are not here
    }

    // do_vfs_ioctl: what every file knows; null for what is left to its kind.
    private SysResult? FileIoctl(Syscall.Ioctl call, OpenFile file)
    {
        bool regular = file is ProcFile or NetnsFile;
        switch (call.Cmd)
        {
            case IoctlCmd.FIOCLEX or IoctlCmd.FIONCLEX:
                _files.SetCloseOnExec(call.Fd, call.Cmd == IoctlCmd.FIOCLEX);
                return 0;
            case IoctlCmd.FIONBIO:
                if (!TryInt(call, out int on)) return Errno.EFAULT;
                file.Flags = on != 0 ? file.Flags | FileFlags.NONBLOCK : file.Flags & ~FileFlags.NONBLOCK;
                return 0;
            case IoctlCmd.FIOASYNC:
                if (!TryInt(call, out on)) return Errno.EFAULT;
                if (!file.CanAsync) return on != 0 ? Errno.ENOTTY : 0;
                SetAsync(file, call.Fd, on != 0);
                return 0;
            case IoctlCmd.FIOQSIZE: // those of /proc have no length
                return regular ? PutLong(call, 0) : Errno.ENOTTY;
            case IoctlCmd.FIONREAD when regular:
                return PutInt(call, file is ProcFile proc ? (int)-proc.Behind : 0);
            default:
                return null;
        }
    }

    private void SocketIoctl(Syscall.Ioctl call, Socket file)
    {
        switch (call.Cmd)
        {
            case IoctlCmd.FIONREAD or IoctlCmd.TIOCOUTQ or IoctlCmd.SIOCATMARK or IoctlCmd.SIOCOUTQNSD
                or IoctlCmd.SIOCGSTAMP or IoctlCmd.SIOCGSTAMPNS or IoctlCmd.SIOCGSTAMP_NEW or IoctlCmd.SIOCGSTAMPNS_NEW:
                ToFile(call, file);
                break;
            case IoctlCmd.FIOSETOWN or IoctlCmd.SIOCSPGRP:
                Finish(call, TryInt(call, out int pid) ? pid == int.MinValue ? Errno.EINVAL : Owner(file, FcntlCmd.F_SETOWN, pid) : Errno.EFAULT);
                break;
            case IoctlCmd.FIOGETOWN or IoctlCmd.SIOCGPGRP:
                Finish(call, PutInt(call, (int)Owner(file, FcntlCmd.F_GETOWN, 0).Value));
                break;
            case IoctlCmd.SIOCGSKNS:
                Finish(call, OpenNetns(file.Stack.Netns));
                break;
            default:
                NetIoctl(call, file.Stack);
                break;
        }
    }

    // The descriptor of a socket's namespace (open_related_ns).
    private SysResult OpenNetns(Netns ns)
    {
        if (!Credentials.Capable(Capability.NET_ADMIN)) return Errno.EPERM;
        int fd = _files.Reserve(closeOnExec: true);
        if (fd < 0) return Errno.EMFILE;
        _files.Install(fd, new NetnsFile(ns));
        return fd;
    }

    private static bool TryInt(Syscall.Ioctl call, out int value) => BinaryPrimitives.TryReadInt32LittleEndian(call.Argument.Span, out value);

    /// <summary>put_user: EFAULT without room.</summary>
    public static SysResult PutInt(Syscall.Ioctl call, int value) => BinaryPrimitives.TryWriteInt32LittleEndian(call.Argument.Span, value) ? 0 : Errno.EFAULT;

    private static SysResult PutLong(Syscall.Ioctl call, long value) => BinaryPrimitives.TryWriteInt64LittleEndian(call.Argument.Span, value) ? 0 : Errno.EFAULT;
}
