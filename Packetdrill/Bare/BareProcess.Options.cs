// Options, flags and readiness: setsockopt, getsockopt, fcntl, ioctl, poll on a bare host.

namespace ActorNet.Packetdrill.Bare;

internal sealed partial class BareProcess
{
    private const FileFlags Settable = FileFlags.APPEND | FileFlags.NONBLOCK | FileFlags.NOATIME;

    public ValueTask<SysResult> TrySetSockOpt(int fd, SockLevel level, int option, ReadOnlyMemory<byte> value) => On(fd, s =>
    {
        Errno e = s.Sk.SetOption(level, option, value.Span, host.Fib, host.Now);
        if (e == Errno.OK && Sock.IsPortOption(level, option)) host.PortOptionChanged(s);
        if (e == Errno.OK && s.Sk is InetSock inet && inet.TakeMcChanges() is not null) throw new NotApplicableException("multicast groups need IGMP, which the bare machines are run without");
        return e;
    });

    public ValueTask<SysResult> TryGetSockOpt(int fd, SockLevel level, int option, Memory<byte> value) => On(fd, s =>
    {
        Errno e = s.Sk.GetOption(level, option, value.Span, host.Fib, host.Now, out int length);
        return e == Errno.OK ? length : e;
    });

    public ValueTask<SysResult> TryFcntl(int fd, FcntlCmd cmd, int arg = 0)
    {
        if (Find(fd) is not { } s) return Of(Errno.EBADF);
        switch (cmd)
        {
            case FcntlCmd.F_GETFL: return Of((int)s.Flags);
            case FcntlCmd.F_SETFL when ((FileFlags)arg & FileFlags.DIRECT) != 0: return Of(Errno.EINVAL);
            case FcntlCmd.F_SETFL when ((FileFlags)arg & FileFlags.ASYNC) == 0:
                s.Flags = s.Flags & ~Settable | (FileFlags)arg & Settable;
                return Of(0);
            default: throw new NotApplicableException($"fcntl({cmd}) is about a process and its files, which the bare machines have none of");
        }
    }

    public ValueTask<SysResult> TryIoctl(int fd, IoctlCmd cmd, Memory<byte> argument, Memory<byte>? pointed = null)
    {
        if (Find(fd) is not { } s) return Of(Errno.EBADF);
        switch (cmd)
        {
            case IoctlCmd.FIONBIO:
                if (!BinaryPrimitives.TryReadInt32LittleEndian(argument.Span, out int on)) return Of(Errno.EFAULT);
                s.Flags = on != 0 ? s.Flags | FileFlags.NONBLOCK : s.Flags & ~FileFlags.NONBLOCK;
                return Of(0);
            case IoctlCmd.FIONREAD or IoctlCmd.TIOCOUTQ or IoctlCmd.SIOCATMARK or IoctlCmd.SIOCOUTQNSD
                or IoctlCmd.SIOCGSTAMP or IoctlCmd.SIOCGSTAMPNS or IoctlCmd.SIOCGSTAMP_NEW or IoctlCmd.SIOCGSTAMPNS_NEW:
                return On(fd, socket => socket.Sk.Ioctl(cmd, argument.Span, host.Now));
            default: throw new NotApplicableException($"ioctl({cmd}) is about devices, processes or files, which are not a bare machine's");
        }
    }

    public ValueTask<int> Poll(Memory<PollFd> fds, Duration timeout)
    {
        if (fds.Length > NoFile) return ValueTask.FromException<int>(new ErrnoException(Errno.EINVAL, SyscallNr.poll));
        return host.Make(new BarePoll(() => Look(fds.Span), timeout == Duration.Infinite ? Instant.Never : host.Now + timeout));
    }

    private int Look(Span<PollFd> fds)
    {
        int ready = 0;
        for (int i = 0; i < fds.Length; i++)
        {
            ref PollFd p = ref fds[i];
            p.REvents = p.Fd < 0 ? PollEvents.None
                : Find(p.Fd) is { } s ? s.Sk.Poll & (p.Events | PollEvents.ERR | PollEvents.HUP)
                : PollEvents.NVAL;
            if (p.REvents != PollEvents.None) ready++;
        }

        return ready;
    }
}
