// Messages in pieces and in numbers (man 2 sendmsg, recvmsg, sendmmsg, recvmmsg, readv, writev).

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.SendMsg> _sendmsgs = new();
    private readonly FreeList<Syscall.RecvMsg> _recvmsgs = new();
    private readonly FreeList<Syscall.SendMmsg> _sendmmsgs = new();
    private readonly FreeList<Syscall.RecvMmsg> _recvmmsgs = new();
    private readonly FreeList<Syscall.Readv> _readvs = new();
    private readonly FreeList<Syscall.Writev> _writevs = new();

    /// <summary>sendmsg(2): how many bytes were taken.</summary>
    public ValueTask<int> SendMsg(int fd, MsgHdr message, MsgFlags flags = 0) => Int(SendMsgCall(fd, message, flags));

    public ValueTask<SysResult> TrySendMsg(int fd, MsgHdr message, MsgFlags flags = 0) => Try(SendMsgCall(fd, message, flags));

    /// <summary>recvmsg(2): how many bytes; sets the message's name, control length and flags.</summary>
    public ValueTask<int> RecvMsg(int fd, MsgHdr message, MsgFlags flags = 0) => Int(RecvMsgCall(fd, message, flags));

    public ValueTask<SysResult> TryRecvMsg(int fd, MsgHdr message, MsgFlags flags = 0) => Try(RecvMsgCall(fd, message, flags));

    /// <summary>sendmmsg(2): how many messages were sent; sets their lengths.</summary>
    public ValueTask<int> SendMmsg(int fd, IReadOnlyList<MsgHdr> messages, MsgFlags flags = 0) => Int(SendMmsgCall(fd, messages, flags));

    public ValueTask<SysResult> TrySendMmsg(int fd, IReadOnlyList<MsgHdr> messages, MsgFlags flags = 0) => Try(SendMmsgCall(fd, messages, flags));

    /// <summary>recvmmsg(2): how many messages were received.</summary>
    /// <param name="timeout">Looked at after each message, as Linux does; null for none.</param>
    public ValueTask<int> RecvMmsg(int fd, IReadOnlyList<MsgHdr> messages, MsgFlags flags = 0, Duration? timeout = null) =>
        Int(RecvMmsgCall(fd, messages, flags, timeout));

    public ValueTask<SysResult> TryRecvMmsg(int fd, IReadOnlyList<MsgHdr> messages, MsgFlags flags = 0, Duration? timeout = null) =>
        Try(RecvMmsgCall(fd, messages, flags, timeout));

    /// <summary>readv(2).</summary>
    public ValueTask<int> Readv(int fd, params Memory<byte>[] iov) => Int(ReadvCall(fd, iov));

    public ValueTask<SysResult> TryReadv(int fd, params Memory<byte>[] iov) => Try(ReadvCall(fd, iov));

    /// <summary>writev(2).</summary>
    public ValueTask<int> Writev(int fd, params Memory<byte>[] iov) => Int(WritevCall(fd, iov));

    public ValueTask<SysResult> TryWritev(int fd, params Memory<byte>[] iov) => Try(WritevCall(fd, iov));

    private Syscall.SendMsg SendMsgCall(int fd, MsgHdr message, MsgFlags flags)
    {
        Syscall.SendMsg call = _sendmsgs.Rent();
        (call.Fd, call.Message, call.Flags) = (fd, message, flags);
        return call;
    }

    private Syscall.RecvMsg RecvMsgCall(int fd, MsgHdr message, MsgFlags flags)
    {
        Syscall.RecvMsg call = _recvmsgs.Rent();
        (call.Fd, call.Message, call.Flags) = (fd, message, flags);
        return call;
    }

    private Syscall.SendMmsg SendMmsgCall(int fd, IReadOnlyList<MsgHdr> messages, MsgFlags flags)
    {
        Syscall.SendMmsg call = _sendmmsgs.Rent();
        (call.Fd, call.Messages, call.Flags) = (fd, messages, flags);
        return call;
    }

    private Syscall.RecvMmsg RecvMmsgCall(int fd, IReadOnlyList<MsgHdr> messages, MsgFlags flags, Duration? timeout)
    {
        Syscall.RecvMmsg call = _recvmmsgs.Rent();
        (call.Fd, call.Messages, call.Flags, call.Timeout) = (fd, messages, flags, timeout);
        return call;
    }

    private Syscall.Readv ReadvCall(int fd, Memory<byte>[] iov)
    {
        Syscall.Readv call = _readvs.Rent();
        (call.Fd, call.Message) = (fd, new MsgHdr(iov));
        return call;
    }

    private Syscall.Writev WritevCall(int fd, Memory<byte>[] iov)
    {
        Syscall.Writev call = _writevs.Rent();
        (call.Fd, call.Message) = (fd, new MsgHdr(iov));
        return call;
    }
}
