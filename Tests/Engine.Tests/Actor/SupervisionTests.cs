// Failure, restart, escalation, death watch and the order of ending.

using ActorNet.Testing;

namespace ActorNet.Engine.Tests.Actor;

public sealed class SupervisionTests : TestKit
{
    private sealed record Make(Props Props, string? Name = null);

    private sealed record Fail(Exception Cause);

    private sealed record Did(string What, string Who, object? Detail = null);

    /// <summary>Makes children on demand under the strategy given, and tells the probe what happens to itself.</summary>
    private sealed class Parent(IActorRef probe, SupervisorStrategy? strategy) : UntypedActor
    {
        protected override SupervisorStrategy? SupervisorStrategy() => strategy ?? base.SupervisorStrategy();

        protected override void OnReceive(object message)
        {
            if (message is Make make)
                Sender.Tell(Context.ActorOf(make.Props, make.Name));
            else if (message is Fail fail)
                throw fail.Cause;
            else
                probe.Forward(message);
        }

        protected override void PostStop() => probe.Tell(new Did("stopped", Self.Path.Name));

        protected override void PostRestart(Exception reason) => probe.Tell(new Did("restarted", Self.Path.Name, reason.Message));
    }

    /// <summary>Tells the probe of each step of its life; counts messages, so that a lost state shows.</summary>
    private sealed class Child : UntypedActor
    {
        private readonly IActorRef _probe;
        private int _count;

        public Child(IActorRef probe)
        {
            _probe = probe;
            _probe.Tell(new Did("made", Self.Path.Name));
        }

        protected override void PreStart() => _probe.Tell(new Did("prestart", Self.Path.Name));

        protected override void PostStop() => _probe.Tell(new Did("poststop", Self.Path.Name));

        protected override void PreRestart(Exception reason, object? message)
        {
            _probe.Tell(new Did("prerestart", Self.Path.Name, message));
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            _probe.Tell(new Did("postrestart", Self.Path.Name, reason.Message));
            base.PostRestart(reason);
        }

        protected override void OnReceive(object message)
        {
            _count++;
            if (message is Fail fail)
                throw fail.Cause;
            _probe.Tell(_count);
        }
    }

    private sealed class BadConstructor : UntypedActor
    {
        public BadConstructor() => throw new InvalidOperationException("born wrong");

        protected override void OnReceive(object message) { }
    }

    private sealed class FailsOnceInPreStart(bool[] failed, IActorRef probe) : UntypedActor
    {
        protected override void PreStart()
        {
            if (failed[0])
                return;
            failed[0] = true;
            throw new InvalidOperationException("not yet");
        }

        protected override void OnReceive(object message) => probe.Tell(message);
    }

    private sealed class BadPostStop(IActorRef probe) : UntypedActor
    {
        protected override void PostStop()
        {
            probe.Tell("stopping");
            throw new InvalidOperationException("last words");
        }

        protected override void OnReceive(object message) { }
    }

    private IActorRef NewParent(SupervisorStrategy? strategy, string name = "parent") => Sys.ActorOf(Props.Create(() => new Parent(TestActor, strategy)), name);

    private IActorRef NewChild(IActorRef parent, string name)
    {
        parent.Tell(new Make(Props.Create(() => new Child(TestActor)), name));
        IActorRef? child = null;
        for (int i = 0; i < 3; i++)
        {
            object message = ExpectMsg<object>();
            child = message as IActorRef ?? child;
        }
        return child!;
    }

    private static OneForOneStrategy Always(Directive directive) => new(_ => directive);

    [Fact]
    public void A_resumed_child_keeps_its_state_and_goes_on_with_its_mailbox()
    {
        IActorRef child = NewChild(NewParent(Always(Directive.Resume)), "c");
        child.Tell("a");
        child.Tell(new Fail(new InvalidOperationException("x")));
        child.Tell("b");
        ExpectMsg(1);
        ExpectMsg(3);
        ExpectNoMsg();
    }

    [Fact]
    public void A_restarted_child_is_a_new_instance_with_the_same_reference_and_mailbox()
    {
        IActorRef child = NewChild(NewParent(Always(Directive.Restart)), "c");
        child.Tell("a");
        Fail fail = new(new InvalidOperationException("x"));
        child.Tell(fail);
        child.Tell("b");
        ExpectMsg(1);
        ExpectMsg(new Did("prerestart", "c", fail));
        ExpectMsg(new Did("poststop", "c"));
        ExpectMsg(new Did("made", "c"));
        ExpectMsg(new Did("postrestart", "c", "x"));
        ExpectMsg(new Did("prestart", "c"));
        ExpectMsg(1);
        ExpectNoMsg();
    }

