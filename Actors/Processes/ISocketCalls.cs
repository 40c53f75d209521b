// The system calls of a program that are about sockets, whoever answers them: a simulated host's process (Os), or a driver of the machines alone.

namespace ActorNet.Actors;

/// <summary>What a program does with sockets; each call as its man page has it, and as <see cref="Os"/> says it.</summary>
public interface ISocketCalls
{
    ValueTask<SysResult> TrySocket(AddressFamily family, SocketType type, IpProtocol protocol = 0);

    ValueTask<SysResult> TryBind(int fd, SockAddr address);

    ValueTask<SysResult> TryListen(int fd, int backlog);

    ValueTask<(int Fd, SockAddr Peer)> Accept(int fd, SocketType flags = 0);

    ValueTask<SysResult> TryConnect(int fd, SockAddr address);

    ValueTask<SysResult> TrySend(int fd, ReadOnlyMemory<byte> data, MsgFlags flags = 0);

    ValueTask<SysResult> TrySendTo(int fd, ReadOnlyMemory<byte> data, SockAddr to, MsgFlags flags = 0);

    ValueTask<SysResult> TrySendMsg(int fd, MsgHdr message, MsgFlags flags = 0);

    ValueTask<int> Write(int fd, ReadOnlyMemory<byte> data);

    ValueTask<SysResult> TryWritev(int fd, params Memory<byte>[] iov);

    ValueTask<SysResult> TryRecv(int fd, Memory<byte> buffer, MsgFlags flags = 0);

    ValueTask<(int Count, SockAddr From, MsgFlags Flags)> RecvFrom(int fd, Memory<byte> buffer, MsgFlags flags = 0);

    ValueTask<SysResult> TryRecvMsg(int fd, MsgHdr message, MsgFlags flags = 0);

    ValueTask<int> Read(int fd, Memory<byte> buffer);

    ValueTask<SysResult> TryReadv(int fd, params Memory<byte>[] iov);

    ValueTask<SysResult> TryShutdown(int fd, ShutdownHow how);

    ValueTask<SysResult> TryClose(int fd);

    ValueTask<SockAddr> GetSockName(int fd);

    ValueTask<SockAddr> GetPeerName(int fd);

    ValueTask<SysResult> TrySetSockOpt(int fd, SockLevel level, int option, ReadOnlyMemory<byte> value);

    ValueTask<SysResult> TryGetSockOpt(int fd, SockLevel level, int option, Memory<byte> value);

    ValueTask<int> Poll(Memory<PollFd> fds, Duration timeout);

    ValueTask<SysResult> TryFcntl(int fd, FcntlCmd cmd, int arg = 0);

    ValueTask<SysResult> TryDup(int fd);

    ValueTask<SysResult> TryIoctl(int fd, IoctlCmd cmd, Memory<byte> argument, Memory<byte>? pointed = null);
}
