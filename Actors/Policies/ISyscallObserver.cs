// What strace(1) sees: every call of every process of a host, once as it enters and once as it is answered, whatever its family.

namespace ActorNet.Actors;

/// <summary>Told of a host's system calls, in the host's own turns, so in the order of its time. It must not make calls itself.</summary>
public interface ISyscallObserver
{
    /// <summary>A call has entered, and nothing of it is done.</summary>
    void Entered(in SyscallEvent entered);

    /// <summary>A call is answered: <see cref="Syscall.Result"/> and the fields that it gives back are set; they are gone when this returns.</summary>
    void Answered(in SyscallEvent answered);
}

/// <summary>One of the two moments of a system call.</summary>
/// <param name="Time">Of the host's clock.</param>
/// <param name="Since">When the call entered.</param>
/// <param name="Socket">The machine of the socket that it is about; null when its file is no socket, or there is none.</param>
public readonly record struct SyscallEvent(string Host, ITask Task, Syscall Call, Instant Time, Instant Since, Sock? Socket);
