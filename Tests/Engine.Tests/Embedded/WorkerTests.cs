// Several workers, one order: whatever hosts they have, each host handles the same messages at the same times in the same order.

using ActorNet.Engine.Hosts;

namespace ActorNet.Engine.Tests.Embedded;

public sealed class WorkerTests
{
    /// <summary>Sends along its links at random times, plain messages to anybody, and to itself; logs all that it handles.</summary>
    private sealed class Chatter(int number, ulong seed, List<long> log) : UntypedActor
    {
        private readonly RandomDraws _draws = new(seed * 1_000_003 + (ulong)number);
        private Neighbour[] _links = [];
        private IActorRef[] _all = [];

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Neighbour[] links:
                    _links = links;
                    Self.Tell(0);
                    return;
                case IActorRef[] all:
                    _all = all;
                    return;
                case "fail":
                    throw new InvalidOperationException("chatter");
            }

            log.Add((Context.NowNanos() << 16) ^ (int)message);
            if ((int)message >= 3000)
                return;
            Neighbour to = _links[_draws.Below(_links.Length)];
            Context.TellAt(Context.NowNanos() + to.Delay + _draws.Below(9000), to.Actor, number);
            if (_draws.Below(3) == 0)
                Self.Tell(3000 + number);
            if (_draws.Below(20) == 0)
                _all[_draws.Below(_all.Length)].Tell(4000 + number);
            if (_draws.Below(40) == 0)
                Context.TellAt(Context.NowNanos() + _draws.Below(500), Self, number);
        }
    }

    private sealed record Neighbour(IActorRef Actor, long Delay);

    private sealed class RandomDraws(ulong state)
    {
        private ulong _state = state;

        public int Below(int n)
        {
            _state = _state * 6364136223846793005 + 1442695040888963407;
            return (int)((_state >> 33) % (ulong)n);
        }
    }

    private sealed class Net : IDisposable
    {
        public readonly ActorSystem System;
        public readonly List<long>[] Logs;
        public readonly IActorRef[] All;

        // A tree with a few links more, some short and some long.
        public Net(ulong seed, int hosts, string workers)
        {
            System = EngineRun.Create("net", ConfigurationFactory.ParseString($"akka.loglevel = OFF, akka.stdout-loglevel = OFF, actornet.engine.workers = {workers}"), EngineMode.Virtual);
            Logs = [.. Enumerable.Range(0, hosts).Select(_ => new List<long>())];
            All = new IActorRef[hosts];
            for (int i = 0; i < hosts; i++)
            {
                int number = i;
                All[i] = System.ActorOf(Props.Create(() => new Chatter(number, seed, Logs[number])).AsHost(), $"h{i}");
            }

            var draws = new RandomDraws(seed);
            var links = new List<Neighbour>[hosts];
            for (int i = 0; i < hosts; i++)
                links[i] = [];
            for (int i = 1; i < hosts * 5 / 4; i++)
            {
                int a = i < hosts ? i : draws.Below(hosts), b = i < hosts ? draws.Below(i) : draws.Below(hosts);
                if (a == b)
                    continue;
                long delay = draws.Below(3) switch { 0 => 1000, 1 => 5000, _ => 20_000 };
                System.DeclareLink(All[a], All[b], delay);
                links[a].Add(new Neighbour(All[b], delay));
                links[b].Add(new Neighbour(All[a], delay));
            }

            for (int i = 0; i < hosts; i++)
            {
                All[i].Tell(All, ActorRefs.NoSender);
                if (links[i].Count > 0)
                    All[i].Tell(links[i].ToArray(), ActorRefs.NoSender);
            }
        }

        public Conductor Conductor => ((EngineSystem)System).Conductor;

        public void Dispose() => System.Dispose();
    }

    private static List<long>[] Chat(ulong seed, int hosts, string workers, Action<Net>? before = null, int slices = 10)
    {
        using var net = new Net(seed, hosts, workers);
        before?.Invoke(net);
        for (int i = 1; i <= slices; i++)
            net.System.RunUntil(i * 1_200_000L / slices);
        return [.. net.Logs.Select(l => l.ToList())]; // what its end adds is not compared
    }

    [Theory]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("5")]
    [InlineData("auto")]
    public void Any_number_of_workers_handles_the_same_messages_in_the_same_order_on_each_host(string workers)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            List<long>[] alone = Chat(seed, 24, "1");
            Assert.True(alone.Sum(l => l.Count) > 1000);
            Assert.Equal(alone, Chat(seed, 24, workers));
        }
    }

    [Fact]
    public void Hosts_may_change_hands_at_every_stretch_in_any_way()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var shares = new RandomDraws(seed + 77);
            Assert.Equal(
                Chat(seed, 24, "1"),
                Chat(seed, 24, "4", net => net.Conductor.Choice.Shares = hosts => [.. Enumerable.Range(0, hosts).Select(_ => shares.Below(4))], slices: 60));
        }
    }

    [Fact]
    public void A_host_that_fails_beside_others_fails_at_the_same_time_with_any_number_of_workers()
    {
        static List<long>[] Run(string workers) => Chat(3, 12, workers, net => net.All[7].Tell("fail"));
        Assert.Equal(Run("1"), Run("3"));
        Assert.NotEqual(Chat(3, 12, "1"), Run("1"));
    }

    private sealed class Creator : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            try
            {
                Context.ActorOf(Props.Create(() => new Creator()).AsHost());
                Sender.Tell("made");
            }
            catch (InvalidOperationException e)
            {
                ((List<string>)message).Add(e.Message);
            }
        }
    }

    [Fact]
    public void A_host_cannot_be_made_by_a_host_that_runs_beside_others()
    {
        using var net = new Net(1, 6, "2");
        IActorRef creator = net.System.ActorOf(Props.Create(() => new Creator()).AsHost());
        net.System.RunUntil(1000);
        List<string> refused = [];
        creator.Tell(refused, ActorRefs.NoSender);
        net.System.RunUntil(2000);
        Assert.Contains("actornet.engine.workers = 1", Assert.Single(refused), StringComparison.Ordinal);
        net.System.ActorOf(Props.Create(() => new Creator()).AsHost(), "from-outside");
        net.System.RunUntil(100_000);
    }

    private sealed class Ticker(int number, List<long> log) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            log.Add((Context.NowNanos() << 16) ^ number);
            Context.TellAt(Context.NowNanos() + 700 + number, Self, message);
        }
    }

    [Fact]
    public void Hosts_that_are_made_between_two_stretches_run_like_the_others()
    {
        static List<long>[] Run(string workers)
        {
            using var net = new Net(2, 12, workers);
            List<long>[] more = [.. Enumerable.Range(0, 10).Select(_ => new List<long>())];
            for (int i = 0; i < 10; i++)
            {
                net.System.RunUntil((i + 1) * 50_000L);
                int number = i;
                IActorRef made = net.System.ActorOf(Props.Create(() => new Ticker(number, more[number])).AsHost());
                made.Tell("tick", ActorRefs.NoSender);
                Assert.Equal(net.Conductor.Hosts.Distinct().Count(), net.Conductor.Hosts.Count());
            }

            net.System.RunUntil(700_000);
            return [.. net.Logs.Concat(more).Select(l => l.ToList())];
        }

        Assert.Equal(Run("1"), Run("3"));
    }

    private sealed class Bug : UntypedActor
    {
        protected override void OnReceive(object message) => throw new EngineBugException("planted");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_wrong_with_the_engine_itself_ends_the_run_on_any_worker(int worker)
    {
        using var net = new Net(1, 6, "3");
        IActorRef bug = net.System.ActorOf(Props.Create(() => new Bug()).AsHost());
        net.Conductor.Choice.Shares = hosts => [.. Enumerable.Range(0, hosts).Select(h => h == hosts - 1 ? worker : h % 3)];
        net.System.RunUntil(1000);
        bug.Tell("now", ActorRefs.NoSender);
        Assert.Equal("planted", Assert.Throws<EngineBugException>(() => net.System.RunUntil(100_000)).Message);
    }

    [Fact]
    public void A_cancelled_run_ends_soon_and_can_be_gone_on_with()
    {
        List<long>[] whole = Chat(5, 24, "3");
        using var net = new Net(5, 24, "3");
        using var cancel = new CancellationTokenSource();
        net.System.RunUntil(50_000);
        cancel.Cancel();
        net.System.RunUntil(1_200_000, null, cancel.Token);
        Assert.True(net.Logs.Sum(l => l.Count) < whole.Sum(l => l.Count));
        net.System.RunUntil(1_200_000);
        Assert.Equal(whole, net.Logs);
    }

    private sealed class Sleeper(List<long> log) : UntypedActor
    {
        private const long Hour = 3_600_000_000_000;

        protected override void OnReceive(object message)
        {
            log.Add(Context.NowNanos());
            if (message is IActorRef neighbour)
                Context.TellAt(Context.NowNanos() + Hour, neighbour, "wake");
        }
    }

    [Fact]
    public void Time_in_which_nothing_happens_is_skipped_by_workers_that_wait_for_one_another()
    {
        using ActorSystem system = EngineRun.Create("asleep", ConfigurationFactory.ParseString("akka.loglevel = OFF, akka.stdout-loglevel = OFF, actornet.engine.workers = 3"), EngineMode.Virtual);
        List<long>[] logs = [[], [], []];
        IActorRef[] all = [.. logs.Select(log => system.ActorOf(Props.Create(() => new Sleeper(log)).AsHost()))];
        system.DeclareLink(all[0], all[1], 1000);
        system.DeclareLink(all[1], all[2], 1000);
        ((EngineSystem)system).Conductor.Choice.Shares = static _ => [0, 0, 1, 2];
        system.RunUntil(10);
        all[0].Tell(all[1], ActorRefs.NoSender); // by steps of a link's length the hour would be billions of them
        system.RunUntil(2 * 3_600_000_000_000);
        long begun = Assert.Single(logs[0]);
        Assert.Equal([begun + 3_600_000_000_000], logs[1]);
        Assert.Empty(logs[2]);
    }

    private sealed class Burst(List<int> got) : UntypedActor
    {
        public const int Size = 10_000;

        protected override void OnReceive(object message)
        {
            if (message is int n)
                got.Add(n);
            for (int i = 0; message is IActorRef to && i < Size; i++)
                Context.TellAt(Context.NowNanos() + 1000 + i / 100, to, i);
        }
    }

    [Fact]
    public void Ten_thousand_messages_of_one_instant_arrive_in_order_at_another_workers_host()
    {
        using ActorSystem system = EngineRun.Create("burst", ConfigurationFactory.ParseString("akka.loglevel = OFF, akka.stdout-loglevel = OFF, actornet.engine.workers = 2"), EngineMode.Virtual);
        List<int>[] got = [[], [], []];
        IActorRef[] all = [.. got.Select(g => system.ActorOf(Props.Create(() => new Burst(g)).AsHost()))];
        system.DeclareLink(all[0], all[1], 1000);
        system.DeclareLink(all[1], all[2], 1000);
        ((EngineSystem)system).Conductor.Choice.Shares = static _ => [0, 0, 1, 1];
        system.RunUntil(10);
        for (int round = 0; round < 5; round++)
        {
            all[0].Tell(all[1], ActorRefs.NoSender);
            system.RunUntil(10 + (round + 1) * 20_000);
        }

        Assert.Equal(Enumerable.Repeat(Enumerable.Range(0, Burst.Size), 5).SelectMany(r => r), got[1]);
    }

    [Fact]
    public void A_frame_that_is_sooner_than_its_link_is_refused_between_workers_too()
    {
        using ActorSystem system = EngineRun.Create("soon", ConfigurationFactory.ParseString("akka.loglevel = OFF, akka.stdout-loglevel = OFF, actornet.engine.workers = 2"), EngineMode.Virtual);
        List<string> refused = [];
        IActorRef[] all = [.. Enumerable.Range(0, 3).Select(_ => system.ActorOf(Props.Create(() => new Hasty(refused)).AsHost()))];
        system.DeclareLink(all[0], all[1], 1000);
        system.DeclareLink(all[1], all[2], 10);
        ((EngineSystem)system).Conductor.Choice.Shares = static _ => [0, 0, 1, 1];
        system.RunUntil(10);
        all[0].Tell(all[1], ActorRefs.NoSender);
        system.RunUntil(10_000);
        Assert.Contains("shorter than their link", Assert.Single(refused), StringComparison.Ordinal);
    }

    private sealed class Hasty(List<string> refused) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            try
            {
                Context.TellAt(Context.NowNanos() + 500, (IActorRef)message, "soon");
            }
            catch (ArgumentOutOfRangeException e)
            {
                refused.Add(e.Message);
            }
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("257")]
    [InlineData("many")]
    public void The_number_of_workers_is_a_number_or_auto(string text)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => EngineRun.Create("x", ConfigurationFactory.ParseString($"actornet.engine.workers = \"{text}\""), EngineMode.Virtual));
        Assert.Contains("expected auto, or a number from 1 to 256", e.Message, StringComparison.Ordinal);
    }
}
