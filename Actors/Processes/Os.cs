// What a program sees of its host: the system calls as C# methods. Each waits as the call would, and throws what perror would print;
// its Try twin gives the errno instead. Results come back in the program's own context, which is its process's turn.

namespace ActorNet.Actors;

/// <summary>The operating system as a program sees it.</summary>
/// <remarks>Buffers given to a call belong to it until it is answered. A call's ValueTask is awaited once, as every ValueTask.</remarks>
public sealed partial class Os : ISocketCalls
{
    private readonly ProcessActor _process;
    private readonly FreeList<Syscall.Nanosleep> _sleeps = new();
    private readonly FreeList<Syscall.Poll> _polls = new();

    internal Os(ProcessActor process) => _process = process;

    public string HostName => _process.HostName;

    public int Pid => _process.Pid;

    /// <summary>The host's clock: time since the run began.</summary>
    public Instant Now => _process.Now;

    /// <summary>The host's clock for .NET code. Its wall clock begins at 2000-01-01T00:00:00Z.</summary>
    public TimeProvider TimeProvider => _process.TimeProvider;

    /// <summary>Runs tasks on this program's loop, for APIs that want a scheduler.</summary>
    public TaskScheduler Scheduler => _process.Scheduler;

    /// <summary>Cancelled when the run ends or the process is killed.</summary>
    public CancellationToken Stopping => _process.Stopping;

    /// <summary>A stream of random numbers of this host, program and purpose.</summary>
    public RandomStream Random(string purpose) => _process.Net.Random($"{_process.Name}/{purpose}");

    /// <summary>Runs another task of this program beside the caller. The process ends when all have ended.</summary>
    public void Spawn(Func<Task> body) => _process.Run(body);

    /// <summary>Waits in the host's time.</summary>
    /// <exception cref="OperationCanceledException">The run ended.</exception>
    public ValueTask Delay(Duration time)
    {
        Syscall.Nanosleep call = _sleeps.Rent();
        call.Time = time;
        return Void(call);
    }

    /// <summary>poll(2): how many are ready; sets their REvents.</summary>
    /// <param name="timeout">Zero does not wait; <see cref="Duration.Infinite"/> waits for ever.</param>
    public ValueTask<int> Poll(Memory<PollFd> fds, Duration timeout)
    {
        Syscall.Poll call = _polls.Rent();
        call.Nr = SyscallNr.poll;
        call.Fds = fds;
        call.Timeout = timeout.Nanoseconds < 0 ? Duration.Infinite : timeout;
        return Int(call);
    }

    private ValueTask Void(Syscall call)
    {
        _process.Enter(call);
        return new ValueTask(call, call.Version);
    }

    private ValueTask<int> Int(Syscall call)
    {
        _process.Enter(call);
        return new ValueTask<int>(call, call.Version);
    }

    private ValueTask<SysResult> Try(Syscall call)
    {
        _process.Enter(call);
        return new ValueTask<SysResult>(call, call.Version);
    }
}
