// What ActorNet.Engine.Hosts promises on either engine: these tests run unchanged on the embedded engine and, with -p:ActorEngine=Akka, on Akka.NET.

using System.Globalization;

namespace ActorNet.Engine.Tests.Hosts;

public sealed class TwinTests
{
    private const long Second = 1_000_000_000;
    private const long Milli = 1_000_000;

    private static ActorSystem Create(EngineMode mode = EngineMode.Virtual) => EngineRun.Create("twin", Config.Empty, mode);

    /// <summary>Writes down what it gets, and when.</summary>
    private sealed class Diary(List<(long At, object What)> entries) : UntypedActor
    {
        protected override void OnReceive(object message) => entries.Add((Context.NowNanos(), message));
    }

    private sealed class Alarm : UntypedActor
    {
        private readonly List<(long At, object What)> _entries;
        private readonly ActorTimer _timer;

        public Alarm(List<(long At, object What)> entries)
        {
            _entries = entries;
            _timer = new ActorTimer(Context, "ring");
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case long at: _timer.Arm(at); break;
                case "off": _timer.Disarm(); break;
                case "armed?": _entries.Add((_timer.Due, _timer.IsArmed)); break;
                default: _entries.Add((Context.NowNanos(), message)); break;
            }
        }
    }

    private sealed class Teller(IActorRef to, long[] times, string[] letters) : UntypedActor
    {
        protected override void PreStart()
        {
            for (int i = 0; i < times.Length; i++) Context.TellAt(times[i], to, letters[i]);
        }

        protected override void OnReceive(object message) { }
    }

    [Fact]
    public void Messages_told_at_a_time_come_at_that_time_in_its_order()
    {
        ActorSystem system = Create();
        List<(long At, object What)> entries = [];
        IActorRef diary = system.ActorOf(Props.Create(() => new Diary(entries)).AsHost(), "diary");
        IActorRef teller = system.ActorOf(Props.Create(() => new Teller(diary, new[] { 3 * Second, Second, 2 * Second, 3 * Second }, new[] { "c", "a", "b", "d" })).AsHost(), "teller");
        system.DeclareLink(diary, teller, Milli);
        system.RunUntil(2 * Second);
        Assert.Equal(["a", "b"], entries.Select(each => each.What));
        Assert.Equal(2 * Second, system.NowNanos());
        system.RunUntil(10 * Second);
        Assert.Equal([(Second, "a"), (2 * Second, "b"), (3 * Second, "c"), (3 * Second, "d")], entries);
        Assert.True(system.EventsHandled() >= 4);
        system.Dispose();
    }

    [Fact]
    public void A_timer_rings_once_when_it_is_due_and_not_when_it_was()
    {
        ActorSystem system = Create();
        List<(long At, object What)> entries = [];
        IActorRef alarm = system.ActorOf(Props.Create(() => new Alarm(entries)).AsHost(), "alarm");
        alarm.Tell(Second);
        alarm.Tell("armed?");
        system.RunUntil(Second / 2);
        Assert.Equal([(Second, true)], entries);
        // Later costs a store; the old time passes unheard.
        alarm.Tell(3 * Second);
        system.RunUntil(2 * Second);
        Assert.Single(entries);
        // Sooner again.
        alarm.Tell(2 * Second + (500 * Milli));
        system.RunUntil(4 * Second);
        Assert.Equal([(Second, (object)true), (2 * Second + (500 * Milli), "ring")], entries);
        alarm.Tell("armed?");
        alarm.Tell(5 * Second);
        alarm.Tell("off");
        system.RunUntil(6 * Second);
        Assert.Equal((ActorTimer.Never, (object)false), entries[^1]);
        Assert.Equal(3, entries.Count);
        // The past is now.
        alarm.Tell(Second);
        system.RunUntil(7 * Second);
        Assert.Equal("ring", entries[^1].What);
        system.Dispose();
    }

    [Fact]
    public void A_run_ends_when_it_is_told_to()
    {
        ActorSystem system = Create();
        List<(long At, object What)> entries = [];
        IActorRef diary = system.ActorOf(Props.Create(() => new Diary(entries)).AsHost(), "diary");
        system.ActorOf(Props.Create(() => new Teller(diary, new[] { Second, 2 * Second }, new[] { "a", "b" })).AsHost(), "teller");
        system.RunUntil(10 * Second, () => entries.Count == 1);
        Assert.Single(entries);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        system.RunUntil(10 * Second, null, cancelled.Token);
        Assert.Single(entries);
        system.RunUntil(10 * Second);
        Assert.Equal(2, entries.Count);
        system.Dispose();
    }

    [Fact]
    public void Realtime_keeps_the_pace_of_the_wall_clock()
    {
        ActorSystem system = Create(EngineMode.Realtime);
        List<(long At, object What)> entries = [];
        IActorRef diary = system.ActorOf(Props.Create(() => new Diary(entries)).AsHost(), "diary");
        long start = system.NowNanos();
        long at = start + (50 * Milli);
        system.ActorOf(Props.Create(() => new Teller(diary, new[] { at }, new[] { "a" })).AsHost(), "teller");
        system.RunUntil(start + (5 * Second), () => entries.Count == 1);
        Assert.InRange(Assert.Single(entries).At, at, at + (2 * Second));
        system.Dispose();
    }

    [Fact]
    public void Dead_letters_are_counted()
    {
        ActorSystem system = Create();
        List<(long At, object What)> entries = [];
        IActorRef diary = system.ActorOf(Props.Create(() => new Diary(entries)).AsHost(), "diary");
        system.Stop(diary);
        system.RunUntil(Second);
        long before = system.DeadLetterCount();
        diary.Tell("too late");
        system.RunUntil(2 * Second);
        Assert.Equal(before + 1, system.DeadLetterCount());
        system.Dispose();
    }

    [Fact]
    public void Places_of_keys_and_values_are_known()
    {
        Config config = ConfigOrigins.Parse("a {\n  b = 10ms\n  l = [{ c = w },\n    { c = x }]\n}", "net.conf", ["a.d = ${a.b}"]);
        Assert.Equal("net.conf:2:7", config.OriginOf("a.b"));
        Assert.Equal("net.conf:2:3", config.KeyOriginOf("a.b"));
        Assert.Equal(10 * Milli, config.GetNanoseconds("a.b"));
        Assert.Equal("10ms", config.GetString("a.d"));
        Dictionary<string, HoconField> fields = Assert.Single(config.AsEnumerable()).Value.Value.GetObject().ToDictionary(each => each.Key, each => each.Value);
        Assert.Equal("net.conf:3:3", fields["l"].KeyOrigin());
        HoconValue element = fields["l"].Value.GetArray()[1];
        Assert.Equal("net.conf:4:5", element.Origin());
        Assert.Equal("a.l[1]", element.PathOf());
        Exception error = Assert.ThrowsAny<Exception>(() => ConfigOrigins.Parse("a = [", "net.conf"));
        Assert.True(error.IsConfigurationError());
        Assert.StartsWith("net.conf:1:6: ", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<Exception>(() => config.GetInt("a.b"));
        Assert.True(error.IsConfigurationError());
        Assert.Contains("a.b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_readers_read_what_the_shipped_files_keep_to()
    {
        // The region that Akka's parser, Hocon's and ours all read alike; docs/engines.md lists what lies outside.
        Config config = ConfigurationFactory.ParseString("""
            a = 1
            b : "two"   # comment
            c { d = 3, "e.f" = 4 }   // comment
            c.g = [1, 2, 3]
            h = [
              x
              y
            ]
            i = 1.5 minutes
            j = 64KiB
            k = on
            l = ${a}
            m = /user/*
            """.Replace("m = /user/*", "m = \"/user/*\"", StringComparison.Ordinal));
        Assert.Equal(1, config.GetInt("a"));
        Assert.Equal("two", config.GetString("b"));
        Assert.Equal(3, config.GetInt("c.d"));
        Assert.Equal(4, config.GetInt("c.\"e.f\""));
        Assert.Equal([1, 2, 3], config.GetIntList("c.g"));
        Assert.Equal(["x", "y"], config.GetStringList("h"));
        Assert.Equal(TimeSpan.FromSeconds(90), config.GetTimeSpan("i"));
        Assert.Equal(65536, config.GetByteSize("j"));
        Assert.True(config.GetBoolean("k"));
        Assert.Equal(1, config.GetInt("l"));
        Assert.Equal(7, config.GetInt("nope", 7));
        Assert.True(config.GetConfig("nope").IsNullOrEmpty());
        Assert.Equal("a,b,c,h,i,j,k,l,m", string.Join(',', config.AsEnumerable().Select(each => each.Key)), StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.None));
        Assert.Equal(5, config.WithFallback(ConfigurationFactory.ParseString("n = 5, a = 2")).GetInt("n"));
        Assert.Equal(1, config.WithFallback(ConfigurationFactory.ParseString("n = 5, a = 2")).GetInt("a"));
    }
}
