// All legal orders of the messages of an instant: counted against combinatorics, and found where a bug hides behind one of them.

namespace ActorNet.Engine.Tests.Embedded;

public sealed class ExplorerTests
{
    /// <summary>Writes down what it gets.</summary>
    private sealed class Log(List<string> log) : UntypedActor
    {
        protected override void OnReceive(object message) => log.Add((string)message);
    }

    /// <summary>Tells its words to another when it is told to go.</summary>
    private sealed class Teller(IActorRef to, string[] words) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            foreach (string word in words)
                to.Tell(word);
        }
    }

    private sealed class Host(List<string> log, string[][] tellers) : UntypedActor
    {
        protected override void PreStart()
        {
            IActorRef to = Context.ActorOf(Props.Create(() => new Log(log)));
            foreach (string[] words in tellers)
                Context.ActorOf(Props.Create(() => new Teller(to, words))).Tell("go");
        }

        protected override void OnReceive(object message) { }
    }

    /// <summary>Tells itself what the first of two others has asked for.</summary>
    private sealed class Relay(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "a")
                Self.Tell("a later");
            else
                to.Tell(message);
        }
    }

    private static string OneRun(MessageOrder order, params string[][] tellers)
    {
        List<string> log = [];
        using ActorSystem system = EngineRun.Create("orders", Config.Empty, EngineMode.Virtual, order);
        system.ActorOf(Props.Create(() => new Host(log, tellers)).AsHost(), "h");
        system.RunUntil(1_000);
        return string.Join(' ', log);
    }

    private static SortedSet<string> All(ExploredOrders orders, out Exploration exploration, params string[][] tellers)
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        exploration = Explorer.Run(order => seen.Add(OneRun(order, tellers)), new ExploreBounds(100_000, Orders: orders));
        return seen;
    }

    [Fact]
    public void All_interleavings_of_two_senders_are_seen_and_each_keeps_its_order()
    {
        SortedSet<string> seen = All(ExploredOrders.PerActor, out Exploration exploration, ["1", "2"], ["a", "b"]);
        Assert.Equal(["1 2 a b", "1 a 2 b", "1 a b 2", "a 1 2 b", "a 1 b 2", "a b 1 2"], seen); // 4! / (2! 2!)
        Assert.True(exploration.IsComplete);
    }

    [Fact]
    public void Three_senders_of_one_message_meet_in_six_orders_and_of_two_in_ninety()
    {
        Assert.Equal(6, All(ExploredOrders.PerActor, out _, ["1"], ["a"], ["x"]).Count);
        Assert.Equal(90, All(ExploredOrders.PerActor, out _, ["1", "2"], ["a", "b"], ["x", "y"]).Count); // 6! / (2! 2! 2!)
    }

    /// <summary>Passes a number on to one or two of its fellows, smaller by one, until it is 0; some fellows are made on the way, some stopped.</summary>
    private sealed class Fellow(List<string>[] logs, int me, uint rules, IActorRef[] all) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            int n = (int)message;
            logs[me].Add($"{n}");
            if (n == 0)
                return;
            uint rule = rules >> ((me * 5 + n * 3) % 27);
            all[rule % 3].Tell(n - 1);
            if ((rule & 8) != 0)
                all[(rule >> 1) % 3].Tell(n - 1);
            if ((rule & 48) == 48 && all[(me + 1) % 3] is IActorRef next)
                Context.Stop(next);
        }
    }

    private sealed class Fellows(List<string>[] logs, uint rules) : UntypedActor
    {
        protected override void PreStart()
        {
            IActorRef[] all = new IActorRef[3];
            for (int i = 0; i < 3; i++)
            {
                int me = i;
                all[i] = Context.ActorOf(Props.Create(() => new Fellow(logs, me, rules, all)));
            }
            all[0].Tell(2);
            all[1].Tell(2);
        }

        protected override void OnReceive(object message) { }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);
    }

    [Fact]
    public void What_is_left_out_changes_nothing_for_any_actor()
    {
        int reduced = 0, whole = 0, compared = 0;
        for (uint seed = 1; seed <= 60; seed++)
        {
            uint rules = seed * 2_654_435_761;
            if (Outcomes(rules, ExploredOrders.Everything, ref whole) is not SortedSet<string> all)
                continue; // too many to be counted here
            compared++;
            Assert.Equal(all, Outcomes(rules, ExploredOrders.PerActor, ref reduced));
        }
        Assert.True(compared > 20 && reduced * 2 < whole, $"{reduced} and {whole} runs of {compared}");

        static SortedSet<string>? Outcomes(uint rules, ExploredOrders orders, ref int runs)
        {
            SortedSet<string> seen = new(StringComparer.Ordinal);
            Exploration found = Explorer.Run(order =>
            {
                List<string>[] logs = [[], [], []];
                using ActorSystem system = EngineRun.Create("orders", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual, order);
                system.ActorOf(Props.Create(() => new Fellows(logs, rules)).AsHost(), "h");
                system.RunUntil(1_000);
                seen.Add(string.Join(" | ", logs.Select(l => string.Join(' ', l))));
            }, new ExploreBounds(1_000, UntilNanos: 1_000, Orders: orders));
            runs += found.IsComplete ? found.Runs : 0;
            return found.IsComplete ? seen : null;
        }
    }

    [Fact]
    public void Exchanging_everything_sees_the_same_and_takes_more_runs()
    {
        SortedSet<string> few = All(ExploredOrders.PerActor, out Exploration reduced, ["1"], ["a"], ["x"]);
        SortedSet<string> all = All(ExploredOrders.Everything, out Exploration whole, ["1"], ["a"], ["x"]);
        Assert.Equal(few, all);
        Assert.True(reduced.IsComplete && whole.IsComplete);
        Assert.True(whole.Runs > reduced.Runs, $"{whole.Runs} > {reduced.Runs}");
    }

    [Fact]
    public void A_failing_order_is_named_and_its_schedule_repeats_it()
    {
        static void Scenario(MessageOrder order)
        {
            string seen = OneRun(order, ["1", "2"], ["a", "b"]);
            if (seen.EndsWith("b 1 2", StringComparison.Ordinal))
                throw new InvalidOperationException(seen);
        }

        OrderFailedException failed = Assert.Throws<OrderFailedException>(() => Explorer.Run(Scenario));
        Assert.Contains(failed.Schedule.ToString(), failed.Message, StringComparison.Ordinal);
        Assert.True(Schedule.TryParse(failed.Schedule.ToString(), out Schedule? read));
        Assert.Equal("a b 1 2", Assert.Throws<InvalidOperationException>(() => Scenario(read.ToOrder())).Message);
    }

    [Fact]
    public void A_message_cannot_come_before_the_one_that_caused_it()
    {
        List<string> log = [];
        SortedSet<string> seen = new(StringComparer.Ordinal);
        Explorer.Run(order =>
        {
            log.Clear();
            using ActorSystem system = EngineRun.Create("orders", Config.Empty, EngineMode.Virtual, order);
            system.ActorOf(Props.Create(() => new Chain(log)).AsHost(), "h");
            system.RunUntil(1_000);
            seen.Add(string.Join(' ', log));
        });
        Assert.Equal(["a later b", "b a later"], seen);
    }

    private sealed class Chain(List<string> log) : UntypedActor
    {
        protected override void PreStart()
        {
            IActorRef to = Context.ActorOf(Props.Create(() => new Log(log)));
            IActorRef relay = Context.ActorOf(Props.Create(() => new Relay(to)));
            Context.ActorOf(Props.Create(() => new Teller(relay, new[] { "a" }))).Tell("go");
            Context.ActorOf(Props.Create(() => new Teller(relay, new[] { "b" }))).Tell("go");
        }

        protected override void OnReceive(object message) { }
    }

    [Fact]
    public void Timers_of_one_instant_and_messages_may_come_in_any_order()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        Explorer.Run(order =>
        {
            List<string> log = [];
            using ActorSystem system = EngineRun.Create("orders", Config.Empty, EngineMode.Virtual, order);
            system.ActorOf(Props.Create(() => new Alarm(log)).AsHost(), "h");
            system.RunUntil(1_000);
            seen.Add(string.Join(' ', log));
        });
        Assert.Equal(["1 2 told", "1 told 2", "2 1 told", "2 told 1", "told 1 2", "told 2 1"], seen);
    }

    private sealed class Alarm(List<string> log) : UntypedActor
    {
        protected override void PreStart()
        {
            new ActorTimer(Context, "1").Arm(500);
            new ActorTimer(Context, "2").Arm(500);
            Context.TellAt(500, Self, "told");
        }

        protected override void OnReceive(object message) => log.Add((string)message);
    }

    [Fact]
    public void A_timer_that_is_disarmed_before_its_turn_does_not_fire()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        Explorer.Run(order =>
        {
            List<string> log = [];
            using ActorSystem system = EngineRun.Create("orders", Config.Empty, EngineMode.Virtual, order);
            system.ActorOf(Props.Create(() => new Disarming(log)).AsHost(), "h");
            system.RunUntil(1_000);
            seen.Add(string.Join(' ', log));
        });
        Assert.Equal(["disarm", "timer disarm"], seen);
    }

    private sealed class Disarming(List<string> log) : UntypedActor
    {
        private ActorTimer? _timer;

        protected override void PreStart()
        {
            (_timer = new ActorTimer(Context, "timer")).Arm(500);
            Context.TellAt(500, Self, "disarm");
        }

        protected override void OnReceive(object message)
        {
            log.Add((string)message);
            if (message is "disarm")
                _timer!.Disarm();
        }
    }

    [Fact]
    public void A_bound_on_messages_out_of_turn_leaves_the_orders_near_the_first()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        Exploration found = Explorer.Run(order => seen.Add(OneRun(order, ["1", "2"], ["a", "b"])), new ExploreBounds(OutOfTurn: 1));
        Assert.True(found.IsComplete);
        Assert.Contains("1 2 a b", seen);
        Assert.InRange(seen.Count, 2, 5);
    }

    [Fact]
    public void Outside_of_its_time_everything_is_in_turn()
    {
        Assert.Equal(1, Explorer.Run(order => OneRun(order, ["1", "2"], ["a", "b"]), new ExploreBounds(FromNanos: 1)).Runs);
        Assert.Equal(1, Explorer.Run(order => OneRun(order, ["1", "2"], ["a", "b"]), new ExploreBounds(UntilNanos: 0)).Runs);
    }

    [Fact]
    public void The_bound_ends_an_exploration_that_is_not_complete()
    {
        All(ExploredOrders.PerActor, out _, ["1"], ["a"]);
        Exploration exploration = Explorer.Run(order => OneRun(order, ["1", "2", "3"], ["a", "b", "c"]), new ExploreBounds(5));
        Assert.Equal(new Exploration(5, false), exploration);
    }
}