    [Fact]
    public void A_child_that_is_stopped_for_its_failure_runs_PostStop_and_loses_its_mailbox()
    {
        IActorRef child = NewChild(NewParent(Always(Directive.Stop)), "c");
        Watch(child);
        child.Tell(new Fail(new InvalidOperationException("x")));
        child.Tell("b");
        ExpectMsg(new Did("poststop", "c"));
        ExpectTerminated(child);
        ExpectNoMsg();
        Assert.Equal(1, Sys.DeadLetterCount());
    }

    [Fact]
    public void An_escalated_failure_is_the_parents_own_and_reaches_the_grandparent()
    {
        IActorRef grandparent = NewParent(Always(Directive.Restart), "g");
        grandparent.Tell(new Make(Props.Create(() => new Parent(TestActor, Always(Directive.Escalate))), "p"));
        IActorRef parent = ExpectMsg<IActorRef>();
        IActorRef child = NewChild(parent, "c");
        child.Tell(new Fail(new InvalidOperationException("up")));
        // The parent's restart stops the child, then itself.
        ExpectMsg(new Did("stopped", "p"));
        ExpectMsg(new Did("poststop", "c"));
        ExpectMsg(new Did("restarted", "p", "up"));
        ExpectNoMsg();
    }

    [Fact]
    public void A_failure_that_everyone_escalates_ends_the_system()
    {
        IActorRef child = NewChild(NewParent(Always(Directive.Escalate)), "c");
        using ActorSystem system = EngineRun.Create("doomed", ConfigurationFactory.ParseString(
            "akka.stdout-loglevel = OFF, akka.actor.guardian-supervisor-strategy = \"" + typeof(EscalatingStrategy).AssemblyQualifiedName + "\""), EngineMode.Virtual);
        IActorRef lone = system.ActorOf(Props.Create(() => new Child(TestActor)));
        lone.Tell(new Fail(new InvalidOperationException("all the way")));
        system.RunUntil(1_000_000_000);
        Assert.True(system.WhenTerminated.IsCompleted);
        Assert.False(Sys.WhenTerminated.IsCompleted);
        Assert.NotNull(child);
    }

    public sealed class EscalatingStrategy : SupervisorStrategyConfigurator
    {
        public override SupervisorStrategy Create() => new OneForOneStrategy(_ => Directive.Escalate);
    }

    [Fact]
    public void More_restarts_than_allowed_in_the_time_range_stop_the_child()
    {
        IActorRef child = NewChild(NewParent(new OneForOneStrategy(2, TimeSpan.FromSeconds(1), _ => Directive.Restart)), "c");
        Watch(child);
        for (int i = 0; i < 2; i++)
        {
            child.Tell(new Fail(new InvalidOperationException("x")));
            ReceiveN(5);
        }
        child.Tell(new Fail(new InvalidOperationException("x")));
        ExpectMsg(new Did("poststop", "c"));
        ExpectTerminated(child);
    }

