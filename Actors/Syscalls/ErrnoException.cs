// How a failed call looks to a C# program: its errno and its name, as perror(3) would print them.

namespace ActorNet.Actors;

/// <summary>A system call failed.</summary>
public sealed class ErrnoException : Exception
{
    public ErrnoException(Errno errno, SyscallNr call)
        : base($"{call}: {errno}")
    {
        Errno = errno;
        Call = call;
    }

    public ErrnoException()
        : this(Errno.OK, default)
    {
    }

    public ErrnoException(string message)
        : base(message)
    {
    }

    public ErrnoException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public Errno Errno { get; }

    public SyscallNr Call { get; }
}
