// A first-in-first-out chain of packets through SkBuff.Next, as its head and its tail: what sk_buff_head's __skb_queue_tail and __skb_dequeue are
// (include/linux/skbuff.h), for owners that need nothing more.

namespace ActorNet.Protocols;

/// <summary>Puts packets into and takes them from a chain that its owner keeps as two fields.</summary>
internal static class SkBuffChain
{
    /// <summary>Puts a packet at the end.</summary>
    public static void Put(ref SkBuff? head, ref SkBuff? tail, SkBuff skb)
    {
        skb.Next = null;
        if (tail is null) head = skb;
        else tail.Next = skb;
        tail = skb;
    }

    /// <summary>Takes the first; false when there is none.</summary>
    public static bool Take(ref SkBuff? head, ref SkBuff? tail, [NotNullWhen(true)] out SkBuff? skb)
    {
        skb = head;
        if (skb is null) return false;
        head = skb.Next;
        if (head is null) tail = null;
        skb.Next = null;
        return true;
    }
}
