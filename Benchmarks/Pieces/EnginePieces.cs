// A message from one actor to another on its host, and a timer that is armed and disarmed: what the engine takes for each step of a packet.

using ActorNet.Engine.Configuration;
using BenchmarkDotNet.Attributes;

namespace ActorNet.Benchmarks.Pieces;

[MemoryDiagnoser]
public class EnginePieces
{
    private const int Messages = 10_000;

    private readonly ActorSystem _system = EngineRun.Create("pieces", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
    private IActorRef _first = null!, _holder = null!;

    private sealed class Relay : UntypedActor
    {
        private IActorRef? _next;
        private int _left;

        protected override void OnReceive(object message)
        {
            if (message is Start start)
            {
                (_next, _left) = (start.Next, start.Times);
                if (!start.Begins) return;
            }

            if (--_left >= 0) _next!.Tell(s_ball);
        }
    }

    private sealed record Start(IActorRef Next, int Times, bool Begins);

    private static readonly object s_ball = new();

    private sealed class Holder : UntypedActor
    {
        private ActorTimer? _timer;

        protected override void OnReceive(object message)
        {
            _timer ??= new ActorTimer(Context, message);
            for (int i = 0; i < Messages; i++)
            {
                _timer.Arm(Context.NowNanos() + 200_000_000 + i);
                _timer.Disarm();
            }
        }
    }

    private IActorRef _second = null!;

    [GlobalSetup]
    public void Make()
    {
        IActorRef host = _system.ActorOf(Props.Create(() => new Pair()), "host");
        _system.RunUntil(1);
        host.Tell("pair", ActorRefs.NoSender);
        _system.RunUntil(2);
        (_first, _second, _holder) = Pair.Made;
    }

    private sealed class Pair : UntypedActor
    {
        public static (IActorRef, IActorRef, IActorRef) Made;

        protected override void OnReceive(object message) =>
            Made = (Context.ActorOf(Props.Create(() => new Relay())), Context.ActorOf(Props.Create(() => new Relay())), Context.ActorOf(Props.Create(() => new Holder())));
    }

    [GlobalCleanup]
    public void End() => _system.Terminate();

    [Benchmark(OperationsPerInvoke = 2 * Messages)]
    public void Mailbox_tell_and_receive()
    {
        _second.Tell(new Start(_first, Messages, Begins: false), ActorRefs.NoSender);
        _first.Tell(new Start(_second, Messages, Begins: true), ActorRefs.NoSender);
        _system.RunUntil(_system.NowNanos() + 10);
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Timer_arm_and_cancel()
    {
        _holder.Tell("go", ActorRefs.NoSender);
        _system.RunUntil(_system.NowNanos() + 10);
    }
}
