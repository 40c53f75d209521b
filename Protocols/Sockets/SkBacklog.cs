// sk->sk_backlog (include/net/sock.h: __sk_add_backlog, sk_add_backlog, sk_rcvqueues_full): packets that came while a process owned the socket.

namespace ActorNet.Protocols;

/// <summary>A socket's backlog: packets in the order of their arrival, with what they count for.</summary>
public sealed class SkBacklog
{
    private SkBuff? _head;

    /// <summary>sk_backlog.len: truesize of what waits, bytes.</summary>
    public int Length { get; private set; }

    public int Count { get; private set; }

    public SkBuff? Tail { get; private set; }

    /// <summary>sk_add_backlog: takes a packet, unless what waits here and in the receive queue is more than the limit already. False: it is still the caller's.</summary>
    /// <param name="rmemAlloc">sk_rmem_alloc, bytes.</param>
    /// <param name="limit">Bytes; a packet that finds less than this goes in, whatever its size.</param>
    public bool TryAdd(SkBuff skb, int rmemAlloc, long limit)
    {
        if ((long)Length + rmemAlloc > limit) return false;
        skb.Next = null;
        if (Tail is null) _head = skb;
        else Tail.Next = skb;
        Tail = skb;
        Length += skb.Truesize;
        Count++;
        return true;
    }

    /// <summary>The last packet has been replaced by one that stands for more.</summary>
    internal void ReplaceTail(SkBuff larger)
    {
        SkBuff old = Tail!;
        if (_head == old)
        {
            _head = larger;
        }
        else
        {
            SkBuff before = _head!;
            while (before.Next != old) before = before.Next!;
            before.Next = larger;
        }

        Tail = larger;
        Length += larger.Truesize - old.Truesize;
        old.Free();
    }

    /// <summary>The oldest; the caller's from here.</summary>
    public bool TryTake([NotNullWhen(true)] out SkBuff? skb)
    {
        skb = _head;
        if (skb is null) return false;
        _head = skb.Next;
        if (_head is null) Tail = null;
        skb.Next = null;
        Length -= skb.Truesize;
        Count--;
        return true;
    }
}
