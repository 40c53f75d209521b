// sendto, recvfrom, read, write (net/socket.c, fs/read_write.c): the calls that move bytes in one buffer.

using System.Threading.Tasks.Sources;

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>sendto(2), send(2): how many bytes were taken.</summary>
    public class SendTo : Syscall
    {
        public SendTo()
            : base(SyscallNr.sendto)
        {
        }

        private protected SendTo(SyscallNr nr)
            : base(nr)
        {
        }

        public ReadOnlyMemory<byte> Data
        {
            get => Progress.Data;
            set => Progress.Data = value;
        }

        public MsgFlags Flags
        {
            get => Progress.Flags;
            set => Progress.Flags = value;
        }

        public SockAddr? To
        {
            get => Progress.To;
            set => Progress.To = value;
        }

        /// <summary>Its arguments, and how far it is.</summary>
        internal SendProgress Progress;

        /// <summary>How many pieces its data has.</summary>
        internal virtual int Pieces => 1;

        /// <summary>Writes down how long each is.</summary>
        /// <param name="to">One place each; none when nobody asks.</param>
        internal virtual void PieceLengths(Span<int> to)
        {
        }

        internal override void OnSocket(SockActor socket) => socket.SendTo(this);

        internal override void OnComplete(ProcessActor process)
        {
            if (Result.Errno == Errno.EPIPE && (Flags & MsgFlags.NOSIGNAL) == 0 && File is { RaisesSigpipe: true })
                process.RaiseHere(new SigInfo(Signal.SIGPIPE, SigInfo.SI_USER, process.Pid, process.Credentials.Uid));
        }

        internal override SysResult Partial(Errno errno) => Progress.Partial(errno);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name)
        {
            if (To is { } to) trace.Call(now, pid, name, Fd, to, Result);
            else trace.Call(now, pid, name, Fd, Data.Length, (long)Flags, Result);
        }

        internal override void Recycle()
        {
            base.Recycle();
            Progress = default;
        }
    }

    /// <summary>write(2): of a socket what send(2) without flags does; other files take it their way. EBADF: not open for writing.</summary>
    public sealed class Write() : SendTo(SyscallNr.write)
    {
        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.ToFile(this, FileFlags.WRONLY);
    }

    /// <summary>read(2): of a socket what recv(2) without flags does; other files give it their way. EBADF: not open for reading.</summary>
    public sealed class Read() : RecvFrom(SyscallNr.read)
    {
        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.ToFile(this, FileFlags.RDONLY);

        // sock_read_iter: as System V had it; recv(2) of nothing waits.
        internal override void OnSocket(SockActor socket)
        {
            if (Buffer.IsEmpty) socket.Answer(this, 0);
            else base.OnSocket(socket);
        }
    }

    /// <summary>recvfrom(2), recv(2): how many bytes were given; from whom; MSG_TRUNC and its like.</summary>
    public class RecvFrom : Syscall, IValueTaskSource<(int Count, SockAddr From, MsgFlags Flags)>
    {
        public RecvFrom()
            : base(SyscallNr.recvfrom)
        {
        }

        private protected RecvFrom(SyscallNr nr)
            : base(nr)
        {
        }

        public Memory<byte> Buffer
        {
            get => Progress.Buffer;
            set => Progress.Buffer = value;
        }

        public MsgFlags Flags
        {
            get => Progress.Flags;
            set => Progress.Flags = value;
        }

        public SockAddr From => Progress.From;

        public MsgFlags OutFlags => Progress.OutFlags;

        /// <summary>Its arguments, and how far it is.</summary>
        internal RecvProgress Progress;

        internal override void OnSocket(SockActor socket) => socket.RecvFrom(this);

        internal override SysResult Partial(Errno errno) => Progress.Partial(errno);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, From, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Progress = default;
        }

        ValueTaskSourceStatus IValueTaskSource<(int Count, SockAddr From, MsgFlags Flags)>.GetStatus(short token) => Status(token);

        void IValueTaskSource<(int Count, SockAddr From, MsgFlags Flags)>.OnCompleted(Action<object?> c, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            SetContinuation(c, state, token);

        (int Count, SockAddr From, MsgFlags Flags) IValueTaskSource<(int Count, SockAddr From, MsgFlags Flags)>.GetResult(short token)
        {
            (SockAddr from, MsgFlags outFlags) = (From, OutFlags);
            return ((int)ThrowOnError(Take(token)).Value, from, outFlags);
        }
    }
}
