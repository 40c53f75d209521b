// What the engine itself costs: messages, spawns, idle actors, timers. One core, virtual time, nothing but the engine.
// Per second means per second of processor time, of which one core gives one a second.

using ActorNet.Engine.Configuration;

namespace ActorNet.Benchmarks;

internal static class EngineBenchmark
{
    private const int Repeats = 7;

    public static IEnumerable<Benchmark> All()
    {
        yield return new("engine/chain", static () => [new BenchRow("engine/chain", "hops/s", Median(() => Chain(4, 64)))
        {
            Goal = 30e6,
            Definition = "4 actors of one host tell one object on in a circle, 64 objects under way; messages handled per second of one core",
        }]);
        yield return new("engine/ping-pong", static () => [new BenchRow("engine/ping-pong", "hops/s", Median(() => Chain(2, 1)))
        {
            Goal = 30e6,
            Definition = "2 actors answer each other, 1 message under way; messages handled per second of one core",
        }]);
        yield return new("engine/spawn", static () => [new BenchRow("engine/spawn", "actors/s", Median(Spawn))
        {
            Goal = 2e6,
            Definition = "one actor makes 200,000 children from one Props; each is constructed, started and kept",
        }]);
        yield return new("engine/spawn-stop", static () => [new BenchRow("engine/spawn-stop", "actors/s", Median(SpawnAndStop))
        {
            Definition = "as spawn, in batches of 1,000, each child then stopped and gone before the next batch",
        }]);
        yield return new("engine/idle-actor", static () => [new BenchRow("engine/idle-actor", "bytes", IdleActor())
        {
            Goal = 200,
            SmallerIsBetter = true,
            Definition = "live heap per idle UntypedActor without fields, headers included, of 1,000,000",
        }]);
        yield return new("engine/idle-host", static () => [new BenchRow("engine/idle-host", "bytes", IdleHost())
        {
            Definition = "live heap per idle host of one actor, its loop and empty queue included, of 10,000",
        }]);
        yield return new("engine/timer-fire", static () => [new BenchRow("engine/timer-fire", "timers/s", Median(TimerFire))
        {
            Goal = 5e6,
            Definition = "1,000,000 armed ActorTimers, due within 10 s; each that fires is armed again: schedule + fire per second",
        }]);
        yield return new("engine/tell-at", static () => [new BenchRow("engine/tell-at", "timers/s", Median(TellAtFire))
        {
            Goal = 5e6,
            Definition = "1,000,000 messages of one actor to itself pending, due within 10 s; each that comes is scheduled again: schedule + fire per second",
        }]);
        yield return new("engine/timer-cancel", static () => [new BenchRow("engine/timer-cancel", "ns", Median(TimerCancel, smallest: true))
        {
            Goal = 20,
            SmallerIsBetter = true,
            Definition = "TCP's pattern beside 1,000,000 pending: arm at +200 ms, disarm, time passes 1 us between; per pair",
        }]);
        yield return new("engine/queue-fire", static () => [new BenchRow("engine/queue-fire", "events/s", Median(QueueFire))
        {
            Definition = "the queue alone, without actors or timers: 1,000,000 pending within 10 s, each that is taken is filed again",
        }]);
        yield return new("engine/queue-cancel", static () => [new BenchRow("engine/queue-cancel", "ns", Median(QueueCancel, smallest: true))
        {
            SmallerIsBetter = true,
            Definition = "file in the queue and take out again beside 1,000,000 pending, no laziness; per pair",
        }]);
    }

    private static double Median(Func<double> measure, bool smallest = false)
    {
        List<double> values = [];
        for (int i = 0; i < Repeats; i++)
            values.Add(measure());
        // The first runs warm the compiler up.
        values.RemoveRange(0, 2);
        values.Sort();
        return values[values.Count / 2];
    }

    // All of it runs on one thread: its processor time is what the figures are of, so that a busy machine does not spoil them.
    private static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;

    private static ActorSystem NewSystem() => EngineRun.Create("bench", ConfigurationFactory.Empty, EngineMode.Virtual);

