// The wire between the fuzzer's two hosts, in virtual time, with a mangler on it while it is told so.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>How rough the wire is.</summary>
/// <param name="Forges">The mangler changes what segments say; else it loses, repeats, delays, cuts and splits only.</param>
/// <param name="Rate">The share of segments that it takes, 0 to 1.</param>
internal readonly record struct Roughness(bool Forges, double Rate);

internal sealed class FuzzWire
{
    private const int Remembered = 24;

    // Segments while no machine gets any further: a burst may be a whole window cut into tiny pieces, and one who was told of an acknowledgement that never was
    // walks through all that he has sent, a segment per round trip; but in the long run only timers may speak. (A thin stream's are five a second, as long as the window
    // is shut: so it is on Linux.)
    private const int MostIdle = 40_000, MostIdlePerSecond = 12, IdleSeconds = 1500;

    private readonly PriorityQueue<(FuzzHost To, SkBuff Skb), (long At, long Seq)> _flying = new();
    private readonly SkBuff?[] _seen = new SkBuff?[Remembered];
    private readonly RandomStream _random;
    private readonly FuzzCells _cells;
    private long _sequence, _idle, _progress;
    private Instant _progressAt;
    private int _next;

    public FuzzWire(ulong seed, FuzzCells cells)
    {
        _cells = cells;
        Pool = new SkBuffPool();
        A = new FuzzHost("a", IpAddress.FromV4(10, 0, 0, 1), Pool, seed, cells);
        B = new FuzzHost("b", IpAddress.FromV4(10, 0, 0, 2), Pool, seed, cells);
        _random = new RandomStream(seed, "fuzz", "wire");
    }

    public SkBuffPool Pool { get; }

    public FuzzHost A { get; }

    public FuzzHost B { get; }

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    public Duration Delay { get; init; } = Duration.FromMilliseconds(10);

    /// <summary>None: the wire is a good one from here on.</summary>
    public Roughness? Mangling { get; set; }

    /// <summary>Watches for segments that lead nowhere: when nothing is injected any more.</summary>
    public bool WatchesStorms { get; set; }

    /// <summary>Follows what happens, for whoever looks into a finding.</summary>
    public Action<string>? Trace { get; init; }

    public FuzzHost Other(FuzzHost host) => host == A ? B : A;

    /// <summary>A copy of something that went by lately; null before anything has.</summary>
    public SkBuff? Recall(RandomStream random)
    {
        for (int i = 0; i < 4; i++)
            if (_seen[random.Below(Remembered)] is { } skb) return skb.Copy();
        return null;
    }

    /// <summary>Runs until the condition holds, or time is up.</summary>
    public bool Run(Func<bool> until, Duration limit)
    {
        Instant end = Now + limit;
        for (long guard = 0; guard < 3_000_000; guard++)
        {
            Carry(A);
            Carry(B);
            if (until()) return true;
            Instant next = Instant.Min(A.NextTimer, B.NextTimer);
            if (_flying.TryPeek(out _, out (long At, long Seq) key)) next = Instant.Min(next, new Instant(key.At));
            if (next == Instant.Never || next > end)
            {
                Now = end;
                return until();
            }

            if (next > Now) Now = next;
            while (_flying.TryPeek(out (FuzzHost To, SkBuff Skb) f, out key) && key.At <= Now.Nanoseconds)
            {
                _flying.Dequeue();
                f.To.Rcv(f.Skb, Now);
            }

            A.OnTimer(Now);
            B.OnTimer(Now);
        }

        throw new FuzzException("the machines do not come to rest");
    }

    /// <summary>Gives a host a segment as if it came by the wire now.</summary>
    public void Inject(FuzzHost to, SkBuff skb)
    {
        Trace?.Invoke($"{Now} inject to {to.Net.HostName}: {Describe(skb)}");
        Bare(skb, skb.IpSummed);
        to.Rcv(skb, Now);
        Carry(A);
        Carry(B);
    }

    public void Carry()
    {
        Carry(A);
        Carry(B);
    }

    /// <summary>Ends all and gives what has not come home.</summary>
    public long Finish()
    {
        A.Destroy(Now);
        B.Destroy(Now);
        while (_flying.TryDequeue(out (FuzzHost To, SkBuff Skb) f, out _)) f.Skb.Free();
        foreach (SkBuff? skb in _seen) skb?.Free();
        return Pool.Outstanding;
    }

