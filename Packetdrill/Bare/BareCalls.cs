// The calls that may wait, each as its logic in Protocols has it.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill.Bare;

/// <summary>send(2) and its like.</summary>
/// <param name="pieces">The lengths of its pieces; null for one.</param>
/// <param name="open">Makes the way for a call that opens its connection: null when the SYN is sent, and its logic goes on.</param>
internal sealed class BareSend(BareSocket socket, SendProgress call, int[]? pieces, bool mayWait, BareSend.Opening open)
    : BareCall(socket, BareCallKind.Send, mayWait)
{
    private SendProgress _call = call;

    /// <summary>connect(2) within a send.</summary>
    public delegate CallStep Opening(BareSocket socket, ref SendProgress call);

    protected override CallStep Step(Instant now)
    {
        if (Socket.Tcp is not { } tcp) return _call.Send(Socket.Sk, Socket.NonBlocking, now);
        if ((_call.Flags & MsgFlags.ZEROCOPY) != 0)
        {
            Span<int> lengths = tcp.BeginZerocopy(ref _call, pieces?.Length ?? 1);
            pieces.AsSpan(0, lengths.Length).CopyTo(lengths);
        }

        return StreamCalls.Send(tcp, ref Socket.State, ref _call, Socket.NonBlocking, Socket.AddressLocked, now) ?? open(Socket, ref _call);
    }

    protected override SysResult Partial(Errno errno) => _call.Partial(errno);

    protected override SysResult Expired => Partial(_call.IsOpening ? Errno.EINPROGRESS : Errno.EAGAIN);

    protected override void GaveUp()
    {
        if (Socket.Tcp is { } tcp) StreamCalls.GaveUp(tcp, ref _call);
    }
}

/// <summary>recv(2) and its like.</summary>
internal sealed class BareRecv(BareSocket socket, RecvProgress call, bool mayWait) : BareCall(socket, BareCallKind.Receive, mayWait)
{
    private RecvProgress _call = call;

    /// <summary>From whom, flags and control messages: once it is answered.</summary>
    public RecvProgress Progress => _call;

    protected override CallStep Step(Instant now) =>
        Socket.Tcp is null ? _call.Recv(Socket.Sk, Socket.NonBlocking, now) : _call.RecvStream(Socket.Sk, Socket.NonBlocking, now);

    protected override SysResult Partial(Errno errno) => _call.Partial(errno);
}

/// <summary>A connect(2) whose SYN has been sent, or that had begun before.</summary>
/// <param name="first">Its first step, which has been taken.</param>
internal sealed class BareConnect(BareSocket socket, CallStep first, bool wasConnecting) : BareCall(socket, BareCallKind.Connect, !socket.NonBlocking)
{
    private bool _began;

    protected override CallStep Step(Instant now)
    {
        bool again = _began;
        _began = true;
        return again ? StreamCalls.FinishConnect(Socket.Tcp!, ref Socket.State, Socket.AddressLocked, Errno.EINPROGRESS, now) : first;
    }

    protected override SysResult Expired => StreamCalls.ConnectExpired(wasConnecting);
}

/// <summary>accept(2): the connection is in <see cref="Accepted"/>.</summary>
internal sealed class BareAccept(BareSocket socket) : BareCall(socket, BareCallKind.Accept, !socket.NonBlocking)
{
    public BareSocket? Accepted { get; private set; }

    protected override CallStep Step(Instant now)
    {
        if (Socket.Tcp is not { } tcp) return CallStep.Answer(Errno.EOPNOTSUPP);
        if (tcp.State != TcpState.LISTEN) return CallStep.Answer(Errno.EINVAL);
        if (!tcp.TryAccept(out TcpSock? child)) return CallStep.ToRead(tcp.Rcvtimeo);
        Accepted = (BareSocket)child.Owner!;
        return CallStep.Answer(0);
    }
}

/// <summary>A close(2) that waits for what was sent (SO_LINGER).</summary>
internal sealed class BareLinger(BareSocket socket) : BareCall(socket, BareCallKind.Linger, mayWait: true)
{
    protected override CallStep Step(Instant now) => StreamCalls.Linger(Socket.Tcp!);

    protected override SysResult Partial(Errno errno) => 0; // the descriptor is gone, whatever became of lingering
}

/// <summary>A poll(2) that waits.</summary>
internal sealed class BarePoll(Func<int> look, Instant deadline)
{
    private readonly TaskCompletionSource<int> _answer = new();

    public Instant Deadline { get; } = deadline;

    public Task<int> Answer => _answer.Task;

    /// <summary>Looks: true when it is answered, because something is ready or its time is over.</summary>
    public bool Try(Instant now)
    {
        int ready = look();
        if (ready == 0 && now < Deadline) return false;
        _answer.SetResult(ready);
        return true;
    }
}