    private sealed class Hop : UntypedActor
    {
        private IActorRef? _next;

        protected override void OnReceive(object message)
        {
            if (_next is null)
                _next = (IActorRef)message;
            else
                _next.Tell(message);
        }
    }

    private static double Chain(int length, int underWay)
    {
        using ActorSystem system = NewSystem();
        IActorRef[] hops = new IActorRef[length];
        for (int i = 0; i < length; i++)
            hops[i] = system.ActorOf(Props.Create(() => new Hop()));
        for (int i = 0; i < length; i++)
            hops[i].Tell(hops[(i + 1) % length], ActorRefs.NoSender);
        system.RunUntil(1);
        for (int i = 0; i < underWay; i++)
            hops[i % length].Tell(new object(), ActorRefs.NoSender);
        using CancellationTokenSource stop = new();
        long first = system.EventsHandled();
        TimeSpan start = Cpu();
        stop.CancelAfter(300);
        system.RunUntil(2, null, stop.Token);
        double seconds = (Cpu() - start).TotalSeconds;
        double rate = (system.EventsHandled() - first) / seconds;
        for (int i = 0; i < length; i++)
            system.Stop(hops[i]);
        return rate;
    }

    private sealed class Idle : UntypedActor
    {
        protected override void OnReceive(object message) { }
    }

    private sealed class Spawner(int batches, int batch, bool stop) : UntypedActor
    {
        private readonly Props _props = Props.Create(() => new Idle());
        private readonly IActorRef[] _children = new IActorRef[batch];
        private int _done;

        protected override void OnReceive(object message)
        {
            if (stop && _done > 0)
            {
                foreach (IActorRef child in _children)
                    Context.Stop(child);
            }
            if (_done++ == batches)
                return;
            for (int i = 0; i < batch; i++)
                _children[i] = Context.ActorOf(_props);
            Self.Tell(message);
        }
    }

    private static double Spawn() => SpawnWith(200, 1000, false);

    private static double SpawnAndStop() => SpawnWith(200, 1000, true);

    private static double SpawnWith(int batches, int batch, bool stop)
    {
        using ActorSystem system = NewSystem();
        IActorRef spawner = system.ActorOf(Props.Create(() => new Spawner(batches, batch, stop)));
        system.RunUntil(1);
        GC.Collect();
        spawner.Tell("go", ActorRefs.NoSender);
        TimeSpan start = Cpu();
        system.RunUntil(2);
        return batches * batch / (Cpu() - start).TotalSeconds;
    }

    private static double IdleActor()
    {
        const int Count = 1_000_000;
        using ActorSystem system = NewSystem();
        IActorRef spawner = system.ActorOf(Props.Create(() => new Spawner(Count / 1000, 1000, false)));
        system.RunUntil(1);
        long before = GC.GetTotalMemory(true);
        spawner.Tell("go", ActorRefs.NoSender);
        system.RunUntil(2);
        double each = (double)(GC.GetTotalMemory(true) - before) / Count;
        GC.KeepAlive(system);
        return each;
    }

