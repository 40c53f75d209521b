// struct task_struct with its files (include/linux/sched.h): the entry point of every system call, and the loop that its program runs on.

namespace ActorNet.Actors;

/// <summary>/proc/&lt;pid&gt;: a process: its descriptors, its calls and its program.</summary>
/// <remarks>
/// The program's code runs in this actor's turns, so its calls enter directly, as a trap does; what they need of a socket is a message to that socket's
/// actor, and the answer is a message back. Handles <see cref="Syscall"/> (from outside, and answers), <see cref="Continuation"/>, timers and <see cref="Kill"/>.
/// </remarks>
internal sealed partial class ProcessActor : UntypedActor, ITask
{
    private readonly ProcessSpec _spec;
    private readonly IActorContext _context;
    private readonly IActorRef _self;
    private NetStack _stack;
    private readonly ProgramContext _program;
    private readonly DescriptorTable _files;
    private readonly CancellationTokenSource _stop = new();
    private Syscall? _openCalls;
    private int _openCount;
    private int _tasks;
    private bool _exited;

    public ProcessActor(ProcessSpec spec)
    {
        _spec = spec;
        _context = Context;
        _self = Self;
        _stack = spec.Stack;
        _program = new ProgramContext(_self);
        _files = spec.Files ?? new DescriptorTable(spec.NoFile);
        Signals = spec.Signals ?? FirstSignals();
        spec.Status.Files = _files;
        Timers = new ProgramTimers(this);
        TimeProvider = new HostTimeProvider(this);
        Scheduler = new ProgramScheduler(_program);
        Credentials = spec.Credentials;
        spec.Status.Actor = _self;
        spec.Status.Netns = _stack.Netns;
        spec.Status.Started = true;
    }

    public IActorRef Ref => _self;

    /// <summary>A bug stopped this actor: nobody takes answers any more.</summary>
    private bool IsGone { get; set; }

    public int Pid => _spec.Pid;

    /// <summary>What the process may do.</summary>
    public Credentials Credentials
    {
        get;
        set
        {
            field = value;
            _spec.Status.Uid = value.Uid;
        }
    }

    /// <summary>The program's name (comm).</summary>
    public string Name => _spec.Name;

    public string HostName => _stack.Net.HostName;

    public Net Net => _stack.Net;

    public Instant Now => new(_context.NowNanos());

    public ProgramTimers Timers { get; }

    public TimeProvider TimeProvider { get; }

    public TaskScheduler Scheduler { get; }

    /// <summary>Cancelled when the process is killed: the run ends.</summary>
    public CancellationToken Stopping => _stop.Token;

    public bool IsStopping => _stop.IsCancellationRequested;

    public ActorTimer NewTimer(object message) => new(_context, message);

    /// <summary>Runs a callback in a later turn of this process.</summary>
    public void Post(SendOrPostCallback callback, object? state) => _program.Post(callback, state);

    protected override void PreStart()
    {
        foreach (SigInfo info in _spec.Status.Early ?? []) Raise(info);
        if (_spec.Start <= Now) _self.Tell(StartProgram.Instance, _self);
        else NewTimer(StartProgram.Instance).Arm(_spec.Start.Nanoseconds);
    }

