// How a process begins, and what is left of it: the two records that outlive its actor.

namespace ActorNet.Actors;

/// <summary>What a process is started with.</summary>
internal sealed record ProcessSpec(HostBooks Host, NetStack Stack, int Pid, string Name, Func<Os, Task>? Main, Instant Start, ProcessStatus Status)
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public int NoFile { get; init; } = 1024;

    public Credentials Credentials { get; init; } = Credentials.Root;
}

/// <summary>A process as seen from outside. Read it between turns of the run.</summary>
public sealed class ProcessStatus(int pid, string name)
{
    public int Pid { get; } = pid;

    public string Name { get; } = name;

    public bool Started { get; internal set; }

    /// <summary>Its actor is gone: every call was answered and every descriptor closed.</summary>
    public bool Exited { get; internal set; }

    public Instant ExitedAt { get; internal set; } = Instant.Never;

    /// <summary>0, or 1 after an exception that nothing caught.</summary>
    public int ExitCode { get; internal set; }

    /// <summary>What was left at the end; both are zero unless there is a bug.</summary>
    public int OpenDescriptors { get; internal set; }

    public int OpenCalls { get; internal set; }
}

/// <summary>An exception that a program did not catch.</summary>
public sealed record ProgramFailure(string Host, string Program, int Pid, Instant At, Exception Exception)
{
    public override string ToString() => $"{Host}: {Program}[{Pid}] at {At}: {Exception.GetType().Name}: {Exception.Message}";
}
