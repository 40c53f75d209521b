// The wheel behind the heap of a crowded queue: eleven levels of 64 slots, each slot a growing array of entries with the smallest time among them.

using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorNet.Engine.Hosts;

internal sealed partial class EventQueue
{
    private sealed class Wheel
    {
        private const int Bits = 6;
        private const int Slots = 1 << Bits;
        private const int Levels = 11;

        // A slot this short in time (262 us) with this few entries goes to the heap whole: sorting it there is cheaper than moving it down again.
        private const int ShortLevel = 3;
        private const int FewEntries = 128;

        // Wheels that no queue needs now, with their arrays: a host whose queue is crowded again and again takes one of these, and idle hosts have none.
        private const int MostSpares = 8;

        // Of a wheel that is put away: longer arrays are for any queue.
        private const int LongestKept = 1024;

        [ThreadStatic]
        private static Stack<Wheel>? t_spares;

        private readonly Slot[]?[] _slots = new Slot[Levels][];
        private readonly ulong[] _occupied = new ulong[Levels];

        // Arrays of slots that were emptied, by the logarithm of their length: a burst may fill all slots of a level, and the next one wants them again.
        private const int MostOfEach = Slots;
        private readonly Stack<Entry[]>?[] _spare = new Stack<Entry[]>?[LongFirst + 1];

        // What a slot begins with, if there is one to spare: nothing is copied then until it has more than that.
        private const int LongFirst = 7;
        private uint _levels;

        private struct Slot
        {
            public Entry[]? Entries;
            public int Count;
            public long Min;
        }

        /// <summary>An empty wheel.</summary>
        public static Wheel Take() => t_spares is { Count: > 0 } spares ? spares.Pop() : new Wheel();

        /// <summary>Empties it and puts it away, for whichever queue of this thread needs one next.</summary>
        public void PutAway()
        {
            Stack<Wheel> spares = t_spares ??= new Stack<Wheel>();
            if (spares.Count >= MostSpares)
                return;
            for (int level = 0; level < Levels; level++)
            {
                if (_slots[level] is not Slot[] slots)
                    continue;
                for (int number = 0; number < Slots; number++)
                {
                    ref Slot slot = ref slots[number];
                    slot.Count = 0;
                    if (slot.Entries is { Length: > LongestKept } longer)
                    {
                        SpareArrays<Entry>.Put(longer);
                        slot.Entries = null;
                    }
                }
                _occupied[level] = 0;
            }
            _levels = 0;
            spares.Push(this);
        }

        /// <summary>The smallest time of all entries, dead ones too.</summary>
        public long NextTime
        {
            get
            {
                if (_levels == 0)
                    return Never;
                int level = BitOperations.TrailingZeroCount(_levels);
                return _slots[level]![BitOperations.TrailingZeroCount(_occupied[level])].Min;
            }
        }

        public long Bytes
        {
            get
            {
                long bytes = 1000;
                foreach (Slot[]? level in _slots)
                {
                    if (level is null)
                        continue;
                    bytes += Slots * Unsafe.SizeOf<Slot>();
                    foreach (Slot slot in level)
                        bytes += (slot.Entries?.Length ?? 0) * (long)Unsafe.SizeOf<Entry>();
                }
                return bytes;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(in Entry entry, long @base)
        {
            int level = (63 - BitOperations.LeadingZeroCount((ulong)(entry.Time ^ @base))) / Bits;
            int number = (int)(entry.Time >> (level * Bits)) & (Slots - 1);
            Slot[] slots = _slots[level] ??= new Slot[Slots];
            ref Slot slot = ref slots[number];
            int count = slot.Count;
            if (count == 0)
            {
                _occupied[level] |= 1UL << number;
                _levels |= 1u << level;
                slot.Min = entry.Time;
            }
            else if (entry.Time < slot.Min)
            {
                slot.Min = entry.Time;
            }
            Entry[]? entries = slot.Entries;
            if (entries is null || count == entries.Length)
                entries = Grow(ref slot);
            entries[count] = entry;
            slot.Count = count + 1;
        }

        /// <summary>Empties the earliest slot, and moves the base to its first time or, if all of it may go to the heap, to its last.</summary>
        public Entry[] TakeEarliest(ref long @base, out int count)
        {
            int level = BitOperations.TrailingZeroCount(_levels);
            int number = BitOperations.TrailingZeroCount(_occupied[level]);
            ref Slot slot = ref _slots[level]![number];
            Entry[] entries = slot.Entries!;
            count = slot.Count;
            @base = slot.Min;
            if (level <= ShortLevel && count <= FewEntries)
            {
                for (int i = 0; i < count; i++)
                    @base = Math.Max(@base, entries[i].Time);
            }
            slot.Entries = null;
            slot.Count = 0;
            Vacate(level, number);
            return entries;
        }

        /// <summary>Takes an array back that TakeEarliest gave out.</summary>
        public void Return(Entry[] entries)
        {
            int size = BitOperations.Log2((uint)entries.Length);
            if (size > LongFirst)
            {
                SpareArrays<Entry>.Put(entries);
                return;
            }
            Stack<Entry[]> spares = _spare[size] ??= new Stack<Entry[]>();
            if (spares.Count < MostOfEach)
                spares.Push(entries);
        }

        /// <summary>Puts all that is alive into the heap.</summary>
        public void TakeAll(EventQueue queue)
        {
            Sweep(queue);
            foreach (Slot[]? slots in _slots)
            {
                for (int number = 0; slots is not null && number < Slots; number++)
                {
                    for (int i = 0; i < slots[number].Count; i++)
                        queue.Push(slots[number].Entries![i]);
                }
            }
        }

        public void Sweep(EventQueue queue)
        {
            for (int level = 0; level < Levels; level++)
            {
                Slot[]? slots = _slots[level];
                if (slots is null)
                    continue;
                for (int number = 0; number < Slots; number++)
                {
                    if (slots[number].Count > 0)
                        SweepSlot(queue, level, number, ref slots[number]);
                }
            }
        }

        private void SweepSlot(EventQueue queue, int level, int number, ref Slot slot)
        {
            Entry[] entries = slot.Entries!;
            int kept = 0;
            long min = Never;
            for (int i = 0; i < slot.Count; i++)
            {
                if (!queue.IsAlive(entries[i]))
                    continue;
                min = Math.Min(min, entries[i].Time);
                entries[kept++] = entries[i];
            }
            slot.Count = kept;
            slot.Min = min;
            if (kept > 0)
                return;
            Return(entries);
            slot.Entries = null;
            Vacate(level, number);
        }

        private void Vacate(int level, int number)
        {
            _occupied[level] &= ~(1UL << number);
            if (_occupied[level] == 0)
                _levels &= ~(1u << level);
        }

        private Entry[] Grow(ref Slot slot)
        {
            if (slot.Entries is not Entry[] old)
            {
                for (int size = LongFirst; size > 2; size--)
                {
                    if (_spare[size] is { Count: > 0 } spares)
                        return slot.Entries = spares.Pop();
                }
                return slot.Entries = Spare(2);
            }
            Entry[] grown = Spare(BitOperations.Log2((uint)old.Length) + 1);
            Array.Copy(old, grown, slot.Count);
            Return(old);
            return slot.Entries = grown;
        }

        private Entry[] Spare(int size) => size <= LongFirst && _spare[size] is { Count: > 0 } spares ? spares.Pop() : SpareArrays<Entry>.Take(1 << size);
    }
}
