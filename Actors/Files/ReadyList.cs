// rdllist of struct eventpoll: the watched files that may have events, in the order in which they will be looked at.

namespace ActorNet.Actors;

/// <summary>A list of items, linked through themselves. An item is in one list at a time.</summary>
internal sealed class ReadyList(EpollItem.Place place)
{
    private EpollItem? _tail;

    public EpollItem? Head { get; private set; }

    public void AddLast(EpollItem item)
    {
        item.At = place;
        (item.PrevReady, item.NextReady) = (_tail, null);
        if (_tail is null) Head = item;
        else _tail.NextReady = item;
        _tail = item;
    }

    public void AddFirst(EpollItem item)
    {
        item.At = place;
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
        item.At = EpollItem.Place.None;
    }

    public EpollItem? TakeFirst()
    {
        EpollItem? first = Head;
        if (first is not null) Remove(first);
        return first;
    }

    public EpollItem? TakeLast()
    {
        EpollItem? last = _tail;
        if (last is not null) Remove(last);
        return last;
    }
}
