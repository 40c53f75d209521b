// The driver of a file that is not a socket: its calls, its waiting readers and writers, its wait queue. Its supervisor stands for pipefs and
// anon_inodefs (fs/pipe.c, fs/anon_inodes.c), the file systems whose inodes have no names.

namespace ActorNet.Actors;

/// <summary>What an actor of a file shows to those who hold its file: that it lives.</summary>
internal sealed class FileLife
{
    public bool IsDead { get; set; }
}

/// <summary>A file of a <see cref="FileActor"/>.</summary>
internal abstract class ActorFile(FileFlags flags) : OpenFile(flags)
{
    private IActorRef? _actor;
    private FileLife? _life;

    public override IActorRef? Actor => _actor;

    public override bool IsDead => _life!.IsDead;

    public void Serves(IActorRef actor, FileLife life) => (_actor, _life) = (actor, life);
}

/// <summary>Drives one file (or both ends of a pipe). Handles <see cref="Syscall"/>s, <see cref="WaitEntry"/>, <see cref="Interrupt"/>, its timer and <see cref="RunEnded"/>.</summary>
internal abstract class FileActor : UntypedActor
{
    private readonly HostPlan _host;
    private readonly FileLife _life;
    private readonly ActorTimer _timer;
    private bool _ended;

    protected FileActor(HostPlan host, FileLife life)
    {
        _host = host;
        _life = life;
        Me = Self;
        _timer = new ActorTimer(Context, FileTimer.Instance);
    }

    protected IActorRef Me { get; }

    protected CallQueue Readers { get; } = new();

    protected CallQueue Writers { get; } = new();

    protected Instant Now => new(Context.NowNanos());

    protected void ArmTimer(Instant at) => _timer.Arm(at.Nanoseconds);

    /// <summary>A call, in the file's turn: answered, or put to wait.</summary>
    protected abstract void Handle(Syscall call);

    /// <summary>A question of poll or epoll.</summary>
    protected abstract void OnAsked(WaitEntry entry);

    /// <summary>A message of its kind only, its timer among them.</summary>
    protected virtual void OnMessage(object message) => Unhandled(message);

    /// <summary>A file has an owner from now on, who wants to hear of it by signal if O_ASYNC is set. Most have nothing to tell (no fasync).</summary>
    protected virtual void OnOwned(OpenFile file)
    {
    }

    /// <summary>All that wait for events of it hear that it is gone.</summary>
    protected abstract void FreeWaiters();

    /// <summary>Gives back what it holds; every byte that it accounted for.</summary>
    protected virtual void Freed()
    {
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Syscall call: Handle(call); break;
            case WaitEntry entry: OnAsked(entry); break;
            case Interrupt interrupt: OnInterrupt(interrupt); break;
            case RunEnded:
                AnswerAll(Errno.EINTR);
                End();
                break;
            case FileOwned owned: OnOwned(owned.File); break;
            default: OnMessage(message); break;
        }
    }

    /// <summary>Answers a call: once, back to its process.</summary>
    protected void Answer(Syscall call, SysResult result)
    {
        call.Answer(result);
        call.Process!.Ref.Tell(call, Me);
    }

    /// <summary>Lets a call wait; EAGAIN for one that must not.</summary>
    protected void Wait(CallQueue queue, Syscall call)
    {
        if (call.NonBlocking) Answer(call, call.Partial(Errno.EAGAIN));
        else queue.Enqueue(call);
    }

    /// <summary>Nobody refers to it any more.</summary>
    protected void End()
    {
        if (_ended) return;
        _ended = true;
        FreeWaiters();
        Freed();
        Context.Stop(Me);
    }

    protected virtual void OnInterrupt(Interrupt interrupt)
    {
        Syscall call = interrupt.Call;
        if (call.Version != interrupt.Version || call.WaitingIn is not { } queue || (queue != Readers && queue != Writers)) return;
        queue.Remove(call);
        Answer(call, call.Partial(Errno.EINTR));
    }

    protected virtual void AnswerAll(Errno errno)
    {
        while (Readers.Dequeue() is { } call) Answer(call, call.Partial(errno));
        while (Writers.Dequeue() is { } call) Answer(call, call.Partial(errno));
    }

    protected override void PostStop()
    {
        _host.OpenFiles--;
        _life.IsDead = true;
        if (_ended) return;
        _host.Books.Broken.Add($"{_host.Name}: a file was stopped in mid-life");
        AnswerAll(Errno.EIO);
        FreeWaiters();
        Freed();
    }
}

/// <summary>What a file's timer delivers.</summary>
internal sealed class FileTimer
{
    public static readonly FileTimer Instance = new();
}

/// <summary>/files: makes the actors of files that have no name. One that throws is stopped and reported; the others go on.</summary>
internal sealed class FileGroup(HostPlan plan) : UntypedActor
{
    private bool _ended;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        plan.Books.Broken.Add($"{plan.Name}: a file threw at {new Instant(Context.NowNanos())}: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Syscall.NewFile call when !_ended:
                var life = new FileLife();
                ActorFile[] files = call.Make();
                IActorRef actor = Context.ActorOf(Props.CreateBy(new FileActorProducer(call.Driver, plan, life, files)));
                plan.OpenFiles++;
                foreach (ActorFile file in files) file.Serves(actor, life);
                call.Made = files;
                call.Process!.Ref.Tell(call, Self);
                break;
            case Syscall.NewFile call:
                call.Answer(Errno.EINTR);
                call.Process!.Ref.Tell(call, Self);
                break;
            case RunEnded:
                _ended = true;
                foreach (IActorRef file in Context.GetChildren()) file.Tell(message, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}

/// <summary>Makes one FileActor without reflection.</summary>
internal sealed class FileActorProducer(Func<HostPlan, FileLife, ActorFile[], FileActor> driver, HostPlan host, FileLife life, ActorFile[] files) : IIndirectActorProducer
{
    public Type ActorType => typeof(FileActor);

    public ActorBase Produce() => driver(host, life, files);

    public void Release(ActorBase actor)
    {
    }
}
