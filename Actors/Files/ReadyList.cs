// rdllist of struct eventpoll: the watched files that may have events, in the order in which they will be looked at.

namespace ActorNet.Actors;

/// <summary>A list of items, linked through themselves. An item is in one list at a time, and knows that it is, but not in which.</summary>
internal sealed class ReadyList
{
    private EpollItem? _tail;

    public EpollItem? Head { get; private set; }

    public void AddLast(EpollItem item)
    {
        item.IsListed = true;
        (item.PrevReady, item.NextReady) = (_tail, null);
        if (_tail is null) Head = item;
        else _tail.NextReady = item;
        _tail = item;
    }

    public void AddFirst(EpollItem item)
    {
        item.IsListed = true;
        (item.PrevReady, item.NextReady) = (null, Head);
        if (Head is null) _tail = item;
        else Head.PrevReady = item;
        Head = item;
    }

    public void Remove(EpollItem item)
    {
        if (item.PrevReady is null) Head = item.NextReady;
        else item.PrevReady.NextReady = item.NextReady;
        if (item.NextReady is null) _tail = item.PrevReady;
        else item.NextReady.PrevReady = item.PrevReady;
        item.PrevReady = item.NextReady = null;
        item.IsListed = false;
    }

    public EpollItem? TakeFirst()
    {
        EpollItem? first = Head;
        if (first is not null) Remove(first);
        return first;
    }

    /// <summary>At one of the ends, where taking an item out changes the list itself.</summary>
    public bool HasAtAnEnd(EpollItem item) => Head == item || _tail == item;

    /// <summary>Puts all of another list before its own, however many they are (list_splice_init).</summary>
    public void Splice(ReadyList other)
    {
        if (other.Head is null) return;
        other._tail!.NextReady = Head;
        if (Head is null) _tail = other._tail;
        else Head.PrevReady = other._tail;
        Head = other.Head;
        other.Head = other._tail = null;
    }
}
