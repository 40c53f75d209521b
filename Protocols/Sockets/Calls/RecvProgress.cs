// recvmsg on its way (sock_recvmsg, tcp_recvmsg_locked): how much a read waits for, and where it stops.

namespace ActorNet.Protocols;

/// <summary>A call that receives: its arguments and its progress.</summary>
public struct RecvProgress
{
    public Memory<byte> Buffer;

    /// <summary>recvmsg's room for control messages, and how much of it was used.</summary>
    public Memory<byte> Control;

    /// <inheritdoc cref="Control"/>
    public int ControlLength;

    public MsgFlags Flags;

    public MsgFlags OutFlags;

    public SockAddr From;

    /// <summary>Bytes given so far.</summary>
    public int Done;

    /// <inheritdoc cref="SendProgress.Partial"/>
    public readonly SysResult Partial(Errno errno) => Done > 0 ? Done : errno;

    /// <summary>recvmsg: what there is, but of a stream no less than SO_RCVLOWAT says, or, with MSG_WAITALL, all that was asked for (sock_rcvlowat).</summary>
    /// <param name="nonBlocking">O_NONBLOCK.</param>
    public CallStep Recv(Sock sk, bool nonBlocking, Instant now)
    {
        bool counts = (Flags & (MsgFlags.PEEK | MsgFlags.OOB)) == 0 && sk.Type == SocketType.STREAM;
        int length = Buffer.Length;
        int target = !counts ? 0 : (Flags & MsgFlags.WAITALL) != 0 ? length : Math.Min(sk.Rcvlowat, length);
        while (true)
        {
            if (Done > 0 && sk.Err != Errno.OK) return CallStep.Answer(Done);
            var control = new CmsgWriter(Control.Span);
            SysResult r = sk.Recv(Buffer.Span[Done..], ref control, nonBlocking ? Flags | MsgFlags.DONTWAIT : Flags, now, out SockAddr from, out MsgFlags outFlags);
            if (r.Errno == Errno.EAGAIN && (Flags & MsgFlags.ERRQUEUE) == 0) return CallStep.ToRead(sk.Rcvtimeo);
            if (!r.IsOk) return CallStep.Fail(r.Errno);
            (From, OutFlags, ControlLength) = (from, outFlags | control.Flags, control.Length);
            int got = (int)r.Value;
            Done += got;
            if (got == 0 || Done >= target) return CallStep.Answer(Done);
        }
    }

    /// <summary>
    /// recvmsg of a stream: no less than SO_RCVLOWAT says, or, with MSG_WAITALL, all that was asked for (sock_rcvlowat); but never beyond an urgent mark, an
    /// error or the end once something has been read. MSG_PEEK waits alike. MSG_OOB and MSG_ERRQUEUE never wait.
    /// </summary>
    /// <param name="nonBlocking">O_NONBLOCK.</param>
    public CallStep RecvStream(Sock sk, bool nonBlocking, Instant now)
    {
        MsgFlags flags = Flags;
        bool peek = (flags & MsgFlags.PEEK) != 0;
        int length = Buffer.Length;
        int target = Math.Max(1, (flags & MsgFlags.WAITALL) != 0 ? length : Math.Min(sk.Rcvlowat, length));
        while (true)
        {
            // A peek looks at all of it again each time; a read goes on where it was.
            int done = peek ? 0 : Done;
            if (done > 0 && (sk.Err != Errno.OK || sk.IsMarkAt(0))) return CallStep.Answer(done);
            var control = new CmsgWriter(Control.Span);
            SysResult r = sk.Recv(Buffer.Span[done..], ref control, flags, now, out SockAddr from, out MsgFlags outFlags);
            if (r.IsOk) (OutFlags, ControlLength) = (outFlags | control.Flags, control.Length);
            if ((flags & (MsgFlags.OOB | MsgFlags.ERRQUEUE)) != 0) return CallStep.Answer(r);
            if (r.Errno == Errno.EAGAIN) return CallStep.ToRead(sk.Rcvtimeo);
            if (!r.IsOk) return CallStep.Fail(r.Errno);
            From = from;
            int got = (int)r.Value;
            Done = done + got;
            bool waits = !nonBlocking && (flags & MsgFlags.DONTWAIT) == 0 && sk.Rcvtimeo != Duration.Zero;
            if (got == 0 || Done >= target || (peek && (!waits || IsEnd(sk, got))))
            {
                if (peek) sk.Peeked(got);
                return CallStep.Answer(Done);
            }

            if (peek) return CallStep.ToRead(sk.Rcvtimeo);
        }
    }

    // Nothing more can come behind so many bytes, or nothing that this read may take.
    private static bool IsEnd(Sock sk, int got) => (sk.Poll & (PollEvents.RDHUP | PollEvents.HUP | PollEvents.ERR)) != 0 || sk.IsMarkAt(got);
}
