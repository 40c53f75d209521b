// What only the embedded engine's sources can say: mailboxes by their own types, and an override as this assembly sees it. Not built on Akka.NET.

using ActorNet.Testing;

namespace ActorNet.Engine.Tests.Embedded;

public sealed class MailboxTests : TestKit
{
    private sealed class Wrapped : UntypedActor
    {
        private int _around;

        protected internal override bool AroundReceive(Receive receive, object message)
        {
            _around++;
            return base.AroundReceive(receive, message);
        }

        protected override void OnReceive(object message) => Sender.Tell(_around);
    }

    [Fact]
    public void AroundReceive_wraps_every_message()
    {
        IActorRef wrapped = ActorOf<Wrapped>();
        wrapped.Tell("a");
        wrapped.Tell("b");
        ExpectMsg(1);
        ExpectMsg(2);
    }

    public sealed class SmallestFirst(Settings settings, Config config) : Dispatch.UnboundedStablePriorityMailbox(settings, config)
    {
        protected override int PriorityGenerator(object message) => message is int i ? i : 0;
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    [Fact]
    public void A_priority_mailbox_named_in_the_configuration_orders_what_waits()
    {
        using TestKit kit = new(ConfigurationFactory.ParseString($"smallest {{ mailbox-type = \"{typeof(SmallestFirst).AssemblyQualifiedName}\" }}"));
        IActorRef echo = kit.Sys.ActorOf(Props.Create<Echo>().WithMailbox("smallest"));
        foreach (int i in (int[])[3, 1, 2, 1])
            echo.Tell(i, kit.TestActor);
        Assert.Equal([1, 1, 2, 3], kit.ReceiveN(4));
    }

    [Fact]
    public void A_bounded_mailbox_sends_what_it_cannot_hold_to_the_dead_letters()
    {
        using TestKit kit = new("tiny { mailbox-type = \"ActorNet.Engine.Dispatch.BoundedMailbox, ActorNet.Engine\", mailbox-capacity = 2 }");
        IActorRef echo = kit.Sys.ActorOf(Props.Create<Echo>().WithMailbox("tiny"));
        kit.EventFilter.DeadLetter<int>().Expect(2, () =>
        {
            for (int i = 0; i < 4; i++)
                echo.Tell(i, kit.TestActor);
        });
        Assert.Equal([0, 1], kit.ReceiveN(2));
    }
}
