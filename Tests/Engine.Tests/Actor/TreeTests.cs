// Names, paths, children and selections.

using ActorNet.Testing;

namespace ActorNet.Engine.Tests.Actor;

public sealed class TreeTests : TestKit
{
    private sealed class Parent : ReceiveActor
    {
        public Parent()
        {
            Receive<string>(name => Sender.Tell(Context.ActorOf<Leaf>(name.Length == 0 ? null : name)));
            Receive<int>(_ => Sender.Tell(Context.GetChildren().Select(c => c.Path.Name).ToArray()));
            Receive<char>(c => Sender.Tell(Context.Child(c.ToString())));
            Receive<IActorRef>(child =>
            {
                Context.Stop(child);
                try
                {
                    Context.ActorOf<Leaf>(child.Path.Name);
                }
                catch (InvalidActorNameException e)
                {
                    Sender.Tell(e.Message);
                }
            });
        }
    }

    private sealed class Leaf : ReceiveActor
    {
        public Leaf() => ReceiveAny(m => Sender.Tell($"{Self.Path.Name}:{m}"));
    }

    private IActorRef Child(IActorRef parent, string name = "")
    {
        parent.Tell(name);
        return ExpectMsg<IActorRef>();
    }

    [Fact]
    public void Paths_name_every_parent_and_unnamed_children_count_from_a()
    {
        IActorRef parent = ActorOf<Parent>("p");
        Assert.Equal("akka://test/user/p", parent.Path.ToString());
        Assert.Equal("akka://test/user/p/$a", Child(parent).Path.ToString());
        Assert.Equal("$b", Child(parent).Path.Name);
        Assert.Equal("/user/p/named", Child(parent, "named").Path.ToStringWithoutAddress());
        for (int i = 2; i < 64; i++)
            Child(parent);
        Assert.Equal("$ab", Child(parent).Path.Name);
    }

    [Fact]
    public void A_name_is_unique_among_siblings_until_its_actor_has_ended()
    {
        IActorRef parent = ActorOf<Parent>("p");
        IActorRef child = Child(parent, "x");
        Assert.Throws<InvalidActorNameException>(() => ActorOf<Parent>("p"));
        Watch(child);
        parent.Tell(child);
        Assert.Contains("not unique", ExpectMsg<string>(), StringComparison.Ordinal);
        ExpectTerminated(child);
        Assert.NotEqual(child, Child(parent, "x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$a")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void A_name_that_no_path_can_hold_is_refused(string name) => Assert.Throws<InvalidActorNameException>(() => ActorOf<Leaf>(name));

    [Fact]
    [Trait("Engine", "Embedded")]
    public void Children_are_listed_in_order_of_creation_and_found_by_name()
    {
        IActorRef parent = ActorOf<Parent>("p");
        IActorRef z = Child(parent, "z");
        Child(parent);
        Child(parent, "a");
        parent.Tell(1);
        Assert.Equal(["z", "$a", "a"], ExpectMsg<string[]>());
        parent.Tell('z');
        Assert.Equal(z, ExpectMsg<IActorRef>());
        parent.Tell('q');
        Assert.True(ExpectMsg<IActorRef>().IsNobody());
    }

    [Fact]
    public void A_selection_reaches_whoever_lives_at_the_path_with_wildcards_and_dots()
    {
        IActorRef parent = ActorOf<Parent>("p");
        Child(parent, "one");
        Child(parent, "two");
        Sys.ActorSelection("/user/p/one").Tell("m");
        ExpectMsg("one:m");
        Sys.ActorSelection("/user/p/*").Tell("m");
        ExpectMsgAllOf("one:m", "two:m");
        Sys.ActorSelection("/user/p/t?o").Tell("m");
        ExpectMsg("two:m");
        Sys.ActorSelection("/user/p/one/../two").Tell("m");
        ExpectMsg("two:m");
        Sys.ActorSelection("akka://test/user/p/one").Tell("m");
        ExpectMsg("one:m");
        EventFilter.DeadLetter<string>().ExpectOne(() => Sys.ActorSelection("/user/nobody").Tell("m"));
    }

    [Fact]
    public void A_selection_resolves_to_the_one_actor_or_says_that_there_is_none()
    {
        IActorRef parent = ActorOf<Parent>("p");
        Assert.Equal(parent, Complete(Sys.ActorSelection("/user/p").ResolveOne(TimeSpan.FromSeconds(1))));
        Assert.Throws<ActorNotFoundException>(() => Complete(Sys.ActorSelection("/user/q").ResolveOne(TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void References_are_equal_by_actor_and_ordered_by_path()
    {
        IActorRef a = ActorOf<Leaf>("a");
        IActorRef b = ActorOf<Leaf>("b");
        Assert.Equal(a, Sys.ActorSelection("/user/a").ResolveOne(TimeSpan.FromSeconds(1)) is { } t ? Complete(t) : null);
        Assert.NotEqual(a, b);
        Assert.True(a.CompareTo(b) < 0);
        Assert.Equal(a.Path, ActorPath.Parse("akka://test/user/a"));
    }

    private sealed class WithArguments(int number, string text, Func<int>? compute = null) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Exception e)
                throw e;
            Sender.Tell($"{number} {text} {compute?.Invoke()}");
        }
    }

    [Fact]
    public void Arguments_of_Props_are_evaluated_once_and_used_again_at_a_restart()
    {
        int calls = 0;
        Func<int> next = () => ++calls;
        string text = "t";
        Props props = Props.Create(() => new WithArguments(next(), text + "!", null));
        Assert.Equal(1, calls);
        IActorRef actor = Sys.ActorOf(props);
        actor.Tell(1);
        ExpectMsg("1 t! ");
        actor.Tell(new InvalidOperationException("restart"));
        actor.Tell(1);
        ExpectMsg("1 t! ");
        for (int i = 0; i < 10; i++)
        {
            Sys.ActorOf(props).Tell(1);
            ExpectMsg("1 t! ");
        }
        Assert.Equal(1, calls);
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void Props_by_type_find_the_constructor_that_takes_the_arguments()
    {
        for (int i = 0; i < 6; i++)
        {
            Sys.ActorOf(Props.Create<WithArguments>(4, "x")).Tell(1);
            ExpectMsg("4 x ");
        }
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() => Sys.ActorOf(Props.Create<WithArguments>("wrong")));
    }

    [Fact]
    public void Props_take_nothing_but_a_constructor_call() =>
        Assert.Throws<InvalidCastException>(() => Props.Create(() => Factory()));

    private static Leaf Factory() => throw new InvalidOperationException();

    [Fact]
    public void A_mailbox_or_dispatcher_must_be_configured()
    {
        Assert.True(Assert.ThrowsAny<Exception>(() => Sys.ActorOf(Props.Create<Leaf>().WithMailbox("no-such-mailbox"))).IsConfigurationError());
        Assert.True(Assert.ThrowsAny<Exception>(() => Sys.ActorOf(Props.Create<Leaf>().WithDispatcher("no-such-dispatcher"))).IsConfigurationError());
    }
}
