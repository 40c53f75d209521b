// What a host counts of itself for the audit at the end of a run: calls, failures of programs, and what broke an invariant.

namespace ActorNet.Actors;

/// <summary>One host's books. Written by the host's own loop, read after the run.</summary>
internal sealed class HostBooks
{
    public CallCount Calls { get; } = new();

    /// <summary>Exceptions that no program caught.</summary>
    public List<ProgramFailure> Failures { get; } = [];

    /// <summary>Invariants that did not hold, in words.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>In the order of their pids, which count from 1.</summary>
    public List<ProcessStatus> Processes { get; } = [];

    /// <summary>The host's security modules; null when there are none.</summary>
    public SecurityHooks? Security { get; set; }

    /// <summary>Who is told of its system calls; null when nobody is.</summary>
    public ISyscallObserver[]? Observers { get; set; }

    /// <summary>Told of each failure as it happens.</summary>
    public Action<ProgramFailure>? OnFailure { get; set; }

    /// <summary>alloc_pid.</summary>
    public ProcessStatus NewProcess(string name)
    {
        var status = new ProcessStatus(Processes.Count + 1, name);
        Processes.Add(status);
        return status;
    }

    /// <summary>A process that has not ended; null for none.</summary>
    public ProcessStatus? Find(int pid) => pid >= 1 && pid <= Processes.Count && Processes[pid - 1] is { Exited: false } p ? p : null;

    public void Report(ProgramFailure failure)
    {
        Failures.Add(failure);
        OnFailure?.Invoke(failure);
    }

    /// <summary>At a socket's end every byte that it accounted for must be back.</summary>
    public void CheckBuffers(Sock sk)
    {
        if (sk.RmemAlloc == 0 && sk.WmemQueued == 0 && sk.ForwardAlloc == 0) return;
        Broken.Add($"{sk.Net.HostName}: {sk.Protocol} socket {sk.Local} -> {sk.Peer} ended with rmem {sk.RmemAlloc}, wmem {sk.WmemQueued} and forward {sk.ForwardAlloc} bytes on its account");
    }

    internal sealed class CallCount
    {
        public long Entered, Answered;
    }
}
