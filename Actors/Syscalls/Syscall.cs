// A system call as a message. The same object travels from the process to whoever can answer (its socket, sockfs) and back with the result,
// so a call costs no allocation; a blocking call is this object waiting in a socket's queue. It is also what `await` waits on.

using System.Threading.Tasks.Sources;

namespace ActorNet.Actors;

/// <summary>A system call: entered once, answered once. The nested classes are the vocabulary.</summary>
/// <remarks>
/// Anyone may send one to a process's actor, and gets the same object back with <see cref="Result"/>; a program's calls (<see cref="Os"/>) enter without
/// a message, since the program runs in its process's own turn. Until it is answered a call and the memory it names belong to the kernel side.
/// </remarks>
public abstract partial class Syscall : IValueTaskSource, IValueTaskSource<int>, IValueTaskSource<SysResult>
{
    private Action<object?>? _continuation;
    private object? _continuationState;
    private short _version;
    private Stage _stage;

    private protected Syscall(SyscallNr nr) => Nr = nr;

    // Answered: by who had it, its process has yet to hear of it. Completed: the process let its file go; whoever awaits it may go on.
    private enum Stage : byte { Idle, Entered, Answered, Completed }

    public SyscallNr Nr { get; internal set; }

    /// <summary>The descriptor it is about; -1 for none.</summary>
    public int Fd { get; set; } = -1;

    /// <summary>The answer, once there is one.</summary>
    public SysResult Result { get; private set; }

    /// <summary>Whose call it is; the answer is sent there.</summary>
    internal ProcessActor? Process { get; private set; }

    /// <summary>Who sent it from outside the process; null for the program's own.</summary>
    internal IActorRef? Caller { get; private set; }

    /// <summary>The file it holds a reference to while it runs (fdget .. fdput).</summary>
    internal OpenFile? File { get; set; }

    /// <summary>The free list it came from; null when a caller outside made it.</summary>
    internal FreeList? Home { get; init; }

    /// <summary>O_NONBLOCK was set on the file when the call was made.</summary>
    internal bool NonBlocking { get; set; }

    /// <summary>Links: the queue of waiting calls that it is in, or the list of free ones.</summary>
    internal Syscall? Next { get; set; }

    internal Syscall? Prev { get; set; }

    /// <summary>The queue that it waits in; null when it does not wait.</summary>
    internal CallQueue? WaitingIn { get; set; }

    /// <summary>The queue's own: where a call with a deadline stands among such, and when it came.</summary>
    internal int HeapIndex { get; set; }

    /// <inheritdoc cref="HeapIndex"/>
    internal uint Ticket { get; set; }

    /// <summary>When a waiting call gives up; <see cref="Instant.Never"/> without a time-out.</summary>
    internal Instant Deadline { get; set; } = Instant.Never;

    /// <summary>When it entered; kept for observers only.</summary>
    internal Instant EnteredAt { get; set; }

    /// <summary>Links of the process's list of calls that are not answered yet.</summary>
    internal Syscall? NextOpen { get; set; }

    internal Syscall? PrevOpen { get; set; }

    internal short Version => _version;

    internal bool IsIdle => _stage == Stage.Idle;

    internal bool IsEntered => _stage == Stage.Entered;

    internal bool IsAnswered => _stage == Stage.Answered;

    internal void Enter(ProcessActor process, IActorRef? caller)
    {
        if (_stage != Stage.Idle) throw new InvalidOperationException($"{Nr} entered twice");
        _stage = Stage.Entered;
        Process = process;
        Caller = caller;
        Deadline = Instant.Never;
    }

    /// <summary>Notes the answer. A second one is a bug and throws.</summary>
    internal void Answer(SysResult result)
    {
        if (_stage != Stage.Entered) throw new InvalidOperationException($"{Nr}({Fd}) answered {(_stage == Stage.Idle ? "before it was entered" : "twice")}");
        if (WaitingIn is not null) throw new InvalidOperationException($"{Nr}({Fd}) answered while it waits");
        _stage = Stage.Answered;
        Result = result;
    }

    /// <summary>Its process is done with it: from now on an await takes the answer.</summary>
    internal void Complete() => _stage = Stage.Completed;

