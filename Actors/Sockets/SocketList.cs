// All sockets of a namespace, for those who look at them from outside: /proc/net, `ss` and a run's record (the kernel walks its hash tables for this).
// Sockfs enters a socket when it makes its actor; the actor takes it out at its end. An idle socket costs two words here.

namespace ActorNet.Actors;

/// <summary>The sockets of a namespace whose actors are alive. Owned by the host's loop.</summary>
internal sealed class SocketList
{
    private (Sock? Sk, ulong Number)[] _slots = [];
    private int _used, _last;
    private ulong _numbers;

    public int Count => _used;

    /// <summary>A socket's actor is made.</summary>
    public void Add(Sock sk)
    {
        if (_last == _slots.Length) Array.Resize(ref _slots, _last < 256 ? Math.Max(4, _last * 2) : _last + _last / 4);
        _slots[_last] = (sk, ++_numbers);
        sk.Slot = ++_last;
        _used++;
    }

    /// <summary>Its actor is gone. More than once does nothing.</summary>
    public void Remove(Sock sk)
    {
        if (sk.Slot == 0) return;
        _slots[sk.Slot - 1].Sk = null;
        sk.Slot = 0;
        _used--;
        if (_used < _last / 2 && _last > 16) Close();
    }

    /// <summary>All, oldest first, each with a number of its own.</summary>
    public IEnumerable<(Sock Sk, ulong Number)> All
    {
        get
        {
            for (int i = 0; i < _last; i++)
            {
                if (_slots[i].Sk is { } sk) yield return (sk, _slots[i].Number);
            }
        }
    }

    // Moves everyone down into the gaps; the order stays.
    private void Close()
    {
        int to = 0;
        for (int i = 0; i < _last; i++)
        {
            if (_slots[i].Sk is not { } sk) continue;
            _slots[to++] = _slots[i];
            sk.Slot = to;
        }

        Array.Clear(_slots, to, _last - to);
        _last = to;
    }
}
