// The calls of a bare host's program that move bytes: send, recv, read, write and theirs of many pieces.

namespace ActorNet.Packetdrill.Bare;

internal sealed partial class BareProcess
{
    public ValueTask<SysResult> TrySend(int fd, ReadOnlyMemory<byte> data, MsgFlags flags = 0) => Send(fd, new SendProgress { Data = data, Flags = flags });

    public ValueTask<SysResult> TrySendTo(int fd, ReadOnlyMemory<byte> data, SockAddr to, MsgFlags flags = 0) => Send(fd, new SendProgress { Data = data, Flags = flags, To = to });

    public ValueTask<SysResult> TrySendMsg(int fd, MsgHdr message, MsgFlags flags = 0)
    {
        if (message.Iov.Count > MsgHdr.MaxIov) return Of(Errno.EMSGSIZE);
        int[]? pieces = message.Iov.Count > 1 ? [.. message.Iov.Select(p => p.Length)] : null;
        return Send(fd, new SendProgress { Data = Gather(message.Iov), Control = message.Control, Flags = flags, To = message.Name }, pieces);
    }

    public async ValueTask<int> Write(int fd, ReadOnlyMemory<byte> data) => Count(await TrySend(fd, data), SyscallNr.write);

    public ValueTask<SysResult> TryWritev(int fd, params Memory<byte>[] iov)
    {
        if (iov.Length > MsgHdr.MaxIov) return Of(Errno.EINVAL);
        if (iov.Sum(p => p.Length) == 0) return Of(Find(fd) is null ? Errno.EBADF : 0); // nothing to move never comes to the socket
        return TrySendMsg(fd, new MsgHdr(iov));
    }

    public async ValueTask<SysResult> TryRecv(int fd, Memory<byte> buffer, MsgFlags flags = 0) => (await Recv(fd, new RecvProgress { Buffer = buffer, Flags = flags })).Result;

    public async ValueTask<(int Count, SockAddr From, MsgFlags Flags)> RecvFrom(int fd, Memory<byte> buffer, MsgFlags flags = 0)
    {
        (SysResult r, RecvProgress call) = await Recv(fd, new RecvProgress { Buffer = buffer, Flags = flags });
        return (Count(r, SyscallNr.recvfrom), call.From, call.OutFlags);
    }

    public async ValueTask<SysResult> TryRecvMsg(int fd, MsgHdr message, MsgFlags flags = 0)
    {
        if (message.Iov.Count > MsgHdr.MaxIov) return Errno.EMSGSIZE;
        byte[] room = new byte[message.Iov.Sum(p => p.Length)];
        (SysResult r, RecvProgress call) = await Recv(fd, new RecvProgress { Buffer = room, Control = message.Control, Flags = flags });
        if (!r.IsOk) return r;
        Scatter(room.AsMemory(0, Math.Min((int)r.Value, room.Length)), message.Iov);
        (message.Name, message.ControlLength, message.Flags, message.Length) = (call.From, call.ControlLength, call.OutFlags | flags & MsgFlags.CMSG_CLOEXEC, (int)r.Value);
        return r;
    }

    // sock_read_iter: a read of nothing does not wait, as System V had it; recv(2) of nothing does.
    public async ValueTask<int> Read(int fd, Memory<byte> buffer)
    {
        if (buffer.IsEmpty && Find(fd) is not null) return 0;
        return Count(await TryRecv(fd, buffer), SyscallNr.read);
    }

    public ValueTask<SysResult> TryReadv(int fd, params Memory<byte>[] iov)
    {
        if (iov.Length > MsgHdr.MaxIov) return Of(Errno.EINVAL);
        if (iov.Sum(p => p.Length) == 0) return Of(Find(fd) is null ? Errno.EBADF : 0);
        return TryRecvMsg(fd, new MsgHdr(iov));
    }

    private ValueTask<SysResult> Send(int fd, SendProgress call, int[]? pieces = null)
    {
        if (Find(fd) is not { } s) return Of(Errno.EBADF);
        host.Enter(s);
        // A socket of datagrams without a port gets one with its first.
        if (s.Tcp is null && s.Sk.Local.Port == 0 && host.Autobind(s) is var e and not Errno.OK) return Of(host.Leave(s, e));
        return host.Make(new BareSend(s, call, pieces, MayWait(s, call.Flags), host.Open));
    }

    private async ValueTask<(SysResult Result, RecvProgress Call)> Recv(int fd, RecvProgress call)
    {
        if (Find(fd) is not { } s) return (Errno.EBADF, call);
        var made = new BareRecv(s, call, MayWait(s, call.Flags));
        host.Enter(s);
        SysResult r = await host.Make(made);
        return (r, made.Progress);
    }

    private static bool MayWait(BareSocket s, MsgFlags flags) => !s.NonBlocking && (flags & MsgFlags.DONTWAIT) == 0;

    private static int Count(SysResult r, SyscallNr call) => r.IsOk ? (int)r.Value : throw new ErrnoException(r.Errno, call);

    private static Memory<byte> Gather(IReadOnlyList<Memory<byte>> pieces)
    {
        byte[] all = new byte[pieces.Sum(p => p.Length)];
        int at = 0;
        foreach (Memory<byte> piece in pieces)
        {
            piece.CopyTo(all.AsMemory(at));
            at += piece.Length;
        }

        return all;
    }

    private static void Scatter(ReadOnlyMemory<byte> all, IReadOnlyList<Memory<byte>> pieces)
    {
        foreach (Memory<byte> piece in pieces)
        {
            int n = Math.Min(piece.Length, all.Length);
            all[..n].CopyTo(piece);
            all = all[n..];
        }
    }
}
