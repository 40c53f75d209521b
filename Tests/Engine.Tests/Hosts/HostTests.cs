// Hosts as logical processes: their clocks, what crosses between them, and that runs repeat.

using ActorNet.Testing;

namespace ActorNet.Engine.Tests.Hosts;

[Trait("Engine", "Embedded")]
public sealed class HostTests : TestKit
{
    private sealed record Frame(int Number, long SentAt);

    /// <summary>Sends frames to its peer over a wire of a fixed delay, and writes down what it gets and when.</summary>
    private sealed class Station(string name, long delay, List<string> log) : UntypedActor
    {
        private IActorRef? _peer;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case IActorRef peer:
                    _peer = peer;
                    break;
                case int count:
                    for (int i = 0; i < count; i++)
                        Context.TellAt(Context.NowNanos() + delay, _peer!, new Frame(i, Context.NowNanos()));
                    break;
                case Frame frame:
                    log.Add($"{name} {frame.Number} sent {frame.SentAt} at {Context.NowNanos()}");
                    if (frame.Number < 5)
                        Context.TellAt(Context.NowNanos() + delay, _peer!, new Frame(frame.Number + 1, Context.NowNanos()));
                    break;
                case "now":
                    Sender.Tell(Context.NowNanos());
                    break;
                case "fail":
                    throw new InvalidOperationException("station");
            }
        }
    }

    private sealed class Timer(IActorRef probe) : UntypedActor
    {
        private ActorTimer? _timer;

        protected override void PreStart() => _timer = new ActorTimer(Context, "fired");

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case long at:
                    _timer!.Arm(at);
                    break;
                case "disarm":
                    _timer!.Disarm();
                    break;
                case "armed":
                    Sender.Tell(_timer!.IsArmed);
                    break;
                case "twice":
                    _timer!.Arm(Context.NowNanos());
                    Self.Tell("behind");
                    break;
                case "fail":
                    throw new InvalidOperationException("timer");
                default:
                    probe.Tell((message, Context.NowNanos()));
                    break;
            }
        }
    }

    private const long Delay = 1_000_000;

    private (IActorRef A, IActorRef B) Pair(ActorSystem system, List<string> log, long delay = Delay)
    {
        IActorRef a = system.ActorOf(Props.Create(() => new Station("a", delay, log)).AsHost(), "a");
        IActorRef b = system.ActorOf(Props.Create(() => new Station("b", delay, log)).AsHost(), "b");
        system.DeclareLink(a, b, delay);
        a.Tell(b, ActorRefs.NoSender);
        b.Tell(a, ActorRefs.NoSender);
        return (a, b);
    }

    [Fact]
    public void A_frame_arrives_at_another_host_at_its_absolute_time()
    {
        List<string> log = [];
        (IActorRef a, _) = Pair(Sys, log);
        Sys.RunUntil(10);
        a.Tell(1, ActorRefs.NoSender);
        Sys.RunUntil(1_000_000_000);
        Assert.Equal(
            ["b 0 sent 10 at 1000010", "a 1 sent 1000010 at 2000010", "b 2 sent 2000010 at 3000010",
             "a 3 sent 3000010 at 4000010", "b 4 sent 4000010 at 5000010", "a 5 sent 5000010 at 6000010"],
            log);
    }

    [Fact]
    public void A_frame_faster_than_any_declared_link_is_refused()
    {
        List<string> log = [];
        IActorRef a = Sys.ActorOf(Props.Create(() => new Station("a", 10, log)).AsHost());
        IActorRef b = Sys.ActorOf(Props.Create(() => new Station("b", 10, log)).AsHost());
        Sys.DeclareLink(a, b, 1000);
        a.Tell(b, ActorRefs.NoSender);
        EventFilter.Exception<ArgumentOutOfRangeException>(contains: "shorter than their link").ExpectOne(() => a.Tell(1, ActorRefs.NoSender));
    }

    [Fact]
    public void A_plain_tell_between_hosts_takes_one_lookahead()
    {
        (IActorRef a, _) = Pair(Sys, []);
        a.Tell("now");
        long there = ExpectMsg<long>();
        Assert.Equal(there + Delay, Sys.NowNanos());
    }

    [Fact]
    public void A_host_fails_and_is_watched_and_stopped_across_hosts()
    {
        (IActorRef a, IActorRef b) = Pair(Sys, []);
        Watch(a);
        EventFilter.Exception<InvalidOperationException>(message: "station").ExpectOne(() => b.Tell("fail"));
        b.Tell("now");
        ExpectMsg<long>();
        Sys.Stop(a);
        ExpectTerminated(a);
    }

    /// <summary>Two hosts' worth of children that chat at random times; everything handled goes into one log per host.</summary>
    private sealed class Chatter(int number, ulong seed, List<long> log) : UntypedActor
    {
        private readonly List<IActorRef> _all = [];
        private ulong _state = seed + (ulong)number * 977;

        protected override void OnReceive(object message)
        {
            if (message is IActorRef[] all)
            {
                _all.AddRange(all);
                Context.TellAt(Context.NowNanos() + Draw(1000), Self, -1);
                return;
            }
            log.Add(((long)number << 56) ^ (Context.NowNanos() << 8) ^ (int)message);
            if ((int)message >= 100)
                return;
            Context.TellAt(Context.NowNanos() + 1000 + Draw(3000), _all[(int)Draw((ulong)_all.Count)], number);
            if (Draw(4) == 0)
                Self.Tell(100 + number);
        }

        private long Draw(ulong below)
        {
            _state = _state * 6364136223846793005 + 1442695040888963407;
            return (long)((_state >> 33) % below);
        }
    }

    private static List<long>[] Chat(ulong seed, int hosts, long[] stops)
    {
        using ActorSystem system = EngineRun.Create("chat", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        List<long>[] logs = [.. Enumerable.Range(0, hosts).Select(_ => new List<long>())];
        IActorRef[] all = new IActorRef[hosts];
        for (int i = 0; i < hosts; i++)
        {
            int number = i;
            all[i] = system.ActorOf(Props.Create(() => new Chatter(number, seed, logs[number])).AsHost());
        }
        for (int i = 1; i < hosts; i++)
            system.DeclareLink(all[0], all[i], 1000);
        foreach (IActorRef chatter in all)
            chatter.Tell(all, ActorRefs.NoSender);
        foreach (long stop in stops)
            system.RunUntil(stop);
        return logs;
    }

    [Fact]
    public void Two_runs_handle_the_same_events_in_the_same_order_and_another_seed_does_not()
    {
        List<long>[] first = Chat(1, 10, [200_000]);
        List<long>[] second = Chat(1, 10, [200_000]);
        List<long>[] other = Chat(2, 10, [200_000]);
        Assert.All(first, log => Assert.True(log.Count > 50));
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Where_a_run_is_interrupted_does_not_change_it()
    {
        List<long>[] whole = Chat(1, 10, [200_000]);
        long[] stops = [.. Enumerable.Range(1, 400).Select(i => i * 500L)];
        Assert.Equal(whole, Chat(1, 10, stops));
    }

    [Fact]
    public void A_stop_predicate_ends_the_run_right_after_the_event_that_makes_it_true()
    {
        List<string> log = [];
        (IActorRef a, _) = Pair(Sys, log);
        a.Tell(1, ActorRefs.NoSender);
        Sys.RunUntil(long.MaxValue, () => log.Count == 3);
        Assert.Equal(3, log.Count);
        Assert.Equal(3 * Delay, Sys.NowNanos());
        Sys.RunUntil(long.MaxValue, () => log.Count == 4);
        Assert.Equal(4, log.Count);
    }

    [Fact]
    public void A_cancelled_run_ends_between_events()
    {
        using CancellationTokenSource cancel = new();
        IActorRef spinner = Sys.ActorOf(Props.Create(() => new Spinner(cancel)));
        spinner.Tell(0);
        Sys.RunUntil(1, null, cancel.Token);
        Assert.True(cancel.IsCancellationRequested);
    }

    private sealed class Spinner(CancellationTokenSource cancel) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            int count = (int)message + 1;
            if (count == 10_000)
                cancel.Cancel();
            Self.Tell(count);
        }
    }

    // ---- timers ----

    [Fact]
    public void A_timer_fires_once_at_its_due_time_and_can_be_armed_again()
    {
        IActorRef timer = Sys.ActorOf(Props.Create(() => new Timer(TestActor)));
        timer.Tell(1000L);
        ExpectMsg(((object)"fired", 1000L));
        timer.Tell("armed");
        ExpectMsg(false);
        timer.Tell(5000L);
        ExpectMsg(((object)"fired", 5000L));
        ExpectNoMsg();
    }

    [Fact]
    public void A_timer_moved_later_or_sooner_fires_at_the_last_time_it_was_armed_for()
    {
        IActorRef timer = Sys.ActorOf(Props.Create(() => new Timer(TestActor)));
        timer.Tell(1000L);
        timer.Tell(2000L);
        timer.Tell(7000L);
        ExpectMsg(((object)"fired", 7000L));
        timer.Tell(50_000L);
        timer.Tell(20_000L);
        ExpectMsg(((object)"fired", 20_000L));
        ExpectNoMsg();
    }

    [Fact]
    public void A_disarmed_timer_does_not_fire_near_or_far()
    {
        IActorRef timer = Sys.ActorOf(Props.Create(() => new Timer(TestActor)));
        timer.Tell(1000L);
        timer.Tell("disarm");
        timer.Tell(7_200_000_000_000L);
        timer.Tell("disarm");
        ExpectNoMsg(TimeSpan.FromHours(3));
    }

    [Fact]
    public void A_timer_armed_for_this_instant_takes_its_place_among_the_instants_messages()
    {
        IActorRef timer = Sys.ActorOf(Props.Create(() => new Timer(TestActor)));
        timer.Tell("twice");
        Assert.Equal("fired", ExpectMsg<(object, long)>().Item1);
        Assert.Equal("behind", ExpectMsg<(object, long)>().Item1);
    }

    [Fact]
    public void A_timer_ends_with_the_instance_that_made_it()
    {
        IActorRef timer = Sys.ActorOf(Props.Create(() => new Timer(TestActor)));
        timer.Tell(1_000_000_000L);
        timer.Tell("fail");
        timer.Tell("armed");
        ExpectMsg(false);
        ExpectNoMsg(TimeSpan.FromSeconds(2));
        timer.Tell(5_000_000_000L);
        timer.Tell(PoisonPill.Instance);
        ExpectNoMsg(TimeSpan.FromSeconds(10));
        Assert.Equal(0, Sys.DeadLetterCount());
    }

    // ---- from outside ----

    [Fact]
    public void Threads_of_the_outside_world_can_tell_while_the_system_runs()
    {
        int[] counts = new int[4];
        IActorRef counter = Sys.ActorOf(Props.Create(() => new Counter(counts)));
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.Length; t++)
        {
            int number = t;
            threads[t] = new Thread(() =>
            {
                for (int i = 0; i < 10_000; i++)
                    counter.Tell((number, i), ActorRefs.NoSender);
            });
            threads[t].Start();
        }
        while (counts.Sum() < 40_000)
            Sys.RunUntil(Sys.NowNanos() + 1000);
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal([10_000, 10_000, 10_000, 10_000], counts);
    }

    private sealed class Counter(int[] counts) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            (int thread, int number) = ((int, int))message;
            Assert.Equal(counts[thread], number);
            counts[thread]++;
        }
    }

    [Fact]
    public async Task In_realtime_the_wall_clock_paces_the_same_loop_and_the_outside_is_heard()
    {
        using ActorSystem system = EngineRun.Create("real", ConfigurationFactory.Empty, EngineMode.Realtime);
        List<string> log = [];
        (IActorRef a, _) = Pair(system, log, 20_000_000);
        a.Tell(1, ActorRefs.NoSender);
        system.RunUntil(long.MaxValue, () => log.Count == 6);
        Assert.True(system.NowNanos() >= 6 * 20_000_000L);
        long now = await a.Ask<long>("now", TimeSpan.FromSeconds(10));
        Assert.True(now >= 6 * 20_000_000L);
    }

    [Fact]
    public void A_system_terminates_children_first_and_says_when_it_has()
    {
        ActorSystem system = EngineRun.Create("short", ConfigurationFactory.Empty, EngineMode.Virtual);
        bool told = false;
        system.RegisterOnTermination(() => told = true);
        Pair(system, []);
        Task ended = system.Terminate();
        Assert.False(ended.IsCompleted);
        system.RunUntil(1_000_000_000);
        Assert.True(ended.IsCompleted);
        Assert.True(told);
        system.Dispose();
    }

    // ---- what is idle costs little ----

    private sealed class Idle : UntypedActor
    {
        protected override void OnReceive(object message) { }
    }

    [Fact]
    public void An_idle_actor_costs_no_more_than_200_bytes()
    {
        const int Count = 100_000;
        Props props = Props.Create(() => new Idle());
        IActorRef[] actors = new IActorRef[Count];
        for (int i = 0; i < 10; i++)
            Sys.ActorOf(props);
        Sys.RunUntil(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Count; i++)
        {
            actors[i] = Sys.ActorOf(props);
            if ((i & 1023) == 0)
                Sys.RunUntil(Sys.NowNanos() + 1);
        }
        Sys.RunUntil(Sys.NowNanos() + 1);
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        // All that was allocated on the way, the closures of making actors from outside included, is an upper bound.
        Assert.InRange(each, 1, 350);
        GC.KeepAlive(actors);
    }
}
