// A thread that works when it is asked to and goes when nobody has asked for a second: a system that is forgotten leaves none behind.

namespace ActorNet.Engine.Hosts;

internal sealed class WorkerThread(string name)
{
    private const int Patience = 1000;

    /// <summary>Slices of a run follow one another closely: a thread looks for the next one so often before it sleeps.</summary>
    private const int Spins = 2000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private Action? _next;
    private bool _lives;
    private bool _sleeps;
    private readonly ManualResetEventSlim _done = new(true, 500);

    /// <summary>Has something done; the thread must be idle.</summary>
    internal void Begin(Action work)
    {
        bool wake;
        lock (_gate)
        {
            _done.Reset();
            Volatile.Write(ref _next, work);
            wake = _sleeps;
            _sleeps = false;
            if (!_lives)
            {
                _lives = true;
                new Thread(Live) { IsBackground = true, Name = name }.Start();
            }
        }
        if (wake)
            _work.Release();
    }

    /// <summary>Waits until it is done.</summary>
    internal void Await() => _done.Wait();

    private void Live()
    {
        for (; ; )
        {
            for (int spins = 0; Volatile.Read(ref _next) is null && spins < Spins; spins++)
                Thread.SpinWait(8);
            lock (_gate)
                _sleeps = _next is null;
            if (Volatile.Read(ref _next) is null && !_work.Wait(Patience))
            {
                lock (_gate)
                {
                    if (_sleeps)
                    {
                        _sleeps = false;
                        _lives = false;
                        return;
                    }
                }
                _work.Wait(); // somebody came in the last moment
            }
            Action? work = Interlocked.Exchange(ref _next, null);
            if (work is null)
                continue;
            work();
            _done.Set();
        }
    }
}
