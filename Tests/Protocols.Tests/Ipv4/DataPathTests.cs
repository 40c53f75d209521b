// The way of a datagram through all machines of two hosts, by hand: nothing is lost, nothing is allocated, and it costs what it should.

using System.Diagnostics;
using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Ipv4Machine;

public class DataPathTests
{
    private static readonly SkBuffPool s_pool = new();

    private readonly IpBench _a, _b;
    private readonly Neighbours _na, _nb;
    private readonly PortTable<UdpSock> _ports;
    private readonly UdpSock _from, _to;

    public DataPathTests()
    {
        _a = new IpBench(seed: 1);
        _b = new IpBench(seed: 2, pool: _a.Pool);
        _b.Fib.RemoveAddress(_b.Eth0, IpBench.A("10.0.0.1"));
        _b.Fib.AddAddress(_b.Eth0, IpBench.A("10.0.0.2"), 24);
        _b.Eth0.Address = IpBench.PeerMac;
        _na = new Neighbours(_a.Net, _a.Fib, _a.Eth0);
        _nb = new Neighbours(_b.Net, _b.Fib, _b.Eth0);
        _from = new UdpSock(_a.Net, _a.Fib) { Local = "0.0.0.0:1000" };
        _to = new UdpSock(_b.Net, _b.Fib) { Local = "0.0.0.0:53" };
        _ports = new PortTable<UdpSock>(PortRules.UDP, _b.Net.Sysctl, _b.Net.Random("ports"));
        Assert.Equal(Errno.OK, _ports.Bind(_to, new PortRequest(IpAddress.Any4), 53, out _, out _));
        _from.SetConnected("10.0.0.1:1000", "10.0.0.2:53");
    }

    private void Pump(Instant now)
    {
        while (_from.TryXmit(now, out SkBuff? skb)) _a.Ip.Xmit(skb, now);
        while (_a.Ip.TryXmit(out SkBuff? skb))
        {
            if (_na.Output(skb, skb.Ip.NextHop, now) == NeighVerdict.READY) Arrive(skb, _b, _nb, now);
        }

        while (_na.TryXmit(out SkBuff? f)) Arrive(f, _b, _nb, now);
        while (_nb.TryXmit(out SkBuff? f)) Arrive(f, _a, _na, now);
        while (_na.TryXmit(out SkBuff? f)) Arrive(f, _b, _nb, now);
    }

    private void Arrive(SkBuff skb, IpBench host, Neighbours neighbours, Instant now)
    {
        Assert.True(EthernetHeader.TryParse(skb.Data, out EthernetHeader e, out _));
        skb.PacketType = e.Classify(host.Eth0.Address);
        skb.IfIndex = host.Eth0.IfIndex;
        skb.Pull(e.Length);
        if (e.Type == EtherType.ARP)
        {
            neighbours.Rcv(skb, now);
        }
        else if (host.Ip.Rcv(skb, now, out SkBuff? up) == IpVerdict.LOCAL)
        {
            var v = new UdpView(up!.Data);
            Assert.True(_ports.TryLookup(up.Ip.Saddr, v.Source, up.Ip.Daddr, v.Dest, up.IfIndex, out UdpSock? owner, out _));
            owner.Rcv(up, now);
        }
    }

    [Fact]
    public void A_datagram_crosses_two_hosts_without_allocating()
    {
        byte[] data = IpBench.Bytes(18), room = new byte[64];
        Instant now = _a.Now;
        long allocated = 0, ticks = 0;
        const int N = 20_000;
        for (int i = 0; i < 2 * N; i++)
        {
            if (i == N) (allocated, ticks) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            now += new Duration(1000);
            if (_from.Send(data, null, 0, now).Value != 18) throw new InvalidOperationException($"{i} not sent");
            Pump(now);
            SysResult r = _to.Recv(room, 0, now, out _, out _);
            if (r.Value != 18) throw new InvalidOperationException($"{i}: {r}");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, N / 10);
        Assert.InRange(Stopwatch.GetElapsedTime(ticks).TotalNanoseconds / N, 1, 100_000);
        Assert.Equal(0, _a.Pool.Outstanding);
        Assert.Equal(2 * N, _b.Net.Mib[Snmp.UdpInDatagrams]);
    }

    [Fact]
    public void An_idle_hosts_ip_costs_little_memory()
    {
        const int N = 200;
        var keep = new object[N];
        _ = Make(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < N; i++) keep[i] = Make(i);
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / N;
        Assert.InRange(each, 1, 20_000);
        GC.KeepAlive(keep);

        static object Make(int i)
        {
            var b = new IpBench(seed: (ulong)i, pool: s_pool);
            return (b, new Neighbours(b.Net, b.Fib, b.Eth0));
        }
    }
}