    protected override void OnReceive(object message)
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_program);
        try
        {
            switch (message)
            {
                case Syscall call when call.IsAnswered: Complete(call); break;
                case Syscall call when call.IsIdle: Enter(call, Sender); break;
                case Syscall.Socket created: Install(created); break;
                case Syscall.SocketPair pair: Install(pair); break;
                case Syscall.Unshare unshared: OnUnshared(unshared); break;
                case Syscall.NewFile made: Install(made); break;
                case PollEntry entry: OnPollEntry(entry); break;
                case CallTimeout due: OnTimeout(due.Call); break;
                case Continuation continuation: RunUnawaited(continuation); break;
                case TimersDue: FireTimers(); break;
                case StartProgram: OnStart(); break;
                case SignalSent signal: Raise(signal.Info); break;
                case ChildExited child: OnChildExited(child); break;
                case Kill: OnKill(); break;
                case Reap: Exit(); break;
                default: Unhandled(message); break;
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    protected override void PostStop()
    {
        if (!_exited) Collapse();
        _spec.Status.OpenDescriptors = _files.Open;
        _spec.Status.Files = null;
        _spec.Status.OpenCalls = _openCount;
        _stop.Dispose();
        if (_spec.Parent is { Exited: false } parent) parent.Actor?.Tell(new ChildExited(Pid, Credentials.Uid, _spec.Status.WaitStatus), ActorRefs.NoSender);
    }

    /// <summary>Os.Spawn: another thread of control of the program.</summary>
    public async void Run(Func<Task> body)
    {
        _tasks++;
        try
        {
            await body();
        }
        catch (Exception e) when (IsStopping && e is OperationCanceledException or ErrnoException { Errno: Errno.EINTR })
        {
            // It was told to end, and did.
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            if (--_tasks == 0) Exit();
        }
    }

    // What a program throws where nothing awaits it (async void, a timer's callback) is the program's failure, not the host's.
    private void RunUnawaited(Continuation continuation)
    {
        try
        {
            continuation.Run();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void FireTimers()
    {
        while (Timers.TryTake(Now, out ProgramTimer? timer))
        {
            try
            {
                timer.Fire();
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }
    }

    private void OnStart()
    {
        if (_tasks > 0 || _exited || IsStopping || Now < _spec.Start) return;
        var os = new Os(this);
        if (_spec.Main is { } main) Run(() => main(os));
    }

    private void Fail(Exception e)
    {
        _spec.Status.ExitCode = 1;
        _spec.Host.Report(new ProgramFailure(HostName, _spec.Name, Pid, Now, e));
        if (!IsStopping) OnKill();
    }

    // The other tasks see their waits end; the process is gone when they are.
    private void OnKill()
    {
        if (_exited) return;
        if (!IsStopping) _stop.Cancel();
        InterruptCalls();
        if (_openCount == 0) _self.Tell(Reap.Instance, _self);
    }

    /// <summary>do_exit: ends what still waits, closes everything, and goes when the last call is answered.</summary>
    private void Exit()
    {
        if (_exited) return;
        _exited = true;
        _spec.Status.ExitedAt = Now;
        InterruptCalls();
        for (int fd = 0; fd < _files.End; fd++)
        {
            if (_files.Remove(fd) is { } file) Put(file);
        }

        LeaveWhenDone();
    }

    // A bug stopped the actor itself, which its supervisor reports: the process ends as by do_exit, but nobody is left to take the last answers.
    private void Collapse()
    {
        _exited = IsGone = true;
        (_spec.Status.Exited, _spec.Status.ExitCode, _spec.Status.ExitedAt) = (true, 1, Now);
        for (Syscall? call = _openCalls, next; call is not null; call = next)
        {
            next = call.NextOpen;
            call.OnCollapse(this);
        }

        for (int fd = 0; fd < _files.End; fd++)
        {
            if (_files.Remove(fd) is { } file) Put(file);
        }
    }

    /// <summary>Counts a call out that nobody is left to answer.</summary>
    public void Lose(Syscall call)
    {
        Unlink(call);
        _spec.Host.Calls.Answered++;
    }

    /// <summary>An answer could not be delivered: what it brings is let go of.</summary>
    public void OnLostAnswer(Syscall call)
    {
        if (!IsGone) return;
        call.Complete();
        Lose(call);
        call.OnLost(this);
        if (call is not Syscall.Close && call.File is { } file) Put(file);
    }

    private void LeaveWhenDone()
    {
        if (_openCount > 0) return;
        if (_exited)
        {
            _spec.Status.Exited = true;
            _context.Stop(_self);
        }
        else if (IsStopping)
        {
            // A program that awaits something else than a call would never end: its turn is given once more, then it is over.
            _self.Tell(Reap.Instance, _self);
        }
    }

    private sealed class StartProgram
    {
        public static readonly StartProgram Instance = new();
    }

    private sealed class Reap
    {
        public static readonly Reap Instance = new();
    }
}

/// <summary>SIGKILL: the process ends; what waits ends with EINTR.</summary>
internal sealed class Kill
{
    public static readonly Kill Instance = new();
}

/// <summary>A time-out of a call that the process itself keeps (poll, nanosleep).</summary>
internal sealed record CallTimeout(Syscall Call);

/// <summary>Ends a call that waits in a socket (a signal). Harmless if the call has been answered, and its object used again, meanwhile.</summary>
internal sealed record Interrupt(Syscall Call, short Version);
