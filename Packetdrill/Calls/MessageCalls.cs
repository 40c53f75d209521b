// sendmsg(2), recvmsg(2); readv(2), writev(2).

namespace ActorNet.Packetdrill;

/// <summary><c>sendmsg(3, {msg_name(...)=..., msg_iov(2)=[{"ab", 2}, {..., 10}], msg_flags=0}, MSG_DONTWAIT) = 12</c>.</summary>
[ScriptCall("sendmsg")]
internal sealed class SendMsgCall : SystemCall
{
    private int _fd, _flags;
    private MessageHeader _message = null!;

    public override long OnKernel(IKernel kernel)
    {
        var header = new UserMemory([], MessageHeader.Size);
        _message.Write(header.Bytes);
        return kernel.Call(X64.sendmsg, kernel.Real(_fd), header.Pointer, _flags);
    }

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TrySendMsg(process.Fd(_fd), HostMessage.ToSend(_message), (MsgFlags)_flags);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _message, _flags) = (arguments.Int(0), MessageHeader.ToSend(arguments, arguments[1], opens: ((MsgFlags)arguments.Int(2) & MsgFlags.FASTOPEN) != 0), arguments.Int(2));
    }
}

/// <summary><c>recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=MSG_TRUNC, msg_control=[…]}, 0) = 10</c>: what is written is what is expected.</summary>
[ScriptCall("recvmsg")]
internal sealed class RecvMsgCall : SystemCall
{
    private int _fd, _flags;
    private MessageHeader _message = null!;

    public override long OnKernel(IKernel kernel)
    {
        var header = new UserMemory([], MessageHeader.Size);
        _message.Write(header.Bytes);
        long r = kernel.Call(X64.recvmsg, kernel.Real(_fd), header.Pointer, _flags);
        if (r >= 0) _message.ReadBack(header.Bytes);
        return r;
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        MsgHdr m = HostMessage.ToReceive(_message);
        SysResult r = await process.Sockets.TryRecvMsg(process.Fd(_fd), m, (MsgFlags)_flags);
        if (r.IsOk) HostMessage.Give(m, _message);
        return r;
    }

    public override IEnumerable<Output> Outputs(long result) => result < 0 ? [] : [new Output(1, _message.Received(result))];

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _message, _flags) = (arguments.Int(0), MessageHeader.ToReceive(arguments, arguments[1]), arguments.Int(2));
    }
}

/// <summary><c>writev(3, [{"ab", 2}, {..., 10}], 2) = 12</c>.</summary>
[ScriptCall("writev")]
internal sealed class WritevCall : SystemCall
{
    private int _fd, _count;
    private MessageHeader _message = null!;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.writev, kernel.Real(_fd), _message.IovMemory().Pointer, _count);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TryWritev(process.Fd(_fd), HostMessage.Pieces(_message, _count));

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _count) = (arguments.Int(0), arguments.Int(2));
        _message = MessageHeader.Pieces(arguments, arguments[1], _count, receives: false);
    }
}

/// <summary><c>readv(3, [{"ab", 2}, {..., 10}], 2) = 12</c>: the strings are what is expected.</summary>
[ScriptCall("readv")]
internal sealed class ReadvCall : SystemCall
{
    private int _fd, _count;
    private MessageHeader _message = null!;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.readv, kernel.Real(_fd), _message.IovMemory().Pointer, _count);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TryReadv(process.Fd(_fd), HostMessage.Pieces(_message, _count));

    public override IEnumerable<Output> Outputs(long result) => result < 0 ? [] : [new Output(1, _message.Filled(result))];

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _count) = (arguments.Int(0), arguments.Int(2));
        _message = MessageHeader.Pieces(arguments, arguments[1], _count, receives: true);
    }
}
