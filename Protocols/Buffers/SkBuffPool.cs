// Where packets come from and go back to. One pool per run, shared by its hosts; each thread works on a shard of its own,
// and shards exchange whole magazines, so that one-way traffic between threads neither grows a pool nor takes a lock per packet.

namespace ActorNet.Protocols;

/// <summary>A run's packets. <see cref="Outstanding"/> is zero when all are home: checked at the end of every run.</summary>
public sealed class SkBuffPool
{
    private const int Magazine = 64;

    // Data capacity by class: an ACK, an MTU, a jumbo frame, a 64 KiB GSO packet; each with room for every header.
    private static readonly int[] Sizes = [384, 2048, 9728, 66_560];

    [ThreadStatic] private static Shard? t_shard;

    private readonly Lock _gate = new();
    private readonly List<Shard> _shards = [];
    private readonly Stack<SkBuff[]>[] _depot = [new(), new(), new(), new()];
    private readonly Stack<SkBuff[]> _empty = new();

    /// <summary>Packets handed out and not yet freed. Exact when no thread is at work.</summary>
    public long Outstanding
    {
        get
        {
            lock (_gate)
            {
                long n = 0;
                foreach (Shard s in _shards) n += s.Allocated - s.Freed;
                return n;
            }
        }
    }

    /// <summary>What all its packets take, handed out or not, bytes. Exact when no thread is at work.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                long bytes = 0;
                foreach (Shard s in _shards) bytes += s.Bytes;
                return bytes;
            }
        }
    }

    /// <summary>Packets handed out since the run began.</summary>
    public long Allocated
    {
        get
        {
            lock (_gate)
            {
                long n = 0;
                foreach (Shard s in _shards) n += s.Allocated;
                return n;
            }
        }
    }

    /// <summary>An empty packet whose buffer holds at least this many bytes, head room included.</summary>
    /// <param name="size">Bytes, 0 to 66,560; more is a bug of the caller.</param>
    public SkBuff Alloc(int size)
    {
        int c = size <= Sizes[0] ? 0 : size <= Sizes[1] ? 1 : size <= Sizes[2] ? 2 : 3;
        if (size > Sizes[3] || size < 0) throw new ArgumentOutOfRangeException(nameof(size));
        Shard shard = Mine();
        shard.Allocated++;
        Stack<SkBuff> free = shard.Free[c];
        if (!free.TryPop(out SkBuff? skb) && !Refill(free, c, out skb)) skb = Make(shard, c);
        if (free.TryPeek(out SkBuff? next)) SkBuff.Prefetch(next);
        skb.Reset();
        return skb;
    }

    /// <summary>An empty packet with head room reserved and at least the given room behind it.</summary>
    public SkBuff Alloc(int headroom, int size)
    {
        SkBuff skb = Alloc(headroom + size);
        skb.Reserve(headroom);
        return skb;
    }

    // What a packet takes beside its bytes: the object, and the array's head.
    private const int Overhead = 312;

    private SkBuff Make(Shard shard, int c)
    {
        shard.Bytes += Sizes[c] + Overhead;
        return new SkBuff(this, c, new byte[Sizes[c]]);
    }

    internal void Return(SkBuff skb)
    {
        Shard shard = Mine();
        shard.Freed++;
        skb.Next = skb.Prev = null;
        Stack<SkBuff> free = shard.Free[skb.SizeClass];
        free.Push(skb);
        if (free.Count >= 2 * Magazine) Spill(free, skb.SizeClass);
    }

    private Shard Mine()
    {
        Shard? s = t_shard;
        return s is not null && s.Owner == this ? s : FindShard();
    }

    private Shard FindShard()
    {
        int me = Environment.CurrentManagedThreadId;
        lock (_gate)
        {
            Shard? s = _shards.Find(x => x.Thread == me);
            if (s is null) _shards.Add(s = new Shard(this, me));
            return t_shard = s;
        }
    }

    private bool Refill(Stack<SkBuff> free, int c, [NotNullWhen(true)] out SkBuff? skb)
    {
        skb = null;
        if (_depot[c].Count == 0) return false; // a racy glance; the lock decides
        SkBuff[]? magazine;
        lock (_gate)
        {
            if (!_depot[c].TryPop(out magazine)) return false;
            if (Mine().Empty is { Count: > 4 } surplus) _empty.Push(surplus.Pop()); // one thread only gives, another only takes
        }

        for (int i = 1; i < magazine.Length; i++) free.Push(magazine[i]);
        skb = magazine[0];
        Mine().Empty.Push(magazine); // the next spill's
        return true;
    }

    private void Spill(Stack<SkBuff> free, int c)
    {
        Shard shard = Mine();
        if (!shard.Empty.TryPop(out SkBuff[]? magazine))
        {
            lock (_gate) _empty.TryPop(out magazine);
            magazine ??= new SkBuff[Magazine];
        }

        for (int i = 0; i < Magazine; i++) magazine[i] = free.Pop();
        lock (_gate) _depot[c].Push(magazine);
    }

    private sealed class Shard(SkBuffPool owner, int thread)
    {
        public long Bytes;
        public readonly SkBuffPool Owner = owner;
        public readonly int Thread = thread;
        public readonly Stack<SkBuff>[] Free = [new(), new(), new(), new()];

        /// <summary>Magazines that were taken from the depot and emptied.</summary>
        public readonly Stack<SkBuff[]> Empty = new();

        public long Allocated, Freed;
    }
}