    /// <summary>Runs what awaits the answer. In the process's turn.</summary>
    internal void Resume()
    {
        Action<object?>? continuation = _continuation;
        object? state = _continuationState;
        _continuation = null;
        _continuationState = null;
        continuation?.Invoke(state);
    }

    /// <summary>Back to idle: the caller has its answer. A stale awaiter from now on throws.</summary>
    internal virtual void Recycle()
    {
        _stage = Stage.Idle;
        _version++;
        Fd = -1;
        File = null;
        Caller = null;
        NonBlocking = false;
    }

    /// <summary>Whether it is about sockets only: ENOTSOCK for any other file.</summary>
    internal virtual bool NeedsSocket => true;

    /// <summary>The call enters its process: by default it goes to who serves its descriptor's file.</summary>
    internal virtual void OnEnter(ProcessActor process) => process.ToFile(this);

    /// <summary>A socket's actor takes it, in its turn, which is the socket's lock.</summary>
    internal virtual void OnSocket(SockActor socket) => socket.Answer(this, Errno.ENOSYS);

    /// <summary>It was answered, and its process hears of it, before its file is let go: what it made is installed.</summary>
    internal virtual void OnComplete(ProcessActor process)
    {
    }

    /// <summary>A signal while it waits: by default whoever serves its file ends the wait.</summary>
    internal virtual void OnInterrupt(ProcessActor process) => process.InterruptAtFile(this);

    /// <summary>Its process is gone, by a bug, while it was at work: whatever it keeps in the process is let go of.</summary>
    internal virtual void OnCollapse(ProcessActor process) => process.InterruptAtFile(this);

    /// <summary>Its answer came to a process that is gone: what it brings is let go of.</summary>
    internal virtual void OnLost(ProcessActor process)
    {
    }

    /// <summary>It was on its way to an actor that is gone: true if another has it now, who will see to its answer.</summary>
    internal virtual bool GoesHome(IActorRef lostAt) => false;

    /// <summary>What of it enters the host's trace.</summary>
    internal virtual void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, 0, 0, Result);

    /// <summary>It is about to be answered: true if it goes on instead, with its next message.</summary>
    internal virtual bool GoesOn(SockActor socket, ref SysResult result) => false;

    /// <summary>What it answers when its wait ends with an errno: what was moved before counts as success.</summary>
    internal virtual SysResult Partial(Errno errno) => errno;

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => Status(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => Status(token);

    ValueTaskSourceStatus IValueTaskSource<SysResult>.GetStatus(short token) => Status(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        SetContinuation(continuation, state, token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        SetContinuation(continuation, state, token);

    void IValueTaskSource<SysResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        SetContinuation(continuation, state, token);

    void IValueTaskSource.GetResult(short token) => ThrowOnError(Take(token));

    int IValueTaskSource<int>.GetResult(short token) => (int)ThrowOnError(Take(token)).Value;

    SysResult IValueTaskSource<SysResult>.GetResult(short token) => Take(token);

    private protected ValueTaskSourceStatus Status(short token)
    {
        if (token != _version) throw new InvalidOperationException("a system call was awaited twice");
        return _stage == Stage.Completed ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;
    }

    // The scheduling context is ignored on purpose: an answer is handled in the process's own turn, which is that context.
    private protected void SetContinuation(Action<object?> continuation, object? state, short token)
    {
        if (token != _version || _continuation is not null) throw new InvalidOperationException("a system call was awaited twice");
        _continuation = continuation;
        _continuationState = state;
        if (_stage == Stage.Completed) Process!.Post(static s => ((Syscall)s!).Resume(), this);
    }

    private protected SysResult Take(short token)
    {
        if (token != _version || _stage != Stage.Completed) throw new InvalidOperationException("a system call's answer was taken before it came, or twice");
        SysResult r = Result;
        Recycle();
        Home?.Return(this);
        return r;
    }

    private protected SysResult ThrowOnError(SysResult r) => r.IsOk ? r : throw Failure(r.Errno);

    // At the end of a run every wait ends with EINTR; .NET programs know that as cancellation.
    private protected Exception Failure(Errno errno) =>
        errno == Errno.EINTR && Process!.IsStopping ? new OperationCanceledException($"{Nr}: the process is ending", Process.Stopping) : new ErrnoException(errno, Nr);
}
