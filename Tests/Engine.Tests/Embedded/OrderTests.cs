// Orders of messages by configuration: fifo, random from a seed, and schedules.

namespace ActorNet.Engine.Tests.Embedded;

public sealed class OrderTests
{
    private sealed record Hop(int Number);

    /// <summary>Passes numbers around among its children, some at later times, and to the host next door.</summary>
    private sealed class Station(List<string> log, string name) : UntypedActor
    {
        private readonly List<IActorRef> _children = [];
        private IActorRef? _peer;

        protected override void PreStart()
        {
            for (int i = 0; i < 4; i++)
            {
                int n = i;
                _children.Add(Context.ActorOf(Props.Create(() => new Child(log, name, n))));
            }
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case IActorRef peer:
                    _peer = peer;
                    foreach (IActorRef child in _children)
                        child.Tell(new Hop(0));
                    break;
                case Hop hop:
                    log.Add($"{name} {hop.Number} from {Sender.Path.Name} at {Context.NowNanos()}");
                    if (hop.Number % 5 == 0 && !Sender.Equals(_peer))
                        Context.TellAt(Context.NowNanos() + 1000, _peer!, hop);
                    else if (hop.Number < 20)
                        _children[hop.Number % 4].Tell(new Hop(hop.Number + 1));
                    break;
            }
        }
    }

    private sealed class Child(List<string> log, string name, int n) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            var hop = (Hop)message;
            log.Add($"{name}{n} {hop.Number} at {Context.NowNanos()}");
            if (hop.Number % 3 == n)
                Context.TellAt(Context.NowNanos() + 500, Context.Parent, new Hop(hop.Number + 1));
            else
                Context.Parent.Tell(new Hop(hop.Number + 1));
        }
    }

    private static string Run(string config = "", MessageOrder? order = null)
    {
        List<string> log = [];
        Config settings = ConfigurationFactory.ParseString(config);
        using ActorSystem system = order is null
            ? EngineRun.Create("orders", settings, EngineMode.Virtual)
            : EngineRun.Create("orders", settings, EngineMode.Virtual, order);
        IActorRef a = system.ActorOf(Props.Create(() => new Station(log, "a")).AsHost(), "a");
        IActorRef b = system.ActorOf(Props.Create(() => new Station(log, "b")).AsHost(), "b");
        system.DeclareLink(a, b, 1000);
        a.Tell(b);
        b.Tell(a);
        system.RunUntil(100_000);
        return string.Join('\n', log);
    }

    private sealed class Oldest : MessageOrder
    {
        public override HostOrder ForHost(string host) => new First();

        private sealed class First : HostOrder
        {
            public override int Choose(long now, ReadOnlySpan<Delivery> next) => 0;
        }
    }

    [Fact]
    public void Always_taking_the_oldest_is_first_in_first_out()
    {
        string fifo = Run();
        Assert.Equal(fifo, Run(order: new Oldest()));
        Assert.Equal(fifo, Run("actornet.engine.order = fifo"));
    }

    [Fact]
    public void A_random_order_is_the_same_for_the_same_seed_and_another_for_another()
    {
        string one = Run("actornet.engine { order = random, order-seed = 1 }");
        Assert.Equal(one, Run("actornet.engine { order = random, order-seed = 1 }"));
        Assert.NotEqual(one, Run("actornet.engine { order = random, order-seed = 2 }"));
        Assert.NotEqual(one, Run());
    }

    [Fact]
    public void A_recorded_order_is_repeated_by_its_text()
    {
        Schedule schedule = new();
        string random = Run(order: schedule.Record(MessageOrder.Random(7)));
        Assert.True(schedule.Count > 0);
        Assert.Equal(random, Run($"actornet.engine.order = \"{schedule}\""));
        Assert.True(Schedule.TryParse(schedule.ToString(), out Schedule? read));
        Assert.Equal(schedule.ToString(), read.ToString());
    }

    [Theory]
    [InlineData("lifo")]
    [InlineData("a")]
    [InlineData("a 0:1")]
    [InlineData("a 1:-1")]
    [InlineData("a 1")]
    public void An_order_that_is_none_is_refused(string text)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Run($"actornet.engine.order = \"{text}\""));
        Assert.Contains("expected fifo, random or a schedule", e.Message, StringComparison.Ordinal);
    }
}
