// lo: what goes in comes back, a little later.

namespace ActorNet.Devices.Tests;

public sealed class LoopbackTests
{
    private sealed class Upper(Rig rig, NetDeviceState lo, List<(long At, int Count, SkBuff First)> seen) : UntypedActor
    {
        private IActorRef _lo = ActorRefs.Nobody;

        protected override void PreStart()
        {
            _lo = Context.ActorOf(Props.Create(() => new LoopbackActor(lo, LoopbackActor.Delay)), "lo");
            _lo.Tell(new NetDevice.Attach(EtherType.IP, Self), Self);
            SkBuff big = rig.Frame(MacAddress.Zero, MacAddress.Zero, 65_536 + 14);
            SkBuff chain = rig.Frame(MacAddress.Zero, MacAddress.Zero, 60);
            chain.Next = rig.Frame(MacAddress.Zero, MacAddress.Zero, 60);
            chain.Next.Next = rig.Frame(MacAddress.Zero, MacAddress.Zero, 60, EtherType.ARP); // nobody is attached
            chain.Next.Next.Next = big;
            _lo.Tell(chain, Self);
        }

        protected override void OnReceive(object message)
        {
            if (message is not SkBuff chain) return;
            int n = 0;
            for (SkBuff? skb = chain; skb is not null; n++)
            {
                Assert.Equal(
                    (PacketType.HOST, SkbChecksum.UNNECESSARY, EtherType.IP, 1, Context.NowNanos()),
                    (skb.PacketType, skb.IpSummed, skb.Protocol, skb.IfIndex, skb.Tstamp.Nanoseconds));
                skb = skb.Next;
            }

            seen.Add((Context.NowNanos(), n, chain));
            chain.FreeChain();
        }
    }

    [Fact]
    public void What_is_sent_comes_back_a_microsecond_later_with_its_checksum_taken_for_good()
    {
        using var rig = new Rig();
        var lo = new NetDeviceState(NetDeviceInfo.Loopback(), new Net("h", 1, rig.Pool));
        var seen = new List<(long At, int Count, SkBuff First)>();
        rig.System.ActorOf(Props.Create(() => new Upper(rig, lo, seen)).AsHost(), "h");
        rig.Run(1_000_000);
        Assert.Equal(3, seen.Sum(s => s.Count)); // the ARP frame between them was dropped
        Assert.All(seen, s => Assert.Equal(1_000, s.At));
        Assert.Equal(1, lo.Net.Mib.Drops(DropReason.UNHANDLED_PROTO));
        Assert.Equal((4, 4, 1), (lo.Stats.tx_packets, lo.Stats.rx_packets, lo.Stats.rx_dropped));
    }
}
