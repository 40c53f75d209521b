// Reading a stream (tcp_recvmsg_locked): how much a read waits for, and where it stops.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    /// <summary>
    /// recvmsg of a stream: no less than SO_RCVLOWAT says, or, with MSG_WAITALL, all that was asked for (sock_rcvlowat); but never beyond an urgent mark, an
    /// error or the end once something has been read. MSG_PEEK waits alike. MSG_OOB and MSG_ERRQUEUE never wait.
    /// </summary>
    public void RecvStream(Syscall.RecvFrom call)
    {
        MsgFlags flags = call.Flags;
        bool peek = (flags & MsgFlags.PEEK) != 0;
        int length = call.Buffer.Length;
        int target = Math.Max(1, (flags & MsgFlags.WAITALL) != 0 ? length : Math.Min(Sk.Rcvlowat, length));
        while (true)
        {
            // A peek looks at all of it again each time; a read goes on where it was.
            int done = peek ? 0 : call.Done;
            if (done > 0 && (Sk.Err != Errno.OK || Sk.IsMarkAt(0)))
            {
                Answer(call, done);
                return;
            }

            var control = new CmsgWriter(call.Control.Span);
            SysResult r = Sk.Recv(call.Buffer.Span[done..], ref control, flags, Now, out SockAddr from, out MsgFlags outFlags);
            if (r.IsOk) (call.OutFlags, call.ControlLength) = (outFlags | control.Flags, control.Length);
            if ((flags & (MsgFlags.OOB | MsgFlags.ERRQUEUE)) != 0)
            {
                Answer(call, r);
                return;
            }

            if (r.Errno == Errno.EAGAIN)
            {
                WaitToRead(call, flags);
                return;
            }

            if (!r.IsOk)
            {
                Answer(call, call.Partial(r.Errno));
                return;
            }

            call.From = from;
            int got = (int)r.Value;
            call.Done = done + got;
            bool waits = !call.NonBlocking && (flags & MsgFlags.DONTWAIT) == 0 && Sk.Rcvtimeo != Duration.Zero;
            if (got == 0 || call.Done >= target || (peek && (!waits || IsEnd(got))))
            {
                if (peek) Sk.Peeked(got);
                Answer(call, call.Done);
                return;
            }

            if (!peek) continue;
            WaitToRead(call, flags);
            return;
        }
    }

    // Nothing more can come behind so many bytes, or nothing that this read may take.
    private bool IsEnd(int got) => (Sk.Poll & (PollEvents.RDHUP | PollEvents.HUP | PollEvents.ERR)) != 0 || Sk.IsMarkAt(got);
}
