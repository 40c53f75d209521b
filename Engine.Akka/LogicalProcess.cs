// Hosts on Akka.NET: all of them share the loop, so nothing has to be kept apart and no lookahead is needed.

namespace ActorNet.Engine.Hosts;

/// <summary>An actor that is a host, and the links between hosts.</summary>
public static class LogicalProcess
{
    public static Props AsHost(this Props props) => props;

    public static void DeclareLink(this ActorSystem system, IActorRef a, IActorRef b, long minDelayNanos) => _ = LoopScheduler.LoopOf(system);
}
