// sendmmsg and recvmmsg (net/socket.c): one call, many messages, each as sendmsg or recvmsg would have it. An error ends it; what went before counts.

namespace ActorNet.Actors;

/// <summary>How a call of many messages goes from one to the next without a stack that grows.</summary>
internal struct MessageLoop
{
    private bool _runs, _again;

    /// <summary>The message of this turn, from 0.</summary>
    public int Index { get; set; }

    /// <summary>Takes the next message: at once, or, when this is still within the last one's taking, when that returns.</summary>
    public void Next(Action take)
    {
        if (_runs)
        {
            _again = true;
            return;
        }

        _runs = true;
        do
        {
            _again = false;
            take();
        }
        while (_again);
        _runs = false;
    }
}

public abstract partial class Syscall
{
    /// <summary>sendmmsg(2): how many messages were sent; their <see cref="MsgHdr.Length"/>s are set. At most UIO_MAXIOV of them.</summary>
    public sealed class SendMmsg() : SendMsg(SyscallNr.sendmmsg)
    {
        private MessageLoop _loop;
        private SockActor? _socket;
        private Action? _take;
        private MsgFlags _flags;

        public IReadOnlyList<MsgHdr> Messages { get; set; } = [];

        private int Count => Math.Min(Messages.Count, MsgHdr.MaxIov);

        internal override void OnEnter(ProcessActor process)
        {
            _loop = default;
            _flags = Flags;
            Errno e = Count == 0 ? Errno.OK : Take();
            if (e != Errno.OK) process.Finish(this, e);
            else process.ToFile(this);
        }

        internal override void OnSocket(SockActor socket)
        {
            if (Count == 0) socket.Answer(this, 0);
            else base.OnSocket(socket);
        }

        internal override bool GoesOn(SockActor socket, ref SysResult result)
        {
            if (result.IsOk && Count > 0)
            {
                Messages[_loop.Index++].Length = (int)result.Value;
                if (_loop.Index < Count && Take() == Errno.OK && Process!.Permits(this, socket.Sk) == Errno.OK)
                {
                    _socket = socket;
                    _loop.Next(_take ??= () => _socket!.SendTo(this));
                    return true;
                }
            }

            if (_loop.Index > 0) result = _loop.Index;
            return false;
        }

        internal override void Recycle()
        {
            base.Recycle();
            Messages = [];
            _socket = null;
        }

        // MSG_BATCH: more will follow, so a stream need not hurry.
        private Errno Take()
        {
            Flags = _loop.Index < Count - 1 ? _flags | MsgFlags.BATCH : _flags;
            return Load(Messages[_loop.Index]);
        }
    }

    /// <summary>
    /// recvmmsg(2): how many messages were received. The time-out is looked at after each of them, as Linux does: it does not end a wait. MSG_WAITFORONE does
    /// not wait for more than the first. An error after the first is the next call's, unless it is EAGAIN.
    /// </summary>
    public sealed class RecvMmsg() : RecvMsg(SyscallNr.recvmmsg)
    {
        private MessageLoop _loop;
        private SockActor? _socket;
        private Action? _take;
        private MsgFlags _flags;
        private bool _waitForOne;
        private Instant _end;

        public IReadOnlyList<MsgHdr> Messages { get; set; } = [];

        /// <summary>Null for none. EINVAL: negative.</summary>
        public Duration? Timeout { get; set; }

        internal override bool Restarts => base.Restarts && _loop.Index == 0;

        private int Count => Math.Min(Messages.Count, MsgHdr.MaxIov);

        internal override void OnEnter(ProcessActor process)
        {
            _loop = default;
            _flags = Flags & ~MsgFlags.WAITFORONE;
            _waitForOne = _flags != Flags;
            _end = Timeout is { } t ? process.Now + t : Instant.Never;
            Errno e = Timeout is { Nanoseconds: < 0 } ? Errno.EINVAL : Count == 0 ? Errno.OK : Take();
            if (e != Errno.OK) process.Finish(this, e);
            else process.ToFile(this);
        }

        internal override void OnSocket(SockActor socket)
        {
            // __sys_recvmmsg reports a pending error before anything else.
            Errno pending = socket.Sk.TakeError();
            if (pending != Errno.OK || Count == 0) socket.Answer(this, pending != Errno.OK ? pending : 0);
            else base.OnSocket(socket);
        }

        internal override bool GoesOn(SockActor socket, ref SysResult result)
        {
            if (result.IsOk && Count > 0)
            {
                Store(Messages[_loop.Index++], (int)result.Value);
                bool urgent = (OutFlags & MsgFlags.OOB) != 0;
                if (_loop.Index < Count && !urgent && socket.Now < _end && Take() == Errno.OK)
                {
                    _socket = socket;
                    _loop.Next(_take ??= () => _socket!.RecvFrom(this));
                    return true;
                }
            }
            else if (_loop.Index > 0 && result.Errno is not (Errno.EAGAIN or Errno.EINTR))
            {
                socket.Sk.Postpone(result.Errno);
            }

            if (_loop.Index > 0) result = _loop.Index;
            return false;
        }

        internal override SysResult Partial(Errno errno) => errno;

        internal override void OnComplete(ProcessActor process) => Release(); // each was given as it came

        internal override void Recycle()
        {
            base.Recycle();
            Messages = [];
            _socket = null;
            Timeout = null;
        }

        private Errno Take()
        {
            Flags = _waitForOne && _loop.Index > 0 ? _flags | MsgFlags.DONTWAIT : _flags;
            Message = Messages[_loop.Index];
            return Load(Message);
        }
    }
}
