// A NIC's receive ring: frames between their arrival and the poll, in order, at most so many. Chained, so that an idle ring is three words.

namespace ActorNet.Devices;

/// <summary>A bounded queue of frames.</summary>
internal struct RxRing(int size)
{
    private readonly int _size = size;
    private SkBuff? _head, _tail;

    public int Count { get; private set; }

    public readonly bool IsFull => Count >= _size;

    public void Add(SkBuff skb)
    {
        if (_head is null) _head = skb;
        else _tail!.Next = skb;
        _tail = skb;
        Count++;
    }

    public bool TryTake([NotNullWhen(true)] out SkBuff? skb)
    {
        skb = _head;
        if (skb is null) return false;
        _head = skb.Next;
        skb.Next = null;
        Count--;
        return true;
    }
}
