// The vocabulary: one class per system call, its arguments as in the man page. Results that are more than a number are fields too.

using System.Threading.Tasks.Sources;

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>socket(2): a descriptor.</summary>
    public sealed class Socket() : Syscall(SyscallNr.socket)
    {
        public AddressFamily Family { get; set; }

        /// <summary>SOCK_*, with SOCK_NONBLOCK and SOCK_CLOEXEC or-ed in.</summary>
        public SocketType Type { get; set; }

        public IpProtocol Protocol { get; set; }

        internal Actors.Socket? Created { get; set; }

        internal override void OnEnter(ProcessActor process) => process.Socket(this);

        internal override void OnInterrupt(ProcessActor process)
        {
            // sockfs answers it without waiting.
        }

        internal override void OnCollapse(ProcessActor process)
        {
        }

        internal override void OnLost(ProcessActor process)
        {
            if (Created is { Actor: not null } created) process.Release(created.Opened(0));
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, (long)Family, (long)Type, (long)Protocol, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Created = null;
        }
    }

    /// <summary>bind(2).</summary>
    public sealed class Bind() : Syscall(SyscallNr.bind)
    {
        public SockAddr Address { get; set; }

        internal override void OnSocket(SockActor socket) => socket.Ops.Bind(socket, this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Address, Result);
    }

    /// <summary>listen(2).</summary>
    public sealed class Listen() : Syscall(SyscallNr.listen)
    {
        public int Backlog { get; set; }

        internal override void OnSocket(SockActor socket) => socket.Ops.Listen(socket, this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Backlog, 0, Result);
    }

    /// <summary>connect(2). AF_UNSPEC dissolves the association.</summary>
    public sealed class Connect() : Syscall(SyscallNr.connect)
    {
        public SockAddr Address { get; set; }

        /// <summary>An earlier call had begun to connect: this one only waits, and is EALREADY when its time is over.</summary>
        internal bool WasConnecting { get; set; }

        internal override void OnSocket(SockActor socket) => socket.Ops.Connect(socket, this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Address, Result);
    }

    /// <summary>accept4(2): a descriptor, and who called.</summary>
    public sealed class Accept() : Syscall(SyscallNr.accept4), IValueTaskSource<(int Fd, SockAddr Peer)>
    {
        /// <summary>SOCK_NONBLOCK, SOCK_CLOEXEC.</summary>
        public SocketType Flags { get; set; }

        public SockAddr Peer { get; internal set; }

        /// <summary>The descriptor taken before the wait, as accept4 takes it.</summary>
        internal int NewFd { get; set; } = -1;

        internal Actors.Socket? Accepted { get; set; }

        internal override void OnEnter(ProcessActor process) => process.Accept(this);

        internal override void OnSocket(SockActor socket) => socket.Ops.Accept(socket, this);

        internal override void OnComplete(ProcessActor process) => process.CompleteAccept(this);

        internal override void OnLost(ProcessActor process)
        {
            if (Accepted is { } accepted) process.Release(accepted.Opened(0));
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Peer, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Accepted = null;
            NewFd = -1;
            Flags = 0;
        }

        ValueTaskSourceStatus IValueTaskSource<(int Fd, SockAddr Peer)>.GetStatus(short token) => Status(token);

        void IValueTaskSource<(int Fd, SockAddr Peer)>.OnCompleted(Action<object?> c, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            SetContinuation(c, state, token);

        (int Fd, SockAddr Peer) IValueTaskSource<(int Fd, SockAddr Peer)>.GetResult(short token)
        {
            SockAddr peer = Peer;
            return ((int)ThrowOnError(Take(token)).Value, peer);
        }
    }

    /// <summary>shutdown(2).</summary>
    public sealed class Shutdown() : Syscall(SyscallNr.shutdown)
    {
        public ShutdownHow How { get; set; }

        internal override void OnSocket(SockActor socket) => socket.Ops.Shutdown(socket, this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, (long)How, 0, Result);
    }

    /// <summary>close(2). The kernel's own, too, when the last reference to a file goes.</summary>
    public sealed class Close() : Syscall(SyscallNr.close)
    {
        /// <summary>Sent by the process itself: nobody waits for it, and a socket does not linger.</summary>
        internal bool Implied { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Close(this);

        internal override void OnSocket(SockActor socket) => socket.Close(this);

        internal override void OnInterrupt(ProcessActor process)
        {
            if (!Implied) base.OnInterrupt(process);
        }

        internal override void OnCollapse(ProcessActor process) => OnInterrupt(process);

        internal override SysResult Partial(Errno errno) => 0; // the descriptor is gone, whatever became of lingering

        internal override void Recycle()
        {
            base.Recycle();
            Implied = false;
        }
    }

    /// <summary>getsockname(2) and getpeername(2).</summary>
    public sealed class GetName() : Syscall(SyscallNr.getsockname), IValueTaskSource<SockAddr>
    {
        public bool OfPeer { get; set; }

        internal override void OnSocket(SockActor socket) => socket.Ops.GetName(socket, this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Address, Result);

        public SockAddr Address { get; internal set; }

        ValueTaskSourceStatus IValueTaskSource<SockAddr>.GetStatus(short token) => Status(token);

        void IValueTaskSource<SockAddr>.OnCompleted(Action<object?> c, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            SetContinuation(c, state, token);

        SockAddr IValueTaskSource<SockAddr>.GetResult(short token)
        {
            SockAddr a = Address;
            ThrowOnError(Take(token));
            return a;
        }
    }

    /// <summary>setsockopt(2).</summary>
    public sealed class SetSockOpt() : Syscall(SyscallNr.setsockopt)
    {
        private readonly byte[] _number = new byte[sizeof(int)];

        public SockLevel Level { get; set; }

        public int Option { get; set; }

        public ReadOnlyMemory<byte> Value { get; set; }

        internal override void OnSocket(SockActor socket) => socket.SetSockOpt(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, (long)Level, Option, Result);

        /// <summary>The usual int-valued option.</summary>
        public void SetValue(int value)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(_number, value);
            Value = _number;
        }
    }

    /// <summary>getsockopt(2): the number of bytes written.</summary>
    public sealed class GetSockOpt() : Syscall(SyscallNr.getsockopt)
    {
        public SockLevel Level { get; set; }

        public int Option { get; set; }

        public Memory<byte> Value { get; set; }

        internal override void OnSocket(SockActor socket) => socket.GetSockOpt(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, (long)Level, Option, Result);
    }

    /// <summary>fcntl(2): F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD.</summary>
    public sealed class Fcntl() : Syscall(SyscallNr.fcntl)
    {
        public FcntlCmd Cmd { get; set; }

        public int Arg { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Fcntl(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, (long)Cmd, Arg, Result);
    }

    /// <summary>dup(2), dup2(2), dup3(2).</summary>
    public sealed class Dup() : Syscall(SyscallNr.dup)
    {
        /// <summary>dup2, dup3: the descriptor that it becomes; -1 for the lowest free one.</summary>
        public int NewFd { get; set; } = -1;

        /// <summary>dup3: O_CLOEXEC or 0.</summary>
        public int Flags { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Dup(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, NewFd, Flags, Result);
    }

    /// <summary>clock_nanosleep(2): what Os.Delay waits with.</summary>
    public sealed class Nanosleep() : Syscall(SyscallNr.nanosleep)
    {
        public Duration Time { get; set; }

        internal ActorTimer? Timer { get; set; }

        internal override bool Restarts => false;

        internal override void OnEnter(ProcessActor process) => process.Sleep(this);

        internal override void OnInterrupt(ProcessActor process) => process.EndSleep(this, Errno.EINTR);

        internal override void OnCollapse(ProcessActor process)
        {
            Timer?.Disarm();
            process.Lose(this);
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Time.Nanoseconds, 0, 0, Result);
    }
}

/// <summary>F_* of fcntl(2).</summary>
public enum FcntlCmd { F_DUPFD = 0, F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_SETOWN = 8, F_GETOWN = 9, F_SETSIG = 10, F_GETSIG = 11, F_DUPFD_CLOEXEC = 1030, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ = 1032 }