    [Fact]
    public void Restarts_are_counted_anew_once_the_time_range_has_passed_in_virtual_time()
    {
        IActorRef child = NewChild(NewParent(new OneForOneStrategy(1, TimeSpan.FromSeconds(1), _ => Directive.Restart)), "c");
        for (int i = 0; i < 5; i++)
        {
            child.Tell(new Fail(new InvalidOperationException("x")));
            ReceiveN(5);
            Advance(TimeSpan.FromSeconds(2));
        }
        child.Tell("alive");
        ExpectMsg(1);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings_too()
    {
        IActorRef parent = NewParent(new AllForOneStrategy(_ => Directive.Restart));
        IActorRef a = NewChild(parent, "a");
        IActorRef b = NewChild(parent, "b");
        b.Tell("count");
        ExpectMsg(1);
        a.Tell(new Fail(new InvalidOperationException("x")));
        ReceiveN(10);
        b.Tell("count");
        ExpectMsg(1);
        a.Tell("count");
        ExpectMsg(1);
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void By_default_a_failed_constructor_stops_the_actor_and_is_logged()
    {
        IActorRef? bad = null;
        EventFilter.Exception<ActorInitializationException>(message: "born wrong").ExpectOne(() => bad = ActorOf<BadConstructor>());
        Watch(bad!);
        ExpectTerminated(bad!);
    }

    [Fact]
    public void A_child_whose_start_failed_can_be_restarted_and_keeps_what_it_was_told()
    {
        IActorRef parent = NewParent(Always(Directive.Restart));
        bool[] failed = new bool[1];
        parent.Tell(new Make(Props.Create(() => new FailsOnceInPreStart(failed, TestActor))));
        IActorRef child = ExpectMsg<IActorRef>();
        child.Tell("early");
        ExpectMsg("early");
    }

    [Fact]
    public void By_default_a_kill_stops_and_any_other_failure_restarts()
    {
        IActorRef child = NewChild(NewParent(null), "c");
        Watch(child);
        child.Tell(new Fail(new InvalidOperationException("x")));
        ReceiveN(5);
        child.Tell(Kill.Instance);
        ExpectMsg(new Did("poststop", "c"));
        ExpectTerminated(child);
    }

    [Fact]
    public void A_poison_pill_stops_after_what_was_told_before_it()
    {
        IActorRef child = NewChild(NewParent(null), "c");
        Watch(child);
        child.Tell("a");
        child.Tell("b");
        child.Tell(PoisonPill.Instance);
        child.Tell("c");
        ExpectMsg(1);
        ExpectMsg(2);
        ExpectMsg(new Did("poststop", "c"));
        ExpectTerminated(child);
    }

    [Fact]
    public void A_stop_comes_before_messages_that_wait()
    {
        IActorRef child = NewChild(NewParent(null), "c");
        Sys.Stop(child);
        child.Tell("never seen");
        ExpectMsg(new Did("poststop", "c"));
        ExpectNoMsg();
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void Children_have_ended_before_their_parent_runs_PostStop()
    {
        IActorRef parent = NewParent(null);
        NewChild(parent, "a");
        NewChild(parent, "b");
        Watch(parent);
        Sys.Stop(parent);
        ExpectMsg(new Did("poststop", "a"));
        ExpectMsg(new Did("poststop", "b"));
        ExpectMsg(new Did("stopped", "parent"));
        ExpectTerminated(parent);
    }

    [Fact]
    public void An_exception_in_PostStop_is_logged_and_does_not_keep_the_actor_alive()
    {
        IActorRef actor = Sys.ActorOf(Props.Create(() => new BadPostStop(TestActor)));
        Watch(actor);
        EventFilter.Exception<InvalidOperationException>(message: "last words").ExpectOne(() => Sys.Stop(actor));
        ExpectMsg("stopping");
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_failure_is_logged_as_an_error_with_its_cause_and_the_childs_path()
    {
        IActorRef child = NewChild(NewParent(null), "c");
        EventFilter.Exception<InvalidOperationException>(message: "boom", source: child.Path.ToString())
            .ExpectOne(() => child.Tell(new Fail(new InvalidOperationException("boom"))));
    }

    // ---- death watch ----

    private sealed class LastWords(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            for (int i = 0; i < 3; i++)
                to.Tell(i);
            Context.Stop(Self);
        }

        protected override void PostStop() => to.Tell("last");
    }

    private sealed class PactWatcher(IActorRef subject) : UntypedActor
    {
        protected override void PreStart() => Context.Watch(subject);

        protected override void OnReceive(object message) => Unhandled(message);
    }

    [Fact]
    public void Terminated_comes_after_the_last_message_of_the_dead()
    {
        IActorRef actor = Sys.ActorOf(Props.Create(() => new LastWords(TestActor)));
        Watch(actor);
        actor.Tell("go");
        ExpectMsg(0);
        ExpectMsg(1);
        ExpectMsg(2);
        ExpectMsg("last");
        ExpectTerminated(actor);
    }

    [Fact]
    public void Watching_an_actor_that_has_ended_is_answered_at_once()
    {
        IActorRef actor = ActorOf<BadConstructor>();
        Advance(TimeSpan.FromSeconds(1));
        Watch(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void WatchWith_sends_the_message_of_ones_choice()
    {
        IActorRef actor = Sys.ActorOf(Props.Create(() => new Child(TestActor)), "w");
        ReceiveN(2);
        WatchWith(actor, "it is gone");
        // The first message stays until one unwatches.
        WatchWith(actor, "another");
        Sys.Stop(actor);
        ExpectMsg(new Did("poststop", "w"));
        ExpectMsg("it is gone");
    }

    [Fact]
    public void After_Unwatch_nothing_comes_even_if_it_was_on_its_way()
    {
        IActorRef actor = Sys.ActorOf(Props.Create(() => new Child(TestActor)), "w");
        ReceiveN(2);
        Watch(actor);
        Unwatch(actor);
        Sys.Stop(actor);
        ExpectMsg(new Did("poststop", "w"));
        ExpectNoMsg();
    }

    [Fact]
    public void An_unhandled_Terminated_kills_the_watcher()
    {
        IActorRef subject = Sys.ActorOf(Props.Create(() => new Child(TestActor)), "s");
        IActorRef watcher = Sys.ActorOf(Props.Create(() => new PactWatcher(subject)));
        Watch(watcher);
        ReceiveN(2);
        EventFilter.Exception<DeathPactException>().ExpectOne(() => Sys.Stop(subject));
        ExpectMsg(new Did("poststop", "s"));
        ExpectTerminated(watcher);
    }
}
