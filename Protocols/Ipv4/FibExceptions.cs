// What was learnt about single destinations: struct fib_nh_exception of net/ipv4/route.c, for path MTUs (RFC 1191). Chains are short and their
// entries immutable, so that any actor of the host may read while sockets that have judged an ICMP message write.

namespace ActorNet.Protocols;

/// <summary>Path MTUs below the device's, by destination, each with an expiry.</summary>
internal sealed class FibExceptions
{
    /// <summary>FNHE_HASH_SIZE and FNHE_RECLAIM_DEPTH.</summary>
    private const int Buckets = 2048, Depth = 5;

    private Entry?[]? _table;

    public bool IsEmpty => _table is null;

    /// <summary>ip_rt_min_pmtu (552 bytes) and ip_rt_mtu_expires (10 minutes), as Linux has them.</summary>
    public const int MinPmtu = 552;
    public static readonly Duration MtuExpires = Duration.FromSeconds(600);

    /// <summary>The path MTU known for a destination; 0 for none.</summary>
    public int Find(uint daddr, Instant now, out bool locked)
    {
        locked = false;
        if (_table is null) return 0;
        for (Entry? e = _table[Bucket(daddr)]; e is not null; e = e.Next)
        {
            if (e.Daddr != daddr) continue;
            if (e.Expires <= now) return 0;
            locked = e.Locked;
            return e.Mtu;
        }

        return 0;
    }

    /// <summary>Notes a path MTU; of too many in one chain the one that expires first goes.</summary>
    public void Set(uint daddr, int mtu, bool locked, Instant now)
    {
        if (_table is null) Interlocked.CompareExchange(ref _table, new Entry?[Buckets], null);
        ref Entry? head = ref _table[Bucket(daddr)];
        Entry? seen;
        do seen = Volatile.Read(ref head);
        while (Interlocked.CompareExchange(ref head, Changed(seen, daddr, mtu, locked, now), seen) != seen);
    }

    private static Entry Changed(Entry? head, uint daddr, int mtu, bool locked, Instant now)
    {
        // The chain is made anew without the entry's predecessor, the expired and, when full, the oldest.
        Entry? chain = null;
        int n = 0;
        Instant oldest = Instant.Never;
        for (Entry? e = head; e is not null; e = e.Next)
        {
            if (e.Daddr == daddr || e.Expires <= now) continue;
            n++;
            oldest = Instant.Min(oldest, e.Expires);
        }

        for (Entry? e = head; e is not null; e = e.Next)
        {
            if (e.Daddr == daddr || e.Expires <= now) continue;
            if (n >= Depth && e.Expires == oldest)
            {
                n = 0;
                continue;
            }

            chain = e with { Next = chain };
        }

        return new Entry(daddr, mtu, locked, now + MtuExpires, chain);
    }

    public void Clear() => _table = null;

    private static int Bucket(uint daddr) => (int)(daddr * 0x9E37_79B1u >> 21);

    private sealed record Entry(uint Daddr, int Mtu, bool Locked, Instant Expires, Entry? Next);
}
