// One case of the fuzzer: two hosts, a list of steps that its seed gives, then a good wire and an orderly end, and the books. The same steps give the same case, and
// each step draws from a stream of its own, so that a list with steps left out is a case too: that is how a finding is made small.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>A step: what kind, and the seed of all that it draws.</summary>
internal readonly record struct FuzzStep(FuzzStepKind Kind, ulong Draw);

internal enum FuzzStepKind { CallA, CallB, Wait, Replay, Mutant, Forged, Garbage, Icmp }

/// <summary>A case of the fuzzer.</summary>
/// <param name="seed">All that it does follows from it. Every second one is orderly: nothing is forged, so that bytes and ends can be judged.</param>
internal sealed class TcpFuzzCase(ulong seed, FuzzCells cells, Action<string>? trace = null)
{
    private readonly bool _orderly = seed % 2 == 0;

    public FuzzStep[] Steps()
    {
        var random = new RandomStream(seed, "fuzz", "steps");
        var steps = new FuzzStep[30 + random.Below(90)];
        for (int i = 0; i < steps.Length; i++) steps[i] = new FuzzStep(Kind(random), random.NextUInt64());
        return steps;
    }

    private FuzzStepKind Kind(RandomStream random)
    {
        if (_orderly) return (FuzzStepKind)random.Below(3);
        uint n = random.Below(16);
        return n < 8 ? (FuzzStepKind)(n % 3) : FuzzStepKind.Wait + (int)(n - 8) % 6;
    }

