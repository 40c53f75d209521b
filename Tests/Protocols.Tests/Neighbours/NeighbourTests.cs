// The neighbour states, walked one by one: what sends a request, what answers do, when a packet fails with its next hop.

using ActorNet.Protocols;
using ActorNet.Protocols.Tests.Ipv4Machine;

namespace ActorNet.Protocols.Tests.NeighbourMachine;

public class NeighbourTests
{
    private static readonly uint Peer = IpBench.A("10.0.0.2"), Me = IpBench.A("10.0.0.1");

    private readonly IpBench _b = new();
    private readonly Neighbours _n;

    public NeighbourTests() => _n = new Neighbours(_b.Net, _b.Fib, _b.Eth0);

    private NeighVerdict Send(uint to, int size = 10, bool confirm = false)
    {
        SkBuff skb = _b.Packet("10.0.0.1", "10.0.0.2", 17, new byte[size]);
        skb.PacketType = PacketType.OUTGOING;
        skb.Ip.ConfirmNeighbour = confirm;
        NeighVerdict v = _n.Output(skb, to, _b.Now);
        if (v == NeighVerdict.READY) skb.Free();
        return v;
    }

    private void Arp(ArpOperation op, uint sip, MacAddress sha, uint tip, PacketType type = PacketType.HOST, MacAddress? tha = null)
    {
        SkBuff skb = _b.Pool.Alloc(64);
        new ArpPacket(op, sha, sip, tha ?? _b.Eth0.Address, tip).Emit(skb.Put(28));
        skb.PacketType = type;
        skb.IfIndex = _b.Eth0.IfIndex;
        _n.Rcv(skb, _b.Now);
    }

    private List<(EthernetHeader Eth, ArpPacket? Arp)> Frames()
    {
        List<(EthernetHeader, ArpPacket?)> all = [];
        while (_n.TryXmit(out SkBuff? f))
        {
            Assert.True(EthernetHeader.TryParse(f.Data, out EthernetHeader e, out _));
            all.Add((e, ArpPacket.TryParse(f.Data[14..], out ArpPacket a, out _) && e.Type == EtherType.ARP ? a : null));
            f.Free();
        }

        return all;
    }

    private void Fire()
    {
        _b.Now = _n.NextTimer;
        _n.OnTimer(_b.Now);
    }

