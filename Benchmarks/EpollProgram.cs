// The program that the epoll benchmark measures, from within: what each piece of work took, and what it allocated.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>What a piece of work costs: nanoseconds of the best round, bytes allocated in it.</summary>
internal readonly record struct Figure(double Nanos, double Bytes)
{
    public static readonly Figure None = new(double.MaxValue, 0);

    public Figure Least(Figure other) => other.Nanos < Nanos ? other : this;
}

/// <summary>A set of idle sockets; beside them eventfds that are written and read, and in a set of their own with them such as stay ready.</summary>
internal sealed class EpollProgram(int idle, int ready)
{
    /// <summary>As many events as one call takes.</summary>
    public const int Many = 64;

    private const int Few = 8, Rounds = 15;

    private static readonly byte[] s_one = [1, 0, 0, 0, 0, 0, 0, 0], s_stop = [2, 0, 0, 0, 0, 0, 0, 0];

    private readonly int[] _sockets = new int[idle], _edges = new int[Many];
    private readonly EpollEvent[] _events = new EpollEvent[Many];
    private readonly byte[] _read = new byte[8];
    private Os _os = null!;
    private int _set, _level, _bell, _semaphore;
    private long _named, _start, _bytes;

    public Figure Call { get; private set; }

    public Figure Wait { get; private set; }

    public Figure WaitFew { get; private set; }

    public Figure Edge { get; private set; }

    public Figure Wake { get; private set; }

    public Figure Mod { get; private set; }

    public Figure Del { get; private set; }

    public Figure Add { get; private set; }

    public async Task Main(Os os)
    {
        _os = os;
        (_set, _level) = (await os.EpollCreate(), await os.EpollCreate());
        for (int i = 0; i < idle; i++)
        {
            _sockets[i] = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.EpollCtl(_set, EpollOp.ADD, _sockets[i], EpollEvents.IN, i);
            await os.EpollCtl(_level, EpollOp.ADD, _sockets[i], EpollEvents.IN, i);
        }

        for (int i = 0; i < Many; i++)
        {
            _edges[i] = await os.Eventfd(0);
            await os.EpollCtl(_set, EpollOp.ADD, _edges[i], EpollEvents.IN | EpollEvents.ET, i);
        }

        for (int i = 0; i < ready; i++) await os.EpollCtl(_level, EpollOp.ADD, await os.Eventfd(1), EpollEvents.IN, i);
        _semaphore = await os.Eventfd(int.MaxValue, (FileFlags)1);
        Call = await Best(2_000, 1, Calls);
        Wait = await Best(100, Many, n => Take(n, Many));
        WaitFew = await Best(100, Few, n => Take(n, Few));
        Edge = await Best(50, Many, Edges);
        _bell = await os.Eventfd(0);
        os.Spawn(Waker);
        Wake = await Best(500, 1, Woken);
        await os.Write(_bell, s_stop);
        await Control();
        foreach (int fd in _sockets) await os.Close(fd);
    }

    private async Task Calls(int times)
    {
        await _os.Read(_semaphore, _read);
        Begin();
        for (int i = 0; i < times; i++) await _os.Read(_semaphore, _read);
    }

    private async Task Take(int times, int room)
    {
        Memory<EpollEvent> events = _events.AsMemory(0, room);
        await _os.Read(_semaphore, _read);
        Begin();
        for (int i = 0; i < times; i++)
        {
            if (await _os.EpollWait(_level, events, Duration.Zero) != room) throw new InvalidOperationException("events are missing");
        }
    }

    private async Task Edges(int times)
    {
        await _os.Read(_semaphore, _read);
        Begin();
        for (int i = 0; i < times; i++)
        {
            foreach (int fd in _edges) await _os.Write(fd, s_one);
            if (await _os.EpollWait(_set, _events, Duration.Infinite) != Many) throw new InvalidOperationException("events are missing");
            foreach (int fd in _edges) await _os.Read(fd, _read);
        }
    }

    private async Task Woken(int times)
    {
        await _os.Read(_semaphore, _read);
        Begin();
        for (int i = 0; i < times; i++)
        {
            await _os.Write(_bell, s_one);
            await _os.EpollWait(_set, _events, Duration.Infinite);
            await _os.Read(_edges[0], _read);
        }
    }

    private async Task Waker()
    {
        var told = new byte[8];
        while (true)
        {
            await _os.Read(_bell, told);
            if (told[0] != s_one[0]) return;
            await _os.Write(_edges[0], s_one);
        }
    }

    private async Task Control()
    {
        int batch = Math.Min(idle, 500), rounds = Math.Max(Rounds, 5_000 / batch);
        (Mod, Del, Add) = (Figure.None, Figure.None, Figure.None);
        for (int round = 0; round < rounds; round++)
        {
            Mod = Mod.Least(await Round(batch, 1, n => Control(n, EpollOp.MOD)));
            Del = Del.Least(await Round(batch, 1, n => Control(n, EpollOp.DEL)));
            Add = Add.Least(await Round(batch, 1, n => Control(n, EpollOp.ADD)));
            _named += batch;
        }
    }

    private async Task Control(int times, EpollOp op)
    {
        await _os.Read(_semaphore, _read);
        Begin();
        for (int i = 0; i < times; i++) await _os.EpollCtl(_set, op, _sockets[(int)((_named + i) * 48_271 % idle)], EpollEvents.IN, i);
    }

    private async Task<Figure> Best(int times, int pieces, Func<int, Task> work)
    {
        Figure best = Figure.None;
        for (int round = 0; round < Rounds; round++) best = best.Least(await Round(times, pieces, work));
        return best;
    }

    private async Task<Figure> Round(int times, int pieces, Func<int, Task> work)
    {
        await work(times);
        double nanos = Stopwatch.GetElapsedTime(_start).TotalNanoseconds;
        long bytes = GC.GetAllocatedBytesForCurrentThread() - _bytes;
        return new Figure(nanos / times / pieces, (double)bytes / times / pieces);
    }

    // By the time that it has waited for a call, a task has all the memory that it needs itself.
    private void Begin()
    {
        _bytes = GC.GetAllocatedBytesForCurrentThread();
        _start = Stopwatch.GetTimestamp();
    }
}
