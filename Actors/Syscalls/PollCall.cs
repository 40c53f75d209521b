// poll(2): a call about many files at once. Each file's part is an entry on that socket's wait queue (poll_wqueues, sk_wq); an entry
// is a message that goes to the socket and comes back, once per question and once per wake-up.

namespace ActorNet.Actors;

/// <summary>struct pollfd.</summary>
/// <param name="fd">A negative descriptor is skipped.</param>
public struct PollFd(int fd, PollEvents events)
{
    public int Fd { get; set; } = fd;

    public PollEvents Events { get; set; } = events;

    public PollEvents REvents { get; set; }
}

/// <summary>One file's part of a poll: asked, armed on the socket's wait queue, fired or withdrawn.</summary>
internal sealed class PollEntry(Syscall.Poll call, int index) : WaitEntry
{
    public readonly Syscall.Poll Call = call;
    public readonly int Index = index;
    public OpenFile? File;
    public bool Wait;

    // Written by the socket that holds it.
    public Stage At;

    /// <summary>What <see cref="Ask"/> asks was done, and how many messages the sockets have sent of this entry: it may be asked anew when all of them are in.</summary>
    public bool Handled;

    /// <inheritdoc cref="Handled"/>
    public int Sent;

    // Written by the process.
    public Request Ask;
    public bool Outstanding, Counted;
    public int Received;

    public enum Stage : byte { Idle, Armed, Fired }

    public enum Request : byte { Query, Withdraw }

    public override void OnAsked(IActorRef file, WaitQueue queue, PollEvents ready)
    {
        if (Ask == Request.Withdraw)
        {
            queue.Remove(this);
            At = Stage.Idle; // of one that fired the news is on the way, before this
        }
        else
        {
            Result = ready & Mask;
            bool arm = Result == PollEvents.None && Wait;
            At = arm ? Stage.Armed : Stage.Idle;
            if (arm) queue.Add(this);
        }

        Handled = true;
        Tell(file);
    }

    /// <summary>pollwake. A level is what counts here, whatever the key.</summary>
    public override bool OnWake(IActorRef file, PollEvents key, PollEvents ready)
    {
        PollEvents hit = ready & Mask;
        if (hit == PollEvents.None) return false;
        Queue!.Remove(this);
        Fire(file, hit);
        return true;
    }

    public override void OnFreed(IActorRef file) => Fire(file, PollEvents.ERR | PollEvents.HUP);

    private void Fire(IActorRef file, PollEvents hit)
    {
        At = Stage.Fired;
        Result = hit;
        Tell(file);
    }

    private void Tell(IActorRef file)
    {
        Sent++;
        Call.Process!.Ref.Tell(this, file);
    }
}

public abstract partial class Syscall
{
    /// <summary>poll(2): how many descriptors are ready; their REvents are set in <see cref="Fds"/>.</summary>
    public class Poll : Syscall
    {
        private readonly List<PollEntry> _entries = [];

        public Poll()
            : base(SyscallNr.poll)
        {
        }

        private protected Poll(SyscallNr nr)
            : base(nr)
        {
        }

        public Memory<PollFd> Fds { get; set; }

        /// <summary>How long to wait; zero for not at all, <see cref="Duration.Infinite"/> for ever.</summary>
        public Duration Timeout { get; set; } = Duration.Infinite;

        /// <summary>ppoll, pselect6: the signals that are held back while it waits; null leaves the process's own.</summary>
        public SignalSet? Mask { get; set; }

        internal ActorTimer? Timer { get; set; }

        internal int Asked { get; set; }

        /// <summary>Messages that sockets still owe.</summary>
        internal int Owed { get; set; }

        internal int Ready { get; set; }

        internal bool Finishing { get; set; }

        /// <summary>Its mask holds.</summary>
        internal bool HasMask { get; set; }

        internal Errno Interrupted { get; set; }

        internal override bool Restarts => false;

        internal override void OnEnter(ProcessActor process) => process.Poll(this);

        internal override void OnInterrupt(ProcessActor process) => process.FinishPoll(this, Errno.EINTR);

        internal override void OnCollapse(ProcessActor process)
        {
            Timer?.Disarm();
            for (int i = 0; i < Asked; i++)
            {
                if (Entry(i).File is { } file) process.Put(file);
            }

            process.Lose(this);
        }

        /// <summary>What a file is asked for. poll hears of errors and of the end unasked.</summary>
        internal virtual PollEvents MaskOf(PollEvents events) => events | PollEvents.ERR | PollEvents.HUP;

        /// <summary>Its value, once every file's part is in.</summary>
        internal virtual SysResult Outcome(Instant now) => Interrupted != Errno.OK && Ready == 0 ? Interrupted : Ready;

        internal override void OnComplete(ProcessActor process)
        {
            if (HasMask) process.LeaveMask();
            HasMask = false;
        }

        internal PollEntry Entry(int i)
        {
            while (_entries.Count <= i) _entries.Add(new PollEntry(this, _entries.Count));
            return _entries[i];
        }

        internal override void Recycle()
        {
            base.Recycle();
            for (int i = 0; i < Asked; i++) _entries[i].File = null;
            Fds = default;
            Timeout = Duration.Infinite;
            Mask = null;
            Asked = Owed = Ready = 0;
            Finishing = false;
            Interrupted = Errno.OK;
        }
    }
}
