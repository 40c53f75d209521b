// A connection whose server has a processor on which a call takes its time, and what happens to the server's lock.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests.Locks;

internal static class LockLab
{
    /// <summary>What a call takes on b.</summary>
    public static readonly Duration Call = Duration.FromMilliseconds(10);

    /// <summary>A wire that puts a frame across in a millisecond, at any rate.</summary>
    public static readonly WireSpec Wire = new() { Delay = Duration.FromMilliseconds(1) };

    /// <summary>When the connection is there, and nobody is at anything.</summary>
    public static readonly Instant Settled = Instant.FromMilliseconds(200);

    /// <summary>Runs a connected pair: both programs go on from <see cref="Settled"/> with their socket. Gives what happened to b's locks from then on.</summary>
    public static List<SockLockEvent> Run(Func<Os, int, Task> a, Func<Os, int, Task> b, CpuModel? cpu = null, Action<Lab>? prepare = null)
    {
        using Lab lab = Lab.Pair(Wire);
        var seen = new List<SockLockEvent>();
        lab.B.SetCpu(cpu ?? new CpuModel { Syscall = Call });
        lab.B.OnSocketLock(e =>
        {
            if (e.At >= Settled && e.Local.Port == 80) seen.Add(e);
        });
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Close(l);
            await Until(os, Settled);
            await b(os, c);
        });
        lab.A.Run("client", async os =>
        {
            await os.Delay(Duration.FromMilliseconds(100));
            int s = await os.Dial("10.0.0.2:80");
            await os.SetSockOpt(s, SockLevel.TCP, (int)TcpOpt.TCP_NODELAY, 1);
            await Until(os, Settled);
            await a(os, s);
        });
        prepare?.Invoke(lab);
        lab.Finish(300);
        return seen;
    }

    public static Task Until(Os os, Instant at) => os.Delay(at - os.Now).AsTask();

    /// <summary>A call that holds the lock for its cost and does nothing else.</summary>
    public static ValueTask Hold(this Os os, int fd) => os.SetSockOpt(fd, SockLevel.TCP, (int)TcpOpt.TCP_NODELAY, 1);

    public static SockLockEvent.What[] Kinds(this IEnumerable<SockLockEvent> events) => [.. events.Select(e => e.Kind)];
}