    private void Resolve()
    {
        Send(Peer);
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me);
        Frames();
        Assert.Equal(Nud.REACHABLE, _n.Find(Peer)!.State);
    }

    [Fact]
    public void An_unknown_next_hop_is_asked_for_by_broadcast_and_its_packets_wait()
    {
        Assert.Equal(NeighVerdict.QUEUED, Send(Peer));
        Assert.Equal(NeighVerdict.QUEUED, Send(Peer));
        (EthernetHeader eth, ArpPacket? arp) = Assert.Single(Frames());
        Assert.Equal(MacAddress.Broadcast, eth.Destination);
        Assert.Equal(new ArpPacket(ArpOperation.REQUEST, IpBench.Mac0, Me, MacAddress.Zero, Peer), arp);
        Assert.Equal(Nud.INCOMPLETE, _n.Find(Peer)!.State);

        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me);
        List<(EthernetHeader Eth, ArpPacket? Arp)> sent = Frames();
        Assert.Equal(2, sent.Count);
        Assert.All(sent, f => Assert.Equal(new EthernetHeader(IpBench.PeerMac, IpBench.Mac0, EtherType.IP), f.Eth));
        Assert.Equal(Nud.REACHABLE, _n.Find(Peer)!.State);
        Assert.Equal(NeighVerdict.READY, Send(Peer));
        Assert.Equal(0, _b.Pool.Outstanding);
    }

    [Fact]
    public void Three_requests_a_second_apart_without_an_answer_fail_all_that_waits()
    {
        Instant start = _b.Now;
        Send(Peer);
        Send(Peer);
        int requests = Frames().Count;
        while (_n.Find(Peer)!.State == Nud.INCOMPLETE)
        {
            Fire();
            requests += Frames().Count;
        }

        Assert.Equal((3, Duration.FromSeconds(3)), (requests, _b.Now - start));
        Assert.Equal(Nud.FAILED, _n.Find(Peer)!.State);
        int failed = 0;
        while (_n.TryTakeFailed(out SkBuff? skb))
        {
            failed++;
            _b.Ip.LinkFailure(skb, _b.Now);
        }

        Assert.Equal(2, failed);
        Assert.Equal(Instant.Never, _n.NextTimer);
        while (_b.Out() is { } icmp) icmp.Free();
        // The next packet asks anew.
        Send(Peer);
        Assert.Single(Frames());
        Assert.Equal(Nud.INCOMPLETE, _n.Find(Peer)!.State);
        _n.Destroy();
        _b.Nothing();
    }

    [Fact]
    public void Reachable_goes_stale_when_unused_and_is_probed_by_unicast_when_used_again()
    {
        Resolve();
        Instant at = _b.Now;
        Fire();
        Assert.InRange((_b.Now - at).TotalSeconds, 15, 45);
        Assert.Equal((Nud.STALE, Instant.Never), (_n.Find(Peer)!.State, _n.NextTimer));

        Assert.Equal(NeighVerdict.READY, Send(Peer)); // by what is known
        Assert.Equal((Nud.DELAY, _b.Now + Duration.FromSeconds(5)), (_n.Find(Peer)!.State, _n.NextTimer));
        Assert.Empty(Frames());
        Fire();
        Assert.Equal(Nud.PROBE, _n.Find(Peer)!.State);
        (EthernetHeader eth, ArpPacket? arp) = Assert.Single(Frames());
        Assert.Equal((IpBench.PeerMac, ArpOperation.REQUEST), (eth.Destination, arp!.Value.Operation));
        Assert.Equal(NeighVerdict.READY, Send(Peer));
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me);
        Assert.Equal(Nud.REACHABLE, _n.Find(Peer)!.State);

        // And without an answer: three unicast probes, then failure.
        Fire();
        Send(Peer);
        int probes = 0;
        while (_n.Find(Peer)!.State != Nud.FAILED)
        {
            Fire();
            probes += Frames().Count(f => f.Eth.Destination == IpBench.PeerMac);
        }

        Assert.Equal(3, probes);
        Assert.Equal(0, _b.Pool.Outstanding);
    }

    [Fact]
    public void A_transport_that_hears_from_the_peer_spares_the_probes()
    {
        Resolve();
        Fire();
        Send(Peer);
        Assert.Equal(Nud.DELAY, _n.Find(Peer)!.State);
        _b.Now += Duration.FromSeconds(2);
        _n.Confirm(Peer, _b.Now);
        Fire();
        Assert.Equal(Nud.REACHABLE, _n.Find(Peer)!.State);
        // Confirmed and used all the time, it never leaves REACHABLE.
        for (int i = 0; i < 100; i++)
        {
            _b.Now += Duration.FromSeconds(5);
            Assert.Equal(NeighVerdict.READY, Send(Peer, confirm: true));
            if (_n.NextTimer <= _b.Now) _n.OnTimer(_b.Now);
            Assert.Equal(Nud.REACHABLE, _n.Find(Peer)!.State);
        }

        // Used, but not confirmed: DELAY, not STALE.
        while (_n.Find(Peer)!.State == Nud.REACHABLE)
        {
            _b.Now += Duration.FromSeconds(1);
            Send(Peer);
            if (_n.NextTimer <= _b.Now) _n.OnTimer(_b.Now);
        }

        Assert.Equal(Nud.DELAY, _n.Find(Peer)!.State);
        Assert.Empty(Frames());
    }

    [Fact]
    public void A_request_for_us_is_answered_and_its_sender_learnt_as_stale()
    {
        Arp(ArpOperation.REQUEST, Peer, IpBench.PeerMac, Me, PacketType.BROADCAST, MacAddress.Zero);
        (EthernetHeader eth, ArpPacket? arp) = Assert.Single(Frames());
        Assert.Equal(IpBench.PeerMac, eth.Destination);
        Assert.Equal(new ArpPacket(ArpOperation.REPLY, IpBench.Mac0, Me, IpBench.PeerMac, Peer), arp);
        Assert.Equal((Nud.STALE, IpBench.PeerMac), (_n.Find(Peer)!.State, _n.Find(Peer)!.Hardware));
        Assert.Equal(NeighVerdict.READY, Send(Peer));
        // arp_ignore=0: an address of another device of ours is answered too.
        Arp(ArpOperation.REQUEST, Peer, IpBench.PeerMac, IpBench.A("10.0.1.1"), PacketType.BROADCAST, MacAddress.Zero);
        Assert.Single(Frames());
    }

    [Fact]
    public void What_is_not_for_us_teaches_nothing_new()
    {
        uint third = IpBench.A("10.0.0.3");
        Arp(ArpOperation.REQUEST, Peer, IpBench.PeerMac, third, PacketType.BROADCAST);
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me); // unsolicited
        Arp(ArpOperation.REQUEST, Peer, IpBench.PeerMac, Peer, PacketType.BROADCAST); // gratuitous
        Arp(ArpOperation.REQUEST, Peer, IpBench.PeerMac, IpBench.A("224.0.0.1"), PacketType.BROADCAST);
        Arp(ArpOperation.REQUEST, Peer, IpBench.PeerMac, Me, PacketType.OTHERHOST);
        Arp(ArpOperation.REQUEST, Me, IpBench.PeerMac, Me, PacketType.BROADCAST); // from our own address
        Assert.Equal(0, _n.Count);
        Assert.Empty(Frames());
        // Duplicate address detection: the owner defends, and learns nothing.
        Arp(ArpOperation.REQUEST, 0, IpBench.PeerMac, Me, PacketType.BROADCAST);
        Assert.Equal(ArpOperation.REPLY, Assert.Single(Frames()).Arp!.Value.Operation);
        Assert.Equal(0, _n.Count);
        Assert.Equal(0, _b.Pool.Outstanding);
    }

    [Fact]
    public void Of_answers_within_a_second_the_first_wins_but_a_gratuitous_one_counts()
    {
        MacAddress other = new(0x0200_0000_0055);
        Resolve();
        Arp(ArpOperation.REPLY, Peer, other, Me);
        Assert.Equal(IpBench.PeerMac, _n.Find(Peer)!.Hardware);
        Arp(ArpOperation.REQUEST, Peer, other, Peer, PacketType.BROADCAST, MacAddress.Zero);
        Assert.Equal((other, Nud.STALE), (_n.Find(Peer)!.Hardware, _n.Find(Peer)!.State));
        _b.Now += Duration.FromSeconds(2);
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me, PacketType.BROADCAST);
        Assert.Equal((IpBench.PeerMac, Nud.STALE), (_n.Find(Peer)!.Hardware, _n.Find(Peer)!.State)); // a broadcast proves no reachability
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me);
        Assert.Equal(Nud.REACHABLE, _n.Find(Peer)!.State);
        _n.SetPermanent(Peer, other, _b.Now);
        _b.Now += Duration.FromSeconds(2);
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me);
        Assert.Equal((other, Nud.PERMANENT), (_n.Find(Peer)!.Hardware, _n.Find(Peer)!.State));
    }

    [Fact]
    public void The_queue_is_bounded_in_bytes_and_the_oldest_go_first()
    {
        _b.Net.Sysctl.neigh_unres_qlen_bytes = 3000;
        for (int i = 0; i < 20; i++) Send(Peer, 10 + i);
        long kept = _b.Pool.Outstanding - 1; // one request
        Assert.Equal(20 - kept, _b.Net.Mib.Drops(DropReason.NEIGH_QUEUEFULL));
        Assert.InRange(kept, 1, 5);
        Frames();
        Arp(ArpOperation.REPLY, Peer, IpBench.PeerMac, Me);
        int last = 0;
        while (_n.TryXmit(out SkBuff? f))
        {
            Assert.True(f.Length > last);
            last = f.Length;
            f.Free();
        }

        Assert.Equal(14 + 20 + 29, last);
        Assert.Equal(0, _b.Pool.Outstanding);
    }

    [Fact]
    public void Groups_and_broadcasts_need_no_asking()
    {
        SkBuff skb = _b.Packet("10.0.0.1", "239.129.1.2", 17, new byte[8]);
        Assert.Equal(NeighVerdict.READY, _n.Output(skb, IpBench.A("239.129.1.2"), _b.Now));
        Assert.Equal("01:00:5e:01:01:02", new EthernetView(skb.Data).Destination.ToString());
        skb.Free();
        foreach (string a in new[] { "255.255.255.255", "10.0.0.255" })
        {
            skb = _b.Packet("10.0.0.1", a, 17, new byte[8]);
            Assert.Equal(NeighVerdict.READY, _n.Output(skb, IpBench.A(a), _b.Now));
            Assert.Equal(MacAddress.Broadcast, new EthernetView(skb.Data).Destination);
            skb.Free();
        }

        Assert.Empty(Frames());
    }

    [Fact]
    public void The_table_is_bounded_and_old_entries_make_room()
    {
        (_b.Net.Sysctl.neigh_gc_thresh1, _b.Net.Sysctl.neigh_gc_thresh2, _b.Net.Sysctl.neigh_gc_thresh3) = (4, 8, 16);
        for (uint i = 0; i < 40; i++) Send(Peer + i);
        Assert.Equal((16, 24L), (_n.Count, _b.Net.Mib.Drops(DropReason.NEIGH_CREATEFAIL)));
        _b.Now += Duration.FromSeconds(20);
        Send(Peer + 100);
        Assert.NotNull(_n.Find(Peer + 100));
        while (_n.NextTimer <= _b.Now + Duration.FromSeconds(300) && _n.Count > 4) Fire();
        Assert.InRange(_n.Count, 1, 9); // the failed are collected
        _n.Flush(keepPermanent: true);
        _n.Destroy();
        while (_n.TryTakeFailed(out SkBuff? skb)) skb.Free();
        Assert.Equal((0, 0L), (_n.Count, _b.Pool.Outstanding));
    }

    [Fact]
    public void Any_arp_bytes_at_any_time_leave_no_packet_behind()
    {
        var random = new RandomStream(4, "test", "arp");
        for (int i = 0; i < 30_000; i++)
        {
            _b.Now += Duration.FromMilliseconds(random.Below(3000));
            if (_n.NextTimer <= _b.Now) _n.OnTimer(_b.Now);
            uint who = IpBench.A("10.0.0.0") + random.Below(6);
            switch (random.Below(4))
            {
                case 0: Send(who, confirm: random.Below(2) == 0); break;
                case 1: Arp((ArpOperation)random.Below(4), who, new MacAddress(random.Below(4) + 2), IpBench.A("10.0.0.0") + random.Below(4), (PacketType)random.Below(5)); break;
                case 2: _n.Confirm(who, _b.Now); break;
                default:
                    SkBuff skb = _b.Pool.Alloc(64);
                    foreach (ref byte x in skb.Put((int)random.Below(40))) x = (byte)random.Below(3);
                    _n.Rcv(skb, _b.Now);
                    break;
            }

            Frames();
            while (_n.TryTakeFailed(out SkBuff? f)) f.Free();
            // A timer runs exactly where the state says one does.
            List<Neighbour> all = [];
            _n.CollectInto(all);
            Assert.True(all.Exists(n => (n.State & Nud.IN_TIMER) != 0) == (_n.NextTimer != Instant.Never));
        }

        _n.Destroy();
        Assert.Equal(0, _b.Pool.Outstanding);
    }
}
