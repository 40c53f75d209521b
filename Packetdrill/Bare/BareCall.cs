// A call that may wait, kept as data: tried when it is made and after every change of its socket, until it is answered, or its time is over.

namespace ActorNet.Packetdrill.Bare;

/// <summary>What a call is to those who wake it.</summary>
internal enum BareCallKind { Receive, Accept, Send, Connect, Linger }

/// <summary>One call on one socket.</summary>
/// <param name="mayWait">Neither O_NONBLOCK nor MSG_DONTWAIT.</param>
internal abstract class BareCall(BareSocket socket, BareCallKind kind, bool mayWait)
{
    private readonly TaskCompletionSource<SysResult> _answer = new();

    public BareSocket Socket { get; } = socket;

    public BareCallKind Kind { get; } = kind;

    /// <summary>When it gives up.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    public Task<SysResult> Answer => _answer.Task;

    /// <summary>Something that it may wait for is there.</summary>
    public bool IsWoken => Kind switch
    {
        BareCallKind.Receive => (Socket.Sk.Poll & CallStep.Readable) != 0,
        BareCallKind.Send => (Socket.Sk.Poll & CallStep.Writable) != 0,
        _ => true, // they wait for a state, which need not show
    };

    /// <summary>Tries it: true when it is answered.</summary>
    public bool Try(Instant now)
    {
        CallStep step = Step(now);
        if (step.Next == CallNext.Answer) return Finish(step.Result);
        if (step.Next == CallNext.Fail) return Finish(Partial(step.Result.Errno));
        if (!mayWait || step.Timeout == Duration.Zero) return Finish(Partial(step.IfNot));
        if (Deadline == Instant.Never && step.Timeout != Duration.Infinite) Deadline = now + step.Timeout;
        return false;
    }

    /// <summary>Its time is over.</summary>
    public void Expire()
    {
        GaveUp();
        Finish(Expired);
    }

    /// <summary>The run ends.</summary>
    public void Interrupt()
    {
        GaveUp();
        Finish(Errno.EINTR);
    }

    protected abstract CallStep Step(Instant now);

    /// <summary>What it answers when it ends with an errno.</summary>
    protected virtual SysResult Partial(Errno errno) => errno;

    protected virtual SysResult Expired => Partial(Errno.EAGAIN);

    protected virtual void GaveUp()
    {
    }

    private bool Finish(SysResult result)
    {
        _answer.SetResult(result); // whoever awaits it goes on here and now
        return true;
    }
}
