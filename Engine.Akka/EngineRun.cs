// Making and driving a system on Akka.NET.

using System.Runtime.CompilerServices;
using Akka.Actor.Setup;
using AkkaConfig = Akka.Configuration.Config;
using AkkaConfigurationFactory = Akka.Configuration.ConfigurationFactory;

namespace ActorNet.Engine.Hosts;

/// <summary>Makes systems and runs them; the twin of the embedded engine's.</summary>
public static class EngineRun
{
    /// <summary>
    /// Lets virtual mode run in simulated time: one thread, the clock jumps to the next timer, but nothing of the embedded engine's order of events.
    /// For comparing the engines, in tests; a run proper would promise what it cannot keep.
    /// </summary>
    public const string SimulateTimeSwitch = "ActorNet.Engine.Akka.SimulateTime";

    private const string LoopConfig = """
        akka {
          loggers = ["Akka.Logger.Serilog.SerilogLogger, Akka.Logger.Serilog"]
          log-config-on-start = off
          scheduler.implementation = "ActorNet.Engine.Hosts.LoopScheduler, ActorNet.Engine.Akka"
          actor {
            ask-timeout = infinite
            default-dispatcher {
              executor = "ActorNet.Engine.Hosts.LoopExecutorConfigurator, ActorNet.Engine.Akka"
              throughput = 1
            }
            internal-dispatcher {
              executor = "ActorNet.Engine.Hosts.LoopExecutorConfigurator, ActorNet.Engine.Akka"
              throughput = 1
            }
          }
        }
        """;

    private static readonly ConditionalWeakTable<ActorSystem, DeadLetterCounter> s_deadLetters = [];

    /// <exception cref="NotSupportedException">Virtual mode, which is the embedded engine's.</exception>
    public static ActorSystem Create(string name, Hocon.Config config, EngineMode mode)
    {
        bool simulated = mode == EngineMode.Virtual;
        if (simulated && !(AppContext.TryGetSwitch(SimulateTimeSwitch, out bool on) && on))
            throw new NotSupportedException("Virtual time is the embedded engine's: build without -p:ActorEngine=Akka, or run in realtime.");
        HostLoop loop = new(simulated);
        AkkaConfig own = AkkaConfigurationFactory.ParseString(LoopConfig);
        AkkaConfig whole = config.IsNullOrEmpty() ? own : AkkaConfigurationFactory.ParseString(config.Root.ToString()).WithFallback(own);
        ActorSystem system = LoopScheduler.WithLoop(loop, () => ActorSystem.Create(name, BootstrapSetup.Create().WithConfig(whole)));
        DeadLetterCounter lost = new(system);
        s_deadLetters.Add(system, lost);
        system.EventStream.Subscribe(lost, typeof(AllDeadLetters));
        // Shutting down takes turns of actors, which nobody drives any more.
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "actornet-ungate", () =>
        {
            loop.Ungate();
            return Task.FromResult(Akka.Done.Instance);
        });
        system.WhenTerminated.ContinueWith(_ => loop.End(), TaskScheduler.Default);
        if (simulated) loop.Gate();
        return system;
    }

    /// <inheritdoc cref="HostLoop.RunUntil"/>
    public static void RunUntil(this ActorSystem system, long untilNanos, Func<bool>? stop = null, CancellationToken cancel = default) =>
        LoopScheduler.LoopOf(system).RunUntil(untilNanos, stop, cancel);

    /// <summary>Turns of actors since the system began, its own actors included.</summary>
    public static long EventsHandled(this ActorSystem system) => LoopScheduler.LoopOf(system).Handled;

    /// <summary>Messages that nobody got.</summary>
    public static long DeadLetterCount(this ActorSystem system) => s_deadLetters.TryGetValue(system, out DeadLetterCounter? lost) ? lost.Count : 0;

    /// <summary>Shows every lost message to <paramref name="take"/> in the place where it is lost: it may free what the message owns.</summary>
    public static void OnDeadLetter(this ActorSystem system, Action<AllDeadLetters> take)
    {
        if (s_deadLetters.TryGetValue(system, out DeadLetterCounter? lost)) lost.Take += take;
    }

    // No actor: an event is counted as it is published.
    private sealed class DeadLetterCounter(ActorSystem system) : MinimalActorRef
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public Action<AllDeadLetters>? Take { get; set; }

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "deadLetterCounter";

        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            Interlocked.Increment(ref _count);
            if (message is AllDeadLetters letter) Take?.Invoke(letter);
        }
    }
}
