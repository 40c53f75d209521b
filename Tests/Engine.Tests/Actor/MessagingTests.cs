// Telling, forwarding, ordering, dead letters.

using ActorNet.Testing;

namespace ActorNet.Engine.Tests.Actor;

public sealed class MessagingTests : TestKit
{
    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Forwarder(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Forward(message);
    }

    private sealed class Burst(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            for (int i = 0; i < (int)message; i++)
                to.Tell(i);
        }
    }

    private sealed class Typed : ReceiveActor
    {
        public Typed()
        {
            Receive<string>(s => s.StartsWith('a'), s => Sender.Tell("a-string"));
            Receive<string>(_ => Sender.Tell("string"));
            Receive<int>(i => i > 10);
            Receive<IComparable>(_ => Sender.Tell("comparable"));
            Receive(typeof(Uri), _ => Sender.Tell("uri"));
        }
    }

    private sealed class BadHandlers : ReceiveActor
    {
        public BadHandlers()
        {
            ReceiveAny(_ => { });
            Receive<string>(_ => { });
        }
    }

    [Fact]
    public void An_actor_answers_who_asked()
    {
        IActorRef echo = Sys.ActorOf(Props.Create(() => new Echo()));
        echo.Tell("hello");
        ExpectMsg("hello");
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public void A_forwarded_message_keeps_its_sender()
    {
        IActorRef echo = ActorOf<Echo>();
        IActorRef forwarder = Sys.ActorOf(Props.Create(() => new Forwarder(echo)));
        forwarder.Tell(1);
        ExpectMsg(1);
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public void Messages_of_one_sender_arrive_in_the_order_they_were_sent()
    {
        IActorRef burst = Sys.ActorOf(Props.Create(() => new Burst(TestActor)));
        burst.Tell(1000);
        int next = 0;
        foreach (object message in ReceiveN(1000))
            Assert.Equal(next++, message);
    }

    [Fact]
    public void A_tell_of_null_is_refused() => Assert.Throws<ArgumentNullException>(() => TestActor.Tell(null!));

    [Fact]
    public void A_message_without_sender_is_answered_to_the_dead_letters()
    {
        IActorRef echo = ActorOf<Echo>();
        EventFilter.DeadLetter<string>(s => s == "lost").ExpectOne(() => echo.Tell("lost", ActorRefs.NoSender));
        ExpectNoMsg();
    }

    [Fact]
    public void A_message_to_a_stopped_actor_becomes_a_dead_letter_with_sender_and_recipient()
    {
        IActorRef echo = ActorOf<Echo>("gone");
        Watch(echo);
        Sys.Stop(echo);
        ExpectTerminated(echo);
        TestProbe letters = CreateTestProbe();
        Sys.EventStream.Subscribe<DeadLetter>(letters.Ref);
        echo.Tell("late");
        DeadLetter letter = letters.ExpectMsg<DeadLetter>();
        Assert.Equal("late", letter.Message);
        Assert.Equal(TestActor, letter.Sender);
        Assert.Equal(echo, letter.Recipient);
        Assert.Equal(1, Sys.DeadLetterCount());
    }

    [Fact]
    public void Handlers_are_asked_in_the_order_they_were_declared_by_type_and_predicate()
    {
        IActorRef typed = ActorOf<Typed>();
        typed.Tell("abc");
        ExpectMsg("a-string");
        typed.Tell("xyz");
        ExpectMsg("string");
        typed.Tell(5);
        ExpectMsg("comparable");
        typed.Tell(11);
        ExpectNoMsg();
        typed.Tell(new Uri("http://a"));
        ExpectMsg("uri");
    }

    [Fact]
    public void A_message_that_no_handler_takes_is_published_as_unhandled()
    {
        IActorRef typed = ActorOf<Typed>();
        TestProbe probe = CreateTestProbe();
        Sys.EventStream.Subscribe<UnhandledMessage>(probe.Ref);
        object odd = new();
        typed.Tell(odd);
        UnhandledMessage unhandled = probe.ExpectMsg<UnhandledMessage>();
        Assert.Same(odd, unhandled.Message);
        Assert.Equal(typed, unhandled.Recipient);
        Assert.Equal(TestActor, unhandled.Sender);
    }

    [Fact]
    public void No_handler_can_follow_one_that_takes_everything() =>
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() => ActorOf<BadHandlers>());

    [Fact]
    public void The_context_is_there_only_in_a_turn_or_for_the_test_actor()
    {
        Assert.Equal(TestActor, Probe.Current().Self);
        LeaveTestActor();
        Assert.Throws<NotSupportedException>(() => Probe.Current());
        Assert.Throws<ActorInitializationException>(() => new Echo());
    }

    private abstract class Probe : UntypedActor
    {
        public static IActorContext Current() => Context;
    }
}