    public static string Describe(SkBuff skb)
    {
        if (!TcpHeader.Fits(skb.Data)) return $"{skb.Length} bytes";
        var th = new TcpHeader(skb.Data);
        return $"{th.SourcePort}>{th.DestinationPort} {th.Flags} {th.Seq}({skb.Length - th.Length}) ack {th.AckSeq} win {th.Window} urg {th.UrgentPointer} <{Convert.ToHexString(th.Options)}> tos {skb.Ip.Tos:x2}";
    }

    private void Carry(FuzzHost from)
    {
        while (from.Out.TryDequeue(out SkBuff? skb))
        {
            _cells.Segments++;
            if (WatchesStorms) Watch();
            Trace?.Invoke($"{Now} {from.Net.HostName}: {Describe(skb)}");
            Bare(skb, SkbChecksum.NONE);
            if (Mangling is { } roughness)
            {
                Remember(skb);
                if (_random.Chance(roughness.Rate))
                {
                    _cells.Mangled++;
                    Mangle(Other(from), skb, roughness.Forges);
                    continue;
                }
            }

            Fly(Other(from), skb, Duration.Zero);
        }
    }

    private void Mangle(FuzzHost to, SkBuff skb, bool forges)
    {
        switch (_random.Below(forges ? 12u : 8u))
        {
            case 0 or 1: skb.Free(); break;
            case 2:
                Fly(to, skb.Copy(), Duration.FromMicroseconds(_random.Below(30_000)));
                Fly(to, skb, Duration.Zero);
                break;
            case 3 or 4: Fly(to, skb, Duration.FromMicroseconds(_random.Below(40_000))); break;
            case 5: // late by seconds: what the connection has long forgotten
                Fly(to, skb.Copy(), Duration.FromMilliseconds(_random.Below(5000)));
                Fly(to, skb, Duration.Zero);
                break;
            case 6: // a bit, or the end: the checksum knows
                if (_random.Below(2) == 0) skb.Data[(int)_random.Below((uint)skb.Length)] ^= (byte)(1 << (int)_random.Below(8));
                else skb.Trim((int)_random.Below((uint)skb.Length));
                Fly(to, skb, Duration.Zero);
                break;
            case 7:
                SkBuff? rest = SegmentMangler.Split(skb, _random);
                if (rest is not null)
                {
                    rest.IpSummed = skb.IpSummed = SkbChecksum.UNNECESSARY;
                    Fly(to, rest, Duration.FromMicroseconds(_random.Below(3000)));
                }

                Fly(to, skb, Duration.Zero);
                break;
            default:
                if (_random.Below(2) == 0) Fly(to, skb.Copy(), Duration.FromMicroseconds(_random.Below(20_000)));
                skb.IpSummed = SkbChecksum.UNNECESSARY;
                SegmentMangler.Mutate(skb, _random);
                Trace?.Invoke($"{Now}   mangled to {Describe(skb)}");
                Fly(to, skb, Duration.Zero);
                break;
        }
    }

    private void Remember(SkBuff skb)
    {
        ref SkBuff? at = ref _seen[_next++ % Remembered];
        at?.Free();
        at = skb.Copy();
    }

    private void Fly(FuzzHost to, SkBuff skb, Duration late) => _flying.Enqueue((to, skb), ((Now + Delay + late).Nanoseconds, _sequence++));

    // A wire gives bytes, not notes.
    private static void Bare(SkBuff skb, SkbChecksum sum)
    {
        skb.PacketType = PacketType.HOST;
        skb.IpSummed = sum;
        skb.Tcp = default;
    }

    private void Watch()
    {
        long progress = Progress(A) + Progress(B);
        if (progress != _progress)
        {
            _idle = 0;
            _progressAt = Now;
        }

        _progress = progress;
        long seconds = (Now - _progressAt).Nanoseconds / 1_000_000_000;
        if (++_idle > MostIdle || (seconds > IdleSeconds && _idle > MostIdlePerSecond * seconds))
            throw new FuzzException($"{_idle} segments in {seconds} s lead nowhere: {string.Join("; ", A.Socks.Concat(B.Socks).Select(s => $"{s.State} {s.Local}"))}");
    }

    private static long Progress(FuzzHost host)
    {
        long sum = 0;
        foreach (TcpSock sk in host.Socks) sum += (long)sk.State * 1_000_003 + sk.Outq * 31L + sk.Outqnsd * 17L + sk.Inq * 7L + (sk.RmemAlloc << 3);
        return sum + host.Socks.Count + host.Timewaits.Count * 101L;
    }
}
