// A simulated process as a call sees it.

namespace ActorNet.Packetdrill;

/// <summary>The process that a script's calls are made by.</summary>
/// <param name="sockets">Its system calls about sockets.</param>
/// <param name="os">All its calls; null where there are machines only.</param>
/// <param name="names">Descriptors of the script are names: a call that makes one gives it the number that the script says, as the original does.</param>
public sealed class HostProcess(ISocketCalls sockets, Os? os, bool names = false)
{
    private const int Nobody = 1_000_000;
    private readonly SortedDictionary<int, int> _named = [];


    // A program's descriptors 0, 1 and 2 are its terminal; a simulated process has none of them, and begins at 0.
    internal const int Terminal = 3;

    /// <summary>The calls about sockets.</summary>
    public ISocketCalls Sockets { get; } = sockets;

    /// <summary>All calls of a process.</summary>
    /// <exception cref="NotApplicableException">The script is played on machines without a process.</exception>
    public Os Os => os ?? throw new NotApplicableException("it is a call of the actor layer, which the bare machines are run without");

    /// <summary>The process's number for a descriptor of the script.</summary>
    public int Fd(int fd)
    {
        if (fd < 0) return fd;
        if (_named.TryGetValue(fd, out int own)) return own;
        return names && _named.ContainsValue(fd - Terminal) ? Nobody : fd - Terminal;
    }

    /// <summary>The script's number for one of the process's.</summary>
    public int Script(int fd)
    {
        if (fd < 0) return fd;
        foreach ((int script, int own) in _named)
            if (own == fd) return script;
        return fd + Terminal;
    }

    /// <summary>The script's number for a descriptor that a call has made: the one that the script expects; an older one of that name has none any more.</summary>
    public int Name(int fd, Expr expected, Constants constants)
    {
        if (!names || fd < 0 || expected is Ellipsis or Anything) return Script(fd);
        int wanted = (int)constants.Evaluate(expected);
        if (wanted < 0) return Script(fd);
        _named[wanted] = fd;
        return wanted;
    }

    /// <summary>A descriptor of the script's is closed.</summary>
    public void Forget(int fd) => _named.Remove(fd);

    /// <summary>A call that sends from the null pointer: a program here has none, but on a stream the memory is looked at last: what a call without data answers comes first.</summary>
    public async ValueTask<SysResult> SendFromNull(int fd, SockAddr? to, MsgFlags flags)
    {
        await MustBeStream(fd, "data");
        SysResult r = to is { } address ? await Sockets.TrySendTo(fd, default, address, flags) : await Sockets.TrySend(fd, default, flags);
        return r.IsOk ? Errno.EFAULT : r;
    }

    /// <summary>A call that receives to the null pointer: it waits for data as any other does, and leaves it there.</summary>
    public async ValueTask<SysResult> ReceiveToNull(int fd, MsgFlags flags)
    {
        await MustBeStream(fd, "room");
        SysResult r = await Sockets.TryRecv(fd, new byte[1], flags | MsgFlags.PEEK);
        return r is { IsOk: true, Value: > 0 } ? Errno.EFAULT : r;
    }

    private async ValueTask MustBeStream(int fd, string what)
    {
        byte[] type = new byte[4];
        SysResult r = await Sockets.TryGetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_TYPE, type);
        if (!r.IsOk || type[0] != (byte)SocketType.STREAM) throw new NotSayableException($"{what} at the null pointer");
    }

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
