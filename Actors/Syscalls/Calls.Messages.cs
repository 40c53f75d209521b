// sendmsg, recvmsg, sendmmsg, recvmmsg, readv, writev (net/socket.c, fs/read_write.c): scatter and gather in front of the calls of one buffer.

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>sendmsg(2). EMSGSIZE: more than UIO_MAXIOV pieces; ENOBUFS: more control data than net.core.optmem_max.</summary>
    public class SendMsg : SendTo
    {
        private Gathered _gathered;

        public SendMsg()
            : base(SyscallNr.sendmsg)
        {
        }

        private protected SendMsg(SyscallNr nr)
            : base(nr)
        {
        }

        public MsgHdr Message { get; set; } = null!;

        internal override void OnEnter(ProcessActor process)
        {
            Errno e = Load(Message);
            if (e != Errno.OK) process.Finish(this, e);
            else process.ToFile(this);
        }

        internal override int Pieces => Message?.Iov.Count ?? 1;

        internal override void PieceLengths(Span<int> to)
        {
            for (int i = 0; i < to.Length; i++) to[i] = Message.Iov[i].Length;
        }

        internal override void Recycle()
        {
            base.Recycle();
            Message = null!;
        }

        internal override void OnComplete(ProcessActor process)
        {
            base.OnComplete(process);
            _gathered.Return();
        }

        private protected Errno Load(MsgHdr m)
        {
            long total = Gathered.Total(m.Iov);
            if (total < 0) return Errno.EMSGSIZE;
            if (total > int.MaxValue) return Errno.EINVAL;
            _gathered.Return();
            Memory<byte> all = _gathered.Open(m.Iov, (int)total);
            _gathered.Gather(m.Iov);
            (Data, To, Progress.Control, Progress.Done) = (all, m.Name, m.Control, 0);
            return Errno.OK;
        }
    }

    /// <summary>recvmsg(2). EMSGSIZE: more than UIO_MAXIOV pieces.</summary>
    public class RecvMsg : RecvFrom
    {
        private Gathered _gathered;

        public RecvMsg()
            : base(SyscallNr.recvmsg)
        {
        }

        private protected RecvMsg(SyscallNr nr)
            : base(nr)
        {
        }

        public MsgHdr Message { get; set; } = null!;

        internal override void OnEnter(ProcessActor process)
        {
            Errno e = Load(Message);
            if (e != Errno.OK) process.Finish(this, e);
            else process.ToFile(this);
        }

        internal override void OnComplete(ProcessActor process)
        {
            if (Result.IsOk) Store(Message, (int)Result.Value);
            _gathered.Return();
        }

        internal override void Recycle()
        {
            base.Recycle();
            Message = null!;
        }

        private protected Errno Load(MsgHdr m)
        {
            long total = Gathered.Total(m.Iov);
            if (total < 0) return Errno.EMSGSIZE;
            if (total > int.MaxValue) return Errno.EINVAL;
            _gathered.Return();
            Progress = new RecvProgress { Buffer = _gathered.Open(m.Iov, (int)total), Control = m.Control, Flags = Flags };
            return Errno.OK;
        }

        private protected void Release() => _gathered.Return();

        private protected void Store(MsgHdr m, int count)
        {
            _gathered.Scatter(m.Iov, Math.Min(count, Buffer.Length));
            m.Name = From;
            m.ControlLength = Progress.ControlLength;
            m.Flags = OutFlags | Flags & MsgFlags.CMSG_CLOEXEC;
            m.Length = count;
        }
    }

    /// <summary>writev(2). EINVAL: more than UIO_MAXIOV pieces.</summary>
    public sealed class Writev() : SendMsg(SyscallNr.writev)
    {
        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process)
        {
            Errno e = Load(Message);
            if (e != Errno.OK) process.Finish(this, Errno.EINVAL);
            else if (Data.IsEmpty) process.FinishEmpty(this, FileFlags.WRONLY);
            else process.ToFile(this, FileFlags.WRONLY);
        }
    }

    /// <summary>readv(2). EINVAL: more than UIO_MAXIOV pieces.</summary>
    public sealed class Readv() : RecvMsg(SyscallNr.readv)
    {
        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process)
        {
            Errno e = Load(Message);
            if (e != Errno.OK) process.Finish(this, Errno.EINVAL);
            else if (Buffer.IsEmpty) process.FinishEmpty(this, FileFlags.RDONLY);
            else process.ToFile(this, FileFlags.RDONLY);
        }
    }
}
