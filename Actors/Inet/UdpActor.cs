// /udp: the demultiplexer of UDP (the machine is Protocols.UdpDemux): gives each datagram to its socket's actor, or a copy to each of several.

namespace ActorNet.Actors;

/// <summary>UDP's demultiplexer.</summary>
internal sealed class UdpActor : DemuxActor
{
    private UdpDemux? _demux;

    public UdpActor(NetStack stack)
        : base(stack, PortRules.UDP, "ports-udp")
    {
    }

    private UdpDemux Demux => _demux ??= new UdpDemux(Stack.Net, Stack.Fib, Stack.IcmpMachine, Ports);

    protected override void Rcv(SkBuff skb, Instant now)
    {
        object? taker = Demux.Rcv(skb, now, out SkBuff? error);
        if (error is not null) Stack.Ip.Tell(error, Me);
        if (taker is null) return;
        IReadOnlyList<object> others = Demux.Others;
        for (int i = 0; i < others.Count; i++) Deliver((IActorRef)others[i], skb.Copy());
        Deliver((IActorRef)taker, skb);
    }

    protected override void OnFilter(PortHandle handle, McFilter? filter) => Demux.SetFilter(handle, filter);

    protected override void OnMoved(Sock sk, PortHandle from, PortHandle to) => Demux.Moved(sk, from, to);
}
