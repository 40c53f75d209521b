// Become, stash, timers, receive timeouts, asynchronous handlers, asks and pipes.

using ActorNet.Testing;

namespace ActorNet.Engine.Tests.Actor;

public sealed class BehaviourTests : TestKit
{
    private sealed class Moods : ReceiveActor
    {
        public Moods()
        {
            Receive<string>(s => s == "angry", _ => Become(Angry));
            Receive<string>(s => s == "stack", _ => BecomeStacked(Angry));
            Receive<string>(s => Sender.Tell("calm:" + s));
        }

        private void Angry()
        {
            Receive<string>(s => s == "calm", _ => UnbecomeStacked());
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("mood"));
            Receive<string>(s => Sender.Tell("angry:" + s));
        }
    }

    [Fact]
    public void Become_replaces_the_behaviour_and_a_restart_brings_the_first_one_back()
    {
        IActorRef moods = ActorOf<Moods>();
        moods.Tell("a");
        ExpectMsg("calm:a");
        moods.Tell("angry");
        moods.Tell("b");
        ExpectMsg("angry:b");
        moods.Tell("fail");
        moods.Tell("c");
        ExpectMsg("calm:c");
    }

    [Fact]
    public void A_stacked_behaviour_gives_way_to_the_one_below()
    {
        IActorRef moods = ActorOf<Moods>();
        moods.Tell("stack");
        moods.Tell("b");
        ExpectMsg("angry:b");
        moods.Tell("calm");
        moods.Tell("c");
        ExpectMsg("calm:c");
    }

    // ---- stash ----

    private sealed class Gate : UntypedActor, IWithStash
    {
        private bool _open;

        public IStash Stash { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "open":
                    _open = true;
                    Stash.UnstashAll();
                    break;
                case "one":
                    _open = true;
                    Stash.Unstash();
                    break;
                case "twice":
                    Stash.Stash();
                    Stash.Stash();
                    break;
                case "fail":
                    throw new InvalidOperationException("gate");
                case var _ when !_open:
                    Stash.Stash();
                    break;
                default:
                    Sender.Tell(message);
                    break;
            }
        }

        protected override void PostRestart(Exception reason) => _open = true;
    }

    [Fact]
    public void Stashed_messages_come_back_in_order_before_those_that_wait()
    {
        IActorRef gate = ActorOf<Gate>();
        gate.Tell(1);
        gate.Tell(2);
        gate.Tell("open");
        gate.Tell(3);
        Assert.Equal([1, 2, 3], ReceiveN(3));
        Assert.Equal(TestActor, TestActor);
    }

    [Fact]
    public void Unstash_brings_back_the_oldest_alone()
    {
        IActorRef gate = ActorOf<Gate>();
        gate.Tell(1);
        gate.Tell(2);
        gate.Tell("one");
        ExpectMsg(1);
        ExpectNoMsg();
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void The_same_message_cannot_be_stashed_twice() =>
        EventFilter.Exception<IllegalActorStateException>().ExpectOne(() => ActorOf<Gate>().Tell("twice"));

    [Fact]
    public void A_stash_is_unstashed_at_a_restart_and_goes_to_the_dead_letters_at_the_end()
    {
        IActorRef gate = ActorOf<Gate>();
        gate.Tell(1);
        gate.Tell("fail");
        ExpectMsg(1);
        IActorRef closed = ActorOf<Gate>();
        closed.Tell("kept");
        EventFilter.DeadLetter<string>(s => s == "kept").ExpectOne(() => closed.Tell(PoisonPill.Instance));
    }

    [Fact]
    public void A_stash_holds_as_many_messages_as_its_Props_say()
    {
        IActorRef gate = Sys.ActorOf(Props.Create<Gate>().WithStashCapacity(1));
        gate.Tell(1);
        EventFilter.Exception<StashOverflowException>().ExpectOne(() => gate.Tell(2));
    }

    // ---- timers ----

    private sealed class Timed : UntypedActor, IWithTimers
    {
        public Timed() => HadTimersInConstructor = Timers is not null;

        private bool HadTimersInConstructor { get; }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case (string key, int ms):
                    Timers.StartSingleTimer(key, (key, Sender), TimeSpan.FromMilliseconds(ms));
                    break;
                case ("every", int ms, string _):
                    Timers.StartPeriodicTimer("every", ("tick", Sender), TimeSpan.FromMilliseconds(ms));
                    break;
                case "zero":
                    // The old one is due now and lies in the mailbox already; its generation is over before it is handled.
                    Timers.StartSingleTimer("k", ("old", Sender), TimeSpan.Zero);
                    Timers.StartSingleTimer("k", ("new", Sender), TimeSpan.FromMilliseconds(5));
                    break;
                case "cancel":
                    Timers.Cancel("k");
                    break;
                case "fail":
                    throw new InvalidOperationException("timed");
                case "had":
                    Sender.Tell(HadTimersInConstructor);
                    break;
                case "active":
                    Sender.Tell(Timers.IsTimerActive("k"));
                    break;
                case (string what, IActorRef who):
                    who.Tell(what);
                    break;
            }
        }
    }

    [Fact]
    public void Timers_are_there_in_the_constructor()
    {
        IActorRef timed = ActorOf<Timed>();
        timed.Tell("had");
        ExpectMsg(true);
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void A_single_timer_fires_once_at_its_time()
    {
        IActorRef timed = ActorOf<Timed>();
        timed.Tell(("k", 10));
        Within(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10), () => ExpectMsg("k"));
        ExpectNoMsg();
        timed.Tell("active");
        ExpectMsg(false);
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void A_periodic_timer_fires_at_exact_intervals()
    {
        IActorRef timed = ActorOf<Timed>();
        timed.Tell(("every", 10, ""));
        TimeSpan start = Now;
        for (int i = 1; i <= 100; i++)
        {
            ExpectMsg("tick");
            Assert.Equal(TimeSpan.FromMilliseconds(10 * i), Now - start);
        }
    }

    [Fact]
    public void A_timer_that_is_started_again_or_cancelled_never_delivers_its_old_message()
    {
        IActorRef timed = ActorOf<Timed>();
        timed.Tell(("k", 10));
        timed.Tell("cancel");
        ExpectNoMsg();
        timed.Tell("zero");
        ExpectMsg("new");
        ExpectNoMsg();
    }

    [Fact]
    public void Timers_end_with_the_instance()
    {
        IActorRef timed = ActorOf<Timed>();
        timed.Tell(("k", 10));
        timed.Tell("fail");
        ExpectNoMsg();
        timed.Tell(("k", 10));
        timed.Tell(PoisonPill.Instance);
        ExpectNoMsg();
        Assert.Equal(0, Sys.DeadLetterCount());
    }

    // ---- receive timeout ----

    private sealed class Silent : INotInfluenceReceiveTimeout;

    private sealed class Patient(IActorRef probe) : UntypedActor
    {
        protected override void PreStart() => Context.SetReceiveTimeout(TimeSpan.FromMilliseconds(10));

        protected override void OnReceive(object message)
        {
            if (message is ReceiveTimeout)
                probe.Tell("timeout");
            else if (message is "enough")
                Context.SetReceiveTimeout(null);
        }
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void A_receive_timeout_comes_after_silence_and_again()
    {
        Sys.ActorOf(Props.Create(() => new Patient(TestActor)));
        for (int i = 1; i <= 3; i++)
        {
            ExpectMsg("timeout");
            Assert.Equal(TimeSpan.FromMilliseconds(10 * i), Now);
        }
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void Messages_restart_the_receive_timeout_but_for_those_that_must_not()
    {
        IActorRef patient = Sys.ActorOf(Props.Create(() => new Patient(TestActor)));
        Advance(TimeSpan.FromMilliseconds(6));
        patient.Tell("here");
        ExpectNoMsg(9);
        ExpectMsg("timeout");
        Assert.Equal(TimeSpan.FromMilliseconds(16), Now);
        Advance(TimeSpan.FromMilliseconds(6));
        patient.Tell(new Silent());
        ExpectMsg("timeout");
        Assert.Equal(TimeSpan.FromMilliseconds(26), Now);
        patient.Tell("enough");
        ExpectNoMsg(1000);
    }

    // ---- asynchronous handlers ----

    private sealed class Worker : ReceiveActor
    {
        private int _handled;

        public Worker(IActorRef backend)
        {
            ReceiveAsync<string>(async s =>
            {
                IActorRef asker = Sender;
                int answer = await backend.Ask<int>(s, TimeSpan.FromSeconds(10));
                _handled++;
                Assert.Equal(asker, Sender);
                Assert.NotNull(Context);
                if (answer < 0)
                    throw new InvalidOperationException("negative");
                Sender.Tell($"{s}={answer}");
            });
            Receive<int>(_ => Sender.Tell(_handled));
        }
    }

    [Fact]
    public void While_an_asynchronous_handler_waits_the_mailbox_is_shut_and_then_goes_on_in_order()
    {
        TestProbe backend = CreateTestProbe();
        IActorRef worker = Sys.ActorOf(Props.Create(() => new Worker(backend.Ref)));
        worker.Tell("a");
        worker.Tell(0);
        worker.Tell("b");
        worker.Tell(0);
        backend.ExpectMsg("a");
        ExpectNoMsg(1000);
        backend.Reply(1);
        ExpectMsg("a=1");
        ExpectMsg(1);
        backend.ExpectMsg("b");
        backend.Reply(2);
        ExpectMsg("b=2");
        ExpectMsg(2);
    }

    [Fact]
    public void A_failure_after_an_await_is_the_actors_own()
    {
        TestProbe backend = CreateTestProbe();
        IActorRef worker = Sys.ActorOf(Props.Create(() => new Worker(backend.Ref)));
        worker.Tell("a");
        backend.ExpectMsg("a");
        EventFilter.Exception<InvalidOperationException>(message: "negative").ExpectOne(() => backend.Reply(-1));
        worker.Tell(0);
        ExpectMsg(0);
    }

    [Fact]
    public void An_actor_can_be_stopped_while_its_handler_waits()
    {
        TestProbe backend = CreateTestProbe();
        IActorRef worker = Sys.ActorOf(Props.Create(() => new Worker(backend.Ref)));
        Watch(worker);
        worker.Tell("a");
        backend.ExpectMsg("a");
        Sys.Stop(worker);
        ExpectTerminated(worker);
        backend.Reply(1);
        ExpectNoMsg();
    }

    // ---- ask and pipe ----

    [Fact]
    public void An_ask_is_answered_once()
    {
        TestProbe probe = CreateTestProbe();
        Task<int> answer = probe.Ref.Ask<int>("?", TimeSpan.FromSeconds(1));
        probe.ExpectMsg("?");
        probe.Reply(42);
        probe.Reply(43);
        Assert.Equal(42, Complete(answer));
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Sys.DeadLetterCount());
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void An_ask_without_an_answer_times_out_in_virtual_time()
    {
        TestProbe probe = CreateTestProbe();
        Task<int> answer = probe.Ref.Ask<int>("?", TimeSpan.FromSeconds(5));
        Within(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), () => Assert.Throws<AskTimeoutException>(() => Complete(answer, TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public void A_failure_as_answer_is_thrown_and_a_wrong_type_too()
    {
        TestProbe probe = CreateTestProbe();
        Task<int> failed = probe.Ref.Ask<int>("?", TimeSpan.FromSeconds(5));
        probe.ExpectMsg("?");
        probe.Reply(new Status.Failure(new TimeZoneNotFoundException("no")));
        Assert.Throws<TimeZoneNotFoundException>(() => Complete(failed));
        Task<int> wrong = probe.Ref.Ask<int>("?", TimeSpan.FromSeconds(5));
        probe.ExpectMsg("?");
        probe.Reply("text");
        Assert.Throws<ArgumentException>(() => Complete(wrong));
    }

    [Fact]
    public void An_ask_can_be_cancelled()
    {
        TestProbe probe = CreateTestProbe();
        using CancellationTokenSource cancel = new();
        Task<int> answer = probe.Ref.Ask<int>("?", cancel.Token);
        probe.ExpectMsg("?");
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Complete(answer));
    }

    [Fact]
    public void A_task_is_piped_as_its_result_or_its_failure()
    {
        TestProbe probe = CreateTestProbe();
        Task<int> answer = probe.Ref.Ask<int>("?", TimeSpan.FromSeconds(1));
        _ = answer.PipeTo(TestActor, success: i => $"got {i}");
        probe.ExpectMsg("?");
        probe.Reply(1);
        Complete(answer);
        AwaitPiped();
        ExpectMsg("got 1");
        _ = Task.FromException<int>(new InvalidOperationException("bad")).PipeTo(TestActor);
        Assert.Equal("bad", ExpectMsg<Status.Failure>().Cause.Message);
        _ = Task.FromResult(7).PipeTo(TestActor, sender: probe.Ref);
        ExpectMsg(7);
        Assert.Equal(probe.Ref, LastSender);
    }

    // A continuation outside of any actor runs on a thread of the pool: this is the one place that waits for one.
    private void AwaitPiped() => Assert.True(SpinWait.SpinUntil(() =>
    {
        Advance(TimeSpan.Zero);
        return HasMessages;
    }, TimeSpan.FromSeconds(10)));

    private sealed class Piper(IActorRef backend, IActorRef probe) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is int)
                probe.Tell(message);
            else
                _ = backend.Ask<int>(message, TimeSpan.FromSeconds(1)).PipeTo(Self);
        }
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void Inside_an_actor_an_ask_and_its_pipe_stay_on_the_loop()
    {
        TestProbe backend = CreateTestProbe();
        backend.SetAutoPilot((sender, _) =>
        {
            sender.Tell(5);
            return true;
        });
        IActorRef piper = Sys.ActorOf(Props.Create(() => new Piper(backend.Ref, TestActor)));
        piper.Tell("go");
        ExpectMsg(5);
        Assert.Equal(TimeSpan.Zero, Now);
    }
}
