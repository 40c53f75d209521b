// The base class of a test that needs actors.

using Xunit.Abstractions;

namespace ActorNet.Testing;

/// <summary>
/// A system in virtual time and a test actor for one test. What the test tells has the test actor as its sender, and <c>Context</c> on the
/// test's thread is the test actor's.
/// </summary>
public class TestKit : TestKitBase, IDisposable
{
    private readonly bool _ownsSystem;

    /// <summary>On a system of its own, or on one that is given and lives on.</summary>
    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null)
        : base(system ?? NewSystem(ConfigurationFactory.Empty, null), "testActor1")
    {
        _ownsSystem = system is null;
        Begin(output);
    }

    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null) : base(NewSystem(config, actorSystemName), "testActor1")
    {
        _ownsSystem = true;
        Begin(output);
    }

    public TestKit(string config, ITestOutputHelper? output = null) : this(ConfigurationFactory.ParseString(config), null, output) { }

    private static ActorSystem NewSystem(Config config, string? name) => EngineRun.Create(name ?? "test", config, EngineMode.Virtual);

    private void Begin(ITestOutputHelper? output)
    {
        ActorCell.Ambient.Value = TestCell;
        if (output is not null)
            Sys.EventStream.Subscribe<LogEvent>(new OutputLogger(output));
    }

    /// <summary>From here on this thread is no actor's: what it tells has no sender, and there is no <c>Context</c>.</summary>
    protected static void LeaveTestActor() => ActorCell.Ambient.Value = null;

    /// <summary>Stops the system and waits, in virtual time, until all its actors have.</summary>
    protected virtual void Shutdown() => Sys.Dispose();

    protected virtual void AfterAll()
    {
        ActorCell.Ambient.Value = null;
        if (_ownsSystem)
            Shutdown();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => AfterAll();

    private sealed class OutputLogger(ITestOutputHelper output) : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "testOutput");

        public override void Tell(object message, IActorRef? sender)
        {
            try
            {
                output.WriteLine(message.ToString());
            }
            catch (InvalidOperationException)
            {
                // The test is over; so is its output.
            }
        }
    }
}
