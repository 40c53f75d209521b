// select(2) and pselect6(2) (fs/select.c): a poll whose questions are bits of three sets.

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>select(2), pselect6(2): how many bits are set in the three sets. EBADF: a bit of no file; EINVAL: a negative number, or time-out.</summary>
    public sealed class Select() : Poll(SyscallNr.select)
    {
        private const PollEvents In = PollEvents.RDNORM | PollEvents.RDBAND | PollEvents.IN | PollEvents.HUP | PollEvents.ERR | PollEvents.NVAL;
        private const PollEvents Out = PollEvents.WRBAND | PollEvents.WRNORM | PollEvents.OUT | PollEvents.ERR | PollEvents.NVAL;
        private const PollEvents Ex = PollEvents.PRI | PollEvents.NVAL;

        /// <summary>One more than the highest descriptor.</summary>
        public int Count { get; set; }

        public FdSets Sets { get; set; } = null!;

        internal override void OnEnter(ProcessActor process) => process.Select(this);

        /// <summary>The descriptors of which a bit is set, below a number.</summary>
        internal void Ask(int below)
        {
            var fds = new List<PollFd>();
            for (int fd = 0; fd < Math.Min(below, FdSet.Size); fd++)
            {
                PollEvents events = (IsSet(Sets.Read, fd) ? In : 0) | (IsSet(Sets.Write, fd) ? Out : 0) | (IsSet(Sets.Except, fd) ? Ex : 0);
                if (events != PollEvents.None) fds.Add(new PollFd(fd, events));
            }

            Fds = fds.ToArray();
        }

        internal override PollEvents MaskOf(PollEvents events) => events; // no more than was asked: who waits to write does not hear of POLLHUP

        internal override SysResult Outcome(Instant now)
        {
            if (Timeout != Duration.Infinite) Sets.Left = Timeout.Nanoseconds == 0 || Deadline <= now ? Duration.Zero : Deadline - now;
            if (Interrupted != Errno.OK && Ready == 0) return Interrupted;
            int n = 0;
            Sets.Read = Answered(Sets.Read, In, ref n);
            Sets.Write = Answered(Sets.Write, Out, ref n);
            Sets.Except = Answered(Sets.Except, Ex, ref n);
            return n;
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Count, Fds.Length, 0, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Sets = null!;
        }

        private static bool IsSet(FdSet? set, int fd) => set is { } s && s.IsSet(fd);

        private FdSet? Answered(FdSet? asked, PollEvents which, ref int n)
        {
            if (asked is not { } before) return null;
            var after = new FdSet();
            foreach (PollFd fd in Fds.Span)
            {
                if (!before.IsSet(fd.Fd) || (fd.REvents & which) == 0) continue;
                after.Set(fd.Fd);
                n++;
            }

            return after;
        }
    }
}