    private static double IdleHost()
    {
        const int Count = 10_000;
        using ActorSystem system = NewSystem();
        Props props = Props.Create(() => new Idle()).AsHost();
        system.RunUntil(1);
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Count; i++)
            system.ActorOf(props);
        system.RunUntil(2);
        double each = (double)(GC.GetTotalMemory(true) - before) / Count;
        GC.KeepAlive(system);
        return each;
    }

    /// <summary>Has so many timers that fire within 10 s, each armed again when it has fired.</summary>
    private sealed class TimerHolder(int count, bool again, long from) : UntypedActor
    {
        private readonly ActorTimer[] _timers = new ActorTimer[count];
        private ActorTimer? _busy;
        private ulong _state = 1;
        private long _left;

        protected override void PreStart()
        {
            for (int i = 0; i < count; i++)
            {
                Slot slot = new();
                _timers[i] = slot.Timer = new ActorTimer(Context, slot);
                _timers[i].Arm(Context.NowNanos() + from + Draw());
            }
            _busy = new ActorTimer(Context, "busy");
        }

        protected override void OnReceive(object message)
        {
            if (message is Slot slot)
            {
                if (again)
                    slot.Timer!.Arm(Context.NowNanos() + Draw());
                return;
            }
            if (message is long pairs)
                _left = pairs;
            long now = Context.NowNanos();
            for (int i = 0; i < 100 && _left > 0; i++, _left--)
            {
                _busy!.Arm(now + 200_000_000);
                _busy.Disarm();
            }
            if (_left > 0)
                Context.TellAt(now + 100_000, Self, "more");
        }

        /// <summary>Stands for what a timer belongs to, a socket say.</summary>
        private sealed class Slot
        {
            public ActorTimer? Timer;
        }

        private long Draw()
        {
            _state = _state * 6364136223846793005 + 1442695040888963407;
            return 1 + (long)((_state >> 20) % 10_000_000_000);
        }
    }

    private static double TimerFire()
    {
        using ActorSystem system = NewSystem();
        system.ActorOf(Props.Create(() => new TimerHolder(1_000_000, true, 0)));
        system.RunUntil(1_000_000_000);
        long first = system.EventsHandled();
        TimeSpan start = Cpu();
        system.RunUntil(11_000_000_000);
        return (system.EventsHandled() - first) / (Cpu() - start).TotalSeconds;
    }

    /// <summary>Keeps so many messages to itself scheduled.</summary>
    private sealed class Alarm(int count) : UntypedActor
    {
        private ulong _state = 0x9E3779B97F4A7C15;

        protected override void PreStart()
        {
            for (int i = 0; i < count; i++) Schedule();
        }

        protected override void OnReceive(object message) => Schedule();

        private void Schedule()
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            Context.TellAt(Context.NowNanos() + 1 + (long)(_state % 10_000_000_000), Self, "alarm");
        }
    }

    private static double TellAtFire()
    {
        using ActorSystem system = NewSystem();
        system.ActorOf(Props.Create(() => new Alarm(1_000_000)));
        system.RunUntil(1_000_000_000);
        long first = system.EventsHandled();
        TimeSpan start = Cpu();
        system.RunUntil(11_000_000_000);
        return (system.EventsHandled() - first) / (Cpu() - start).TotalSeconds;
    }

    private static double TimerCancel()
    {
        const long Pairs = 2_000_000;
        using ActorSystem system = NewSystem();
        IActorRef holder = system.ActorOf(Props.Create(() => new TimerHolder(1_000_000, false, 60_000_000_000)));
        system.RunUntil(1);
        holder.Tell(Pairs, ActorRefs.NoSender);
        TimeSpan start = Cpu();
        system.RunUntil(1 + Pairs / 100 * 100_000);
        return (Cpu() - start).TotalNanoseconds / Pairs;
    }

    private static double QueueFire()
    {
        const int Pending = 1_000_000;
        const int Fired = 2_000_000;
        EventQueue queue = new();
        object message = new();
        ulong state = 7;
        long sequence = 0;
        void Add(long from)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            queue.Add(from + 1 + (long)((state >> 20) % 10_000_000_000), 0, ++sequence, null, message, null);
        }
        for (int i = 0; i < Pending; i++)
            Add(0);
        TimeSpan start = Cpu();
        for (int i = 0; i < Fired; i++)
        {
            queue.TryTake(long.MaxValue - 1, out QueuedEvent due);
            Add(due.Time);
        }
        return Fired / (Cpu() - start).TotalSeconds;
    }

    private static double QueueCancel()
    {
        const int Pairs = 2_000_000;
        EventQueue queue = new();
        object message = new();
        ulong state = 7;
        for (int i = 0; i < 1_000_000; i++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            queue.Add(1 + (long)((state >> 20) % 10_000_000_000), 0, i, null, message, null);
        }
        TimeSpan start = Cpu();
        for (int i = 0; i < Pairs; i++)
            queue.Cancel(queue.Add(200_000_000 + i * 50L, 0, i, null, message, null));
        return (Cpu() - start).TotalNanoseconds / Pairs;
    }
}
