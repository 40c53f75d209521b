// A queue of segments in sequence order, linked through SkBuff.Next and Prev: sk_write_queue, tcp_rtx_queue and sk_receive_queue of struct sock.
// It costs an idle socket two references.

using System.Diagnostics;

namespace ActorNet.Protocols.Tcp;

/// <summary>An intrusive doubly linked queue.</summary>
internal struct SegmentQueue
{
    public SkBuff? Head, Tail;

    public readonly bool IsEmpty => Head is null;

    public void Append(SkBuff skb)
    {
        Debug.Assert(skb.Next is null && skb.Prev is null, "a segment is in one queue");
        skb.Prev = Tail;
        if (Tail is null) Head = skb;
        else Tail.Next = skb;
        Tail = skb;
    }

    public void InsertAfter(SkBuff at, SkBuff skb)
    {
        skb.Prev = at;
        skb.Next = at.Next;
        if (at.Next is null) Tail = skb;
        else at.Next.Prev = skb;
        at.Next = skb;
    }

    /// <summary>Puts it in front of <paramref name="at"/>, or last when that is null.</summary>
    public void InsertBefore(SkBuff? at, SkBuff skb)
    {
        if (at is null)
        {
            Append(skb);
            return;
        }

        skb.Next = at;
        skb.Prev = at.Prev;
        if (at.Prev is null) Head = skb;
        else at.Prev.Next = skb;
        at.Prev = skb;
    }

    public void Remove(SkBuff skb)
    {
        if (skb.Prev is null) Head = skb.Next;
        else skb.Prev.Next = skb.Next;
        if (skb.Next is null) Tail = skb.Prev;
        else skb.Next.Prev = skb.Prev;
        skb.Next = skb.Prev = null;
    }

    public SkBuff? TakeHead()
    {
        SkBuff? skb = Head;
        if (skb is not null) Remove(skb);
        return skb;
    }

    /// <summary>Frees all.</summary>
    public void Purge()
    {
        while (TakeHead() is { } skb) skb.Free();
    }
}
