// Two hosts and the wire between them, in virtual time: it loses, repeats, delays and reorders as its seed says.

namespace ActorNet.Protocols.Tests.Tcp;

internal sealed class VirtualWire
{
    private readonly PriorityQueue<(TcpHost To, SkBuff Skb), (long At, long Seq)> _flying = new();
    private readonly RandomStream _random;
    private long _sequence;

    public VirtualWire(ulong seed, SkBuffPool? pool = null)
    {
        Pool = pool ?? new SkBuffPool();
        A = new TcpHost("a", IpAddress.FromV4(10, 0, 0, 1), Pool, seed);
        B = new TcpHost("b", IpAddress.FromV4(10, 0, 0, 2), Pool, seed);
        _random = new RandomStream(seed, "wire", "impairments");
    }

    public SkBuffPool Pool { get; }

    public TcpHost A { get; }

    public TcpHost B { get; }

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    public double Loss { get; init; }

    public double Duplicate { get; init; }

    /// <summary>The chance of a packet being late by up to <see cref="Jitter"/>.</summary>
    public double Reorder { get; init; }

    public Duration Delay { get; init; } = Duration.FromMilliseconds(10);

    public Duration Jitter { get; init; } = Duration.FromMilliseconds(15);

    /// <summary>Bits per second, 0 for no limit; a queue of <see cref="QueueLimit"/> packets before it.</summary>
    public long Rate { get; init; }

    public int QueueLimit { get; init; } = 1000;

    /// <summary>Sees every packet that is sent, before the wire decides on it; false drops it.</summary>
    public Func<TcpHost, SkBuff, bool>? Filter { get; set; }

    public long Sent { get; private set; }

    private readonly Dictionary<TcpHost, Instant> _busyUntil = [];

    /// <summary>Runs until nothing is left to happen, the condition holds, or time is up.</summary>
    public bool Run(Func<bool> until, Duration limit)
    {
        Instant end = Now + limit;
        for (long guard = 0; guard < 20_000_000; guard++)
        {
            Carry(A, B);
            Carry(B, A);
            if (until()) return true;
            Instant next = Instant.Min(A.NextTimer, B.NextTimer);
            if (_flying.TryPeek(out _, out (long At, long Seq) key)) next = Instant.Min(next, new Instant(key.At));
            if (next == Instant.Never || next > end)
            {
                Now = end;
                return until();
            }

            if (next > Now) Now = next;
            while (_flying.TryPeek(out (TcpHost To, SkBuff Skb) f, out key) && key.At <= Now.Nanoseconds)
            {
                _flying.Dequeue();
                f.To.Rcv(f.Skb, Now);
            }

            A.OnTimer(Now);
            B.OnTimer(Now);
        }

        throw new InvalidOperationException("the machines do not come to rest");
    }

    public void Pump()
    {
        A.Pump(Now);
        B.Pump(Now);
    }

    /// <summary>Takes what was pumped onto the wire at once, not with the next event.</summary>
    public void Carry()
    {
        Carry(A, B);
        Carry(B, A);
    }

    private void Carry(TcpHost from, TcpHost to)
    {
        while (from.Out.TryDequeue(out SkBuff? skb))
        {
            Sent++;
            if (Filter is { } filter && !filter(from, skb))
            {
                skb.Free();
                continue;
            }

            Instant leaves = Now;
            if (Rate > 0)
            {
                Instant free = Instant.Max(Now, _busyUntil.GetValueOrDefault(from));
                long each = (skb.Length + 38L + 20) * 8 * 1_000_000_000 / Rate;
                if ((free - Now).Nanoseconds > each * QueueLimit)
                {
                    skb.Free();
                    continue;
                }

                leaves = free + new Duration(each);
                _busyUntil[from] = leaves;
            }

            if (_random.Chance(Loss))
            {
                skb.Free();
                continue;
            }

            if (_random.Chance(Duplicate)) Fly(to, skb.Copy(), leaves);
            Fly(to, skb, leaves);
        }
    }

    private void Fly(TcpHost to, SkBuff skb, Instant leaves)
    {
        Duration delay = Delay;
        if (_random.Chance(Reorder)) delay += new Duration(_random.Below((uint)Jitter.Nanoseconds));
        // A wire gives bytes, not notes: what the receiver sees is what was written.
        skb.PacketType = PacketType.HOST;
        skb.IpSummed = SkbChecksum.NONE;
        skb.Tcp = default;
        _flying.Enqueue((to, skb), ((leaves + delay).Nanoseconds, _sequence++));
    }

    /// <summary>Ends the run and says how many packets are not home.</summary>
    public long Audit()
    {
        A.Destroy();
        B.Destroy();
        while (_flying.TryDequeue(out (TcpHost To, SkBuff Skb) f, out _)) f.Skb.Free();
        return Pool.Outstanding;
    }
}
