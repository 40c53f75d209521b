// A simulated process as a call sees it.

namespace ActorNet.Packetdrill;

/// <summary>The process of a simulated host that a script's calls are made by.</summary>
/// <param name="os">Its system calls.</param>
public sealed class HostProcess(Os os)
{
    // A program's descriptors 0, 1 and 2 are its terminal; a simulated process has none of them, and begins at 0.
    internal const int Terminal = 3;

    public Os Os { get; } = os;

    /// <summary>The process's number for a descriptor of the script.</summary>
    public int Fd(int fd) => fd < 0 ? fd : fd - Terminal;

    /// <summary>The script's number for one of the process's.</summary>
    public int Script(int fd) => fd < 0 ? fd : fd + Terminal;

    /// <summary>A call of <see cref="Os"/> that throws its errno, as a result.</summary>
    public static async ValueTask<SysResult> Try<T>(ValueTask<T> call, Func<T, long> take)
    {
        try
        {
            return take(await call);
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }

    /// <inheritdoc cref="Try{T}"/>
    public static async ValueTask<SysResult> Try(ValueTask call)
    {
        try
        {
            await call;
            return 0;
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }
}

/// <summary>A script says something that a program of ActorNet has no way to say (a null pointer, an address of 3 bytes).</summary>
public sealed class NotSayableException : Exception
{
    public NotSayableException()
    {
    }

    public NotSayableException(string message)
        : base(message)
    {
    }

    public NotSayableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
