// How a process begins, and what is left of it: the two records that outlive its actor.

namespace ActorNet.Actors;

/// <summary>What a process is started with.</summary>
internal sealed record ProcessSpec(HostBooks Host, NetStack Stack, int Pid, string Name, Func<Os, Task>? Main, Instant Start, ProcessStatus Status)
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public int NoFile { get; init; } = 1024;

    public Credentials Credentials { get; init; } = Credentials.Root;

    /// <summary>A child's: its parent's descriptors and signal actions; and who waits for its end.</summary>
    public DescriptorTable? Files { get; init; }

    /// <inheritdoc cref="Files"/>
    public SignalState? Signals { get; init; }

    /// <inheritdoc cref="Files"/>
    public ProcessStatus? Parent { get; init; }
}

/// <summary>A process as seen from outside. Read it between turns of the run.</summary>
public sealed class ProcessStatus(int pid, string name)
{
    public int Pid { get; } = pid;

    public string Name { get; } = name;

    public bool Started { get; internal set; }

    /// <summary>Its descriptors, while it lives (/proc/PID/fd).</summary>
    internal DescriptorTable? Files { get; set; }

    /// <summary>Its actor is gone: every call was answered and every descriptor closed.</summary>
    public bool Exited { get; internal set; }

    public Instant ExitedAt { get; internal set; } = Instant.Never;

    /// <summary>What exit(2) was given; 0, or 1 after an exception that nothing caught.</summary>
    public int ExitCode { get; internal set; }

    /// <summary>The signal that ended it, or none.</summary>
    public Signal TermSignal { get; internal set; }

    /// <summary>As wait(2) gives it: the exit code shifted by 8, or the signal's number.</summary>
    public int WaitStatus => TermSignal == Signal.None ? ExitCode << 8 : (int)TermSignal;

    /// <summary>Whose it is now.</summary>
    public uint Uid { get; internal set; }

    internal IActorRef? Actor { get; set; }

    /// <summary>The network namespace that it is in.</summary>
    internal Netns? Netns { get; set; }

    /// <summary>What was left at the end; both are zero unless there is a bug.</summary>
    public int OpenDescriptors { get; internal set; }

    public int OpenCalls { get; internal set; }

    /// <summary>Signals that were sent between fork and the first turn of its actor.</summary>
    internal List<SigInfo>? Early { get; private set; }

    /// <summary>Sends it a signal, from outside its turn.</summary>
    internal void Send(SigInfo info)
    {
        if (Actor is { } actor) actor.Tell(new SignalSent(info), ActorRefs.NoSender);
        else (Early ??= []).Add(info);
    }
}

/// <summary>An exception that a program did not catch.</summary>
public sealed record ProgramFailure(string Host, string Program, int Pid, Instant At, Exception Exception)
{
    public override string ToString() => $"{Host}: {Program}[{Pid}] at {At}: {Exception.GetType().Name}: {Exception.Message}";
}
