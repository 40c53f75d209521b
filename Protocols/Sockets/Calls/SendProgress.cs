// sendmsg on its way (sock_sendmsg; the loop of tcp_sendmsg_locked with sk_stream_wait_memory): what was asked, and how much of it is done.

namespace ActorNet.Protocols;

/// <summary>A call that sends: its arguments and its progress.</summary>
public struct SendProgress
{
    public ReadOnlyMemory<byte> Data;

    /// <summary>Control messages.</summary>
    public ReadOnlyMemory<byte> Control;

    public MsgFlags Flags;

    public SockAddr? To;

    /// <summary>Bytes taken so far.</summary>
    public int Done;

    /// <summary>Fast Open: it waits for its handshake; and that is behind it.</summary>
    public bool IsOpening;

    /// <inheritdoc cref="IsOpening"/>
    public bool Opened;

    /// <summary>MSG_ZEROCOPY on a stream: the notification that it holds until it answers.</summary>
    internal Tcp.ZerocopyNote? Zerocopy;

    /// <summary>What it answers when its wait ends with an errno: what was moved before counts as success.</summary>
    public readonly SysResult Partial(Errno errno) => Done > 0 ? Done : errno;

    /// <summary>sendmsg: a stream takes all of it, waiting as often as it must; a datagram goes or does not. ENOBUFS: more control data than net.core.optmem_max.</summary>
    /// <param name="nonBlocking">O_NONBLOCK.</param>
    public CallStep Send(Sock sk, bool nonBlocking, Instant now)
    {
        bool stream = sk.Type == SocketType.STREAM;
        if (Control.Length > sk.Net.Sysctl.optmem_max) return CallStep.Answer(Errno.ENOBUFS);
        MsgFlags flags = nonBlocking ? Flags | MsgFlags.DONTWAIT : Flags;
        do
        {
            // What was taken is reported first; the error that ended it is the next call's.
            if (Done > 0 && sk.Err != Errno.OK) return CallStep.Answer(Done);
            SysResult r = sk.Send(Data.Span[Done..], To, Control.Span, flags, now);
            if (r.Errno == Errno.EAGAIN) return CallStep.ToWrite(sk.Sndtimeo, Errno.EAGAIN);
            if (!r.IsOk) return CallStep.Fail(r.Errno);
            Done += (int)r.Value;
            // What was refused once is not tried again by a call that may not wait, though all may have been sent by now (sk_stream_wait_memory).
            if (!stream || r.Value == 0 || (flags & MsgFlags.DONTWAIT) != 0 || sk.Sndtimeo == Duration.Zero) break;
        }
        while (Done < Data.Length);
        return CallStep.Answer(Done);
    }
}