    /// <summary>Runs it; null when all is well, else what is not.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it is a finding.")]
    public string? Run(FuzzStep[] steps)
    {
        cells.Cases++;
        try
        {
            Play(steps);
            return null;
        }
        catch (FuzzException e)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private void Play(FuzzStep[] steps)
    {
        var random = new RandomStream(seed, "fuzz", "case");
        var wire = new FuzzWire(seed, cells) { Delay = Duration.FromMicroseconds(100 + random.Below(60_000)), Trace = trace };
        SetUp(wire.A.Net.Sysctl, random);
        SetUp(wire.B.Net.Sysctl, random);
        if (random.Below(6) == 0) wire.A.Route = wire.A.Route with { Mtu = (int)(88 + random.Below(9000)) };
        var a = new FuzzEnd(wire.A, wire.B, cells, _orderly, trace);
        var b = new FuzzEnd(wire.B, wire.A, cells, _orderly, trace);
        b.Fds.Add(new FuzzFd(wire.B.Socket()));
        b.Fds[0].Sk.Local = SockAddr.In(IpAddress.Any4, FuzzEnd.Service);
        b.Fds[0].Sk.Listen((int)random.Below(4), wire.Now);
        a.Fds.Add(new FuzzFd(wire.A.Socket()));
        a.Connect(a.Fds[0], random, wire.Now, plain: true);
        if (_orderly)
        {
            // A cookie is lost with the segment that follows the handshake, and the connection with it: that is so on Linux.
            wire.A.Net.Sysctl.tcp_syncookies &= 1;
            wire.B.Net.Sysctl.tcp_syncookies &= 1;
        }

        wire.Mangling = new Roughness(!_orderly, random.Below(4) switch { 0 => 0, 1 => 0.02, 2 => 0.1, _ => 0.3 });
        foreach (FuzzStep step in steps)
        {
            Step(wire, a, b, step);
            wire.Carry();
            wire.A.Audit();
            wire.B.Audit();
        }

        wire.Mangling = null;
        new TcpFuzzEnding(wire, a, b, cells, _orderly).Run();
    }

    private static void SetUp(NetSysctl s, RandomStream random)
    {
        s.tcp_sack = random.Below(4) != 0;
        s.tcp_dsack = random.Below(5) != 0;
        s.tcp_timestamps = random.Below(4) != 0 ? 1 : (int)random.Below(3);
        s.tcp_window_scaling = random.Below(5) != 0;
        s.tcp_congestion_control = random.Below(4) switch { 0 => "reno", 1 => "bbr", 2 => "dctcp", _ => "cubic" };
        s.tcp_ecn = (int)random.Below(6);
        s.tcp_ecn_option = (int)random.Below(4);
        s.tcp_fastopen = random.Below(3) == 0 ? 1 : (int)random.Below(0x800);
        s.tcp_syncookies = (int)random.Below(3);
        s.tcp_mtu_probing = (int)random.Below(3);
        s.tcp_moderate_rcvbuf = random.Below(3) != 0;
        s.tcp_tw_reuse = (int)random.Below(2);
        s.tcp_rfc1337 = random.Below(3) == 0;
        s.tcp_stdurg = random.Below(4) == 0;
        s.tcp_slow_start_after_idle = random.Below(3) != 0;
        s.tcp_challenge_ack_limit = random.Below(3) == 0 ? 3 : int.MaxValue;
        s.tcp_abort_on_overflow = random.Below(4) == 0;
        if (random.Below(3) == 0) s.tcp_rmem_default = 2304 + (int)random.Below(20_000);
        if (random.Below(3) == 0) s.tcp_wmem_default = 4608 + (int)random.Below(20_000);
        if (random.Below(4) == 0) s.tcp_rmem_max = s.tcp_rmem_default + (int)random.Below(60_000);
        if (random.Below(10) == 0) s.tcp_max_tw_buckets = (int)random.Below(3);
        if (random.Below(12) == 0) (s.tcp_mem_low, s.tcp_mem_pressure, s.tcp_mem_high) = (4, 8, 16 + (int)random.Below(30));
    }

    private void Step(FuzzWire wire, FuzzEnd a, FuzzEnd b, FuzzStep step)
    {
        var random = new RandomStream(step.Draw, "fuzz", "step");
        trace?.Invoke($"{wire.Now} -- {step.Kind}");
        switch (step.Kind)
        {
            case FuzzStepKind.CallA: a.Call(random, wire.Now); return;
            case FuzzStepKind.CallB: b.Call(random, wire.Now); return;
            case FuzzStepKind.Wait: wire.Run(() => false, Duration.FromMicroseconds(random.Below(!_orderly && random.Below(12) == 0 ? 70_000_000u : random.Below(3) == 0 ? 2_000_000u : 40_000u))); return;
            case FuzzStepKind.Icmp:
                if (wire.Recall(random) is not { } about) return;
                cells.Icmps++;
                FuzzHost sender = about.Ip.Saddr == wire.A.Address ? wire.A : wire.B;
                var th = new TcpHeader(about.Data);
                IcmpErrorInfo error = SegmentMangler.Icmp(about, random);
                trace?.Invoke($"{wire.Now} icmp to {sender.Net.HostName}: {error}");
                sender.Icmp(error, SockAddr.In(about.Ip.Saddr, th.SourcePort), SockAddr.In(about.Ip.Daddr, th.DestinationPort), wire.Now);
                about.Free();
                return;
        }

        SkBuff? skb = step.Kind == FuzzStepKind.Garbage ? SegmentMangler.Garbage(wire.Pool, random) : wire.Recall(random);
        if (skb is null) return;
        cells.Injected++;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        switch (step.Kind)
        {
            case FuzzStepKind.Garbage:
                bool toA = random.Below(2) == 0;
                (skb.Ip.Saddr, skb.Ip.Daddr) = toA ? (wire.B.Address, wire.A.Address) : (wire.A.Address, wire.B.Address);
                if (skb.Length >= 4)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(skb.Data, toA ? FuzzEnd.Service : FuzzEnd.FirstPort);
                    BinaryPrimitives.WriteUInt16BigEndian(skb.Data[2..], toA ? FuzzEnd.FirstPort : FuzzEnd.Service);
                }

                break;
            case FuzzStepKind.Mutant:
                SegmentMangler.Mutate(skb, random);
                break;
            case FuzzStepKind.Forged:
                SegmentMangler.TurnRound(skb);
                if (random.Below(5) != 0) SegmentMangler.Mutate(skb, random);
                break;
        }

        wire.Inject(skb.Ip.Daddr == wire.A.Address ? wire.A : wire.B, skb);
    }
}
