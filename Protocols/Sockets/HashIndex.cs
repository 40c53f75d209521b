// An open-addressing index from 32-bit hashes to row numbers: linear probing, deletion by shifting back, nothing allocated per row.
// The order of its slots depends on nothing but the hashes, so that runs repeat.

namespace ActorNet.Protocols;

/// <summary>Finds the rows of a table by hash. The caller compares the keys; several rows may have one hash.</summary>
internal struct HashIndex
{
    private Slot[]? _slots;
    private int _count;

    /// <summary>Bytes that the index holds.</summary>
    public readonly long Bytes => _slots is null ? 0 : _slots.Length * 8L;

    /// <summary>The first row with this hash, or -1.</summary>
    public readonly int First(uint hash, out int cursor)
    {
        cursor = 0;
        if (_slots is null) return -1;
        cursor = (int)(Spread(hash) & (uint)(_slots.Length - 1));
        return Scan(hash, ref cursor);
    }

    /// <summary>The next row with this hash after the one that the cursor stands on, or -1. Not after a change.</summary>
    public readonly int Next(uint hash, ref int cursor)
    {
        cursor = cursor + 1 & _slots!.Length - 1;
        return Scan(hash, ref cursor);
    }

    public void Add(uint hash, int row)
    {
        if (_slots is null) _slots = new Slot[8];
        else if (_count >= _slots.Length - (_slots.Length >> 2)) Grow();
        Place(_slots, hash, row + 1);
        _count++;
    }

    /// <summary>Another row takes the place of one, with the same hash.</summary>
    public readonly void Replace(uint hash, int row, int by) => _slots![Place(hash, row)].Row = by + 1;

    public void Remove(uint hash, int row)
    {
        int at = Place(hash, row);
        Slot[] s = _slots!;
        int mask = s.Length - 1;

        // Move back what could not be placed nearer to its home because of the row that goes.
        for (int hole = at, next = at + 1 & mask; ; next = next + 1 & mask)
        {
            if (s[next].Row == 0)
            {
                s[hole] = default;
                break;
            }

            int home = (int)(Spread(s[next].Hash) & (uint)mask);
            if ((next - home & mask) < (next - hole & mask)) continue;
            s[hole] = s[next];
            hole = next;
        }

        _count--;
    }

    /// <summary>Slots that are read until a row is found: the mean over all, and the most.</summary>
    public readonly (double Mean, int Most) Reads()
    {
        Slot[] s = _slots ?? [];
        long all = 0;
        int most = 0;
        for (int i = 0; i < s.Length; i++)
        {
            if (s[i].Row == 0) continue;
            int reads = (i - (int)Spread(s[i].Hash) & s.Length - 1) + 1;
            all += reads;
            most = Math.Max(most, reads);
        }

        return (_count == 0 ? 0 : (double)all / _count, most);
    }

    private readonly int Place(uint hash, int row)
    {
        Slot[] s = _slots ?? [];
        int mask = s.Length - 1, at = (int)(Spread(hash) & (uint)mask);
        for (; s[at].Row != row + 1; at = at + 1 & mask)
        {
            if (s[at].Row == 0) throw new InvalidOperationException("row not in index");
        }

        return at;
    }

    private readonly int Scan(uint hash, ref int cursor)
    {
        Slot[] s = _slots!;
        for (; ; cursor = cursor + 1 & s.Length - 1)
        {
            ref Slot slot = ref s[cursor];
            if (slot.Row == 0) return -1;
            if (slot.Hash == hash) return slot.Row - 1;
        }
    }

    private void Grow()
    {
        var larger = new Slot[_slots!.Length * 2];
        foreach (Slot s in _slots)
        {
            if (s.Row != 0) Place(larger, s.Hash, s.Row);
        }

        _slots = larger;
    }

    private static void Place(Slot[] slots, uint hash, int row)
    {
        int at = (int)(Spread(hash) & (uint)(slots.Length - 1));
        while (slots[at].Row != 0) at = at + 1 & slots.Length - 1;
        slots[at] = new Slot { Hash = hash, Row = row };
    }

    private static uint Spread(uint hash) => hash ^ hash >> 15;

    private struct Slot
    {
        public uint Hash;
        public int Row;
    }
}
