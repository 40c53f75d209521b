// /icmp: ICMP of one host (net/ipv4/icmp.c; the machine is Protocols.Icmp), and the demultiplexer of ping sockets (net/ipv4/ping.c): it answers echoes,
// tells sockets of errors about their packets, and gives echo replies to who asked.

namespace ActorNet.Actors;

/// <summary>ICMP. Besides what <see cref="DemuxActor"/> handles it needs nothing: errors that IP and UDP make are made where they are found.</summary>
internal sealed class IcmpActor(NetStack stack) : DemuxActor(stack, PortRules.PING, "ports-ping")
{
    protected override void Rcv(SkBuff skb, Instant now)
    {
        IcmpResult r = Stack.IcmpMachine.Rcv(skb, now);
        switch (r.Verdict)
        {
            case IcmpVerdict.REPLY:
                Stack.Ip.Tell(r.Packet!, Me);
                break;
            case IcmpVerdict.ECHOREPLY:
                SkBuff reply = r.Packet!;
                if (Ports.TryLookup(reply.Ip.Saddr, 0, reply.Ip.Daddr, r.Id, reply.Ip.BoundIfIndex, out object? owner, out _)) Deliver((IActorRef)owner, reply);
                else Net.Mib.Drop(reply, DropReason.NO_SOCKET);
                break;
            case IcmpVerdict.ERROR:
                IActorRef? demux = r.Quote.Protocol == IpProtocol.ICMP ? Me : Stack.Demux(r.Quote.Protocol);
                demux?.Tell(new IcmpErrorReport(r.Error, SockAddr.In(r.Quote.Saddr, r.Quote.Sport), SockAddr.In(r.Quote.Daddr, r.Quote.Dport)), Me);
                break;
        }
    }
}
