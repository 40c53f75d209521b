// What a pipe knows of a move between it and another file (struct splice_desc): who is at work on it, and what it carries from one actor to the other.

using System.Buffers;

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>splice(2), tee(2), and sendfile(2) into a pipe: how many bytes were moved. Its home is a pipe, which it leaves for the other file and comes back to.</summary>
    /// <remarks>
    /// Bytes stay in the pipe they are in until the other side has said how many it took. Meanwhile nobody else reads that pipe (or, of a move into it from a
    /// socket, writes to it), as a pipe's mutex has it.
    /// </remarks>
    public sealed class Splice(SyscallNr nr) : Syscall(nr)
    {
        internal const uint NONBLOCK = 2, All = 15;

        /// <summary>The file that takes; <see cref="Syscall.Fd"/> is the one that gives.</summary>
        public int OutFd { get; set; } = -1;

        /// <summary>Offsets were given. ESPIPE, EINVAL: neither pipes nor sockets have one.</summary>
        public bool HasOffsetIn { get; set; }

        /// <inheritdoc cref="HasOffsetIn"/>
        public bool HasOffsetOut { get; set; }

        /// <summary>Bytes. EINVAL: negative, unless both files are pipes.</summary>
        public long Length { get; set; }

        /// <summary>SPLICE_F_*. EINVAL: others.</summary>
        public uint Flags { get; set; }

        /// <summary>The pipe whose actor leads it; its file is <see cref="Syscall.File"/>.</summary>
        internal IActorRef? Leader { get; set; }

        internal OpenFile? Other { get; set; }

        /// <summary>The home pipe is the sink.</summary>
        internal bool IntoPipe { get; set; }

        /// <summary>It left its home.</summary>
        internal bool IsAway { get; set; }

        /// <summary>A signal came while it was away.</summary>
        internal bool Interrupted { get; set; }

        /// <summary>It goes to the other pipe to wait for room there, with nothing.</summary>
        internal bool WantsRoom { get; set; }

        internal int Moved { get; set; }

        internal byte[]? Bytes { get; set; }

        internal int Count { get; set; }

        /// <summary>The buffers of the pipe that gives, whose bytes those are.</summary>
        internal List<PipeBuffer> Buffers { get; } = [];

        /// <summary>What the other side did.</summary>
        internal SysResult Back { get; set; }

        internal SplicedRecv? Recv { get; set; }

        internal SplicedSend? Send { get; set; }

        /// <summary>Of the part that went to a socket.</summary>
        internal short PartVersion { get; set; }

        internal bool IsTee => Nr == SyscallNr.tee;

        /// <summary>How much is still to be moved. The length is a size_t, and of pipes nobody looks at its sign.</summary>
        internal ulong Left => (ulong)Length - (ulong)Moved;

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Splice(this);

        internal override SysResult Partial(Errno errno) => Moved > 0 ? Moved : errno;

        internal override void OnComplete(ProcessActor process)
        {
            FreeBytes();
            if (Other is not { } other) return;
            Other = null;
            OpenFile sink = IntoPipe ? File! : other;
            if (Result.Errno == Errno.EPIPE && sink.RaisesSigpipe) process.RaiseHere(new SigInfo(Signal.SIGPIPE, SigInfo.SI_USER, process.Pid, process.Credentials.Uid));
            process.Put(other);
        }

        internal override void OnLost(ProcessActor process)
        {
            FreeBytes();
            if (Other is not { } other) return;
            Other = null;
            process.Put(other);
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, OutFd, Length, Result);

        internal override void Recycle()
        {
            base.Recycle();
            IsAway = Interrupted = WantsRoom = false;
            Moved = 0;
            Leader = null;
        }

        internal override bool GoesHome(IActorRef lostAt)
        {
            if (!IsAway) return false;
            if (!Leader!.Equals(lostAt))
            {
                GoHome(Errno.EIO, ActorRefs.NoSender);
                return true;
            }

            if (Back.Errno != Errno.EINTR) return false;
            Answer(Errno.EINTR); // the run has ended
            Process!.Ref.Tell(this, ActorRefs.NoSender);
            return true;
        }

        /// <summary>The other side is done with it.</summary>
        internal void GoHome(SysResult result, IActorRef? from)
        {
            Back = result;
            Leader!.Tell(this, from!);
        }

        internal byte[] Room(int count)
        {
            if (Bytes is null || Bytes.Length < count)
            {
                FreeBytes();
                Bytes = ArrayPool<byte>.Shared.Rent(count);
            }

            return Bytes;
        }

        private void FreeBytes()
        {
            if (Bytes is { } bytes) ArrayPool<byte>.Shared.Return(bytes);
            Bytes = null;
        }
    }

    /// <summary>A splice's visit to the socket that gives (tcp_splice_read, copy_splice_read). SPLICE_F_NONBLOCK is the pipe's; O_NONBLOCK the socket's.</summary>
    internal sealed class SplicedRecv(Splice whole) : RecvFrom(whole.Nr)
    {
        internal override bool GoesOn(SockActor socket, ref SysResult result) => Ends(whole, this, result, socket.Me);

        internal override bool GoesHome(IActorRef lostAt) => Ends(whole, this, Errno.EIO, ActorRefs.NoSender);
    }

    /// <summary>A splice's visit to the socket that takes (splice_to_socket): a sendmsg of what the pipe holds.</summary>
    internal sealed class SplicedSend(Splice whole) : SendTo(whole.Nr)
    {
        internal override bool GoesOn(SockActor socket, ref SysResult result) => Ends(whole, this, result, socket.Me);

        internal override bool GoesHome(IActorRef lostAt) => Ends(whole, this, Errno.EIO, ActorRefs.NoSender);
    }

    // The part is never answered itself: the whole call is, when its home pipe has what came of it.
    private static bool Ends(Splice whole, Syscall part, SysResult result, IActorRef? from)
    {
        part.Recycle();
        whole.GoHome(result, from);
        return true;
    }
}
