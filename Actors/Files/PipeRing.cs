// struct pipe_inode_info and its ring of pipe_buffers (include/linux/pipe_fs_i.h, fs/pipe.c): up to 16 pages, written at one end and read at the other.

using System.Buffers;

namespace ActorNet.Actors;

/// <summary>What a pipe_buffer is without its bytes: where in its page they begin, how many they are, and whether a write may append to them.</summary>
internal readonly record struct PipeBuffer(int Offset, int Length, bool IsPacket, bool CanMerge);

/// <summary>A pipe's bytes. It never waits: a full pipe takes less than is offered, an empty one gives nothing.</summary>
internal sealed class PipeRing
{
    /// <summary>A page, and PIPE_BUF: a write of up to so many bytes goes whole or not at all.</summary>
    public const int PageSize = 4096;

    private const int DefaultSlots = 16;
    private Slot[] _slots = new Slot[DefaultSlots];
    private int _first, _used;

    /// <summary>Pages that it may hold (max_usage).</summary>
    public int Capacity { get; private set; } = DefaultSlots;

    /// <summary>Bytes that wait to be read (FIONREAD).</summary>
    public int Bytes { get; private set; }

    public bool IsEmpty => _used == 0;

    /// <summary>Bytes that surely fit, whatever the last page has room for.</summary>
    public int Room => Math.Max(0, Capacity - _used) * PageSize;

    public bool IsFull => _used >= Capacity;

    /// <summary>Takes what there is room for.</summary>
    /// <param name="begins">The start of a write: what goes over whole pages is appended to the last page, if it fits there.</param>
    /// <param name="packet">O_DIRECT: each page is a message of its own, and nothing is appended to it.</param>
    public int Write(ReadOnlySpan<byte> data, bool begins, bool packet)
    {
        int total = data.Length, odd = total & (PageSize - 1);
        if (begins && odd > 0 && !IsEmpty)
        {
            ref Slot last = ref _slots[(_first + _used - 1) & (_slots.Length - 1)];
            int end = last.Offset + last.Length;
            if (last.CanMerge && end + odd <= PageSize)
            {
                data[..odd].CopyTo(last.Page.AsSpan(end));
                last.Length += odd;
                Bytes += odd;
                data = data[odd..];
            }
        }

        while (data.Length > 0 && !IsFull)
        {
            int n = Math.Min(data.Length, PageSize);
            Put(data[..n], new PipeBuffer(0, n, packet, CanMerge: !packet));
            data = data[n..];
        }

        return total - data.Length;
    }

    /// <summary>Takes what a splice brings: buffers that nobody appends to.</summary>
    /// <param name="most">Bytes of one buffer.</param>
    public int Fill(ReadOnlySpan<byte> data, int most)
    {
        int total = data.Length;
        while (data.Length > 0 && !IsFull)
        {
            int n = Math.Min(data.Length, most);
            Put(data[..n], new PipeBuffer(0, n, IsPacket: false, CanMerge: false));
            data = data[n..];
        }

        return total - data.Length;
    }

    /// <summary>Takes buffers of another pipe, as many as there is room for, and gives how many bytes these were.</summary>
    /// <param name="shared">The other pipe keeps them (tee): nobody appends to them.</param>
    public int Take(ReadOnlySpan<byte> data, List<PipeBuffer> buffers, bool shared)
    {
        int taken = 0;
        foreach (PipeBuffer buffer in buffers)
        {
            if (IsFull) break;
            Put(data.Slice(taken, buffer.Length), buffer with { CanMerge = buffer.CanMerge && !shared });
            taken += buffer.Length;
        }

        return taken;
    }

    /// <summary>Gives what there is, of packets one: what of it does not fit is lost.</summary>
    public int Read(Span<byte> buffer)
    {
        int got = 0;
        while (_used > 0 && got < buffer.Length)
        {
            ref Slot slot = ref _slots[_first];
            int n = Math.Min(slot.Length, buffer.Length - got);
            slot.Page.AsSpan(slot.Offset, n).CopyTo(buffer[got..]);
            got += n;
            Bytes -= n;
            slot.Offset += n;
            slot.Length -= n;
            bool packet = slot.IsPacket;
            if (packet || slot.Length == 0) Drop();
            if (packet) break;
        }

        return got;
    }

    /// <summary>Copies what is first, and leaves it there.</summary>
    /// <param name="buffers">Gets the buffers; of one that is not given whole what is given, which nobody appends to.</param>
    /// <param name="most">How many buffers at most.</param>
    public int Peek(Span<byte> to, List<PipeBuffer> buffers, int most = int.MaxValue)
    {
        buffers.Clear();
        int got = 0;
        for (int i = 0; i < _used && i < most && got < to.Length; i++)
        {
            ref Slot slot = ref _slots[(_first + i) & (_slots.Length - 1)];
            int n = Math.Min(slot.Length, to.Length - got);
            slot.Page.AsSpan(slot.Offset, n).CopyTo(to[got..]);
            got += n;
            buffers.Add(new PipeBuffer(slot.Offset, n, slot.IsPacket, slot.CanMerge && n == slot.Length));
        }

        return got;
    }

    /// <summary>Lets go of so many of the first bytes, of packets too. True when a buffer became free.</summary>
    public bool Skip(int bytes)
    {
        int before = _used;
        while (bytes > 0 && _used > 0)
        {
            ref Slot slot = ref _slots[_first];
            int n = Math.Min(slot.Length, bytes);
            (slot.Offset, slot.Length, Bytes, bytes) = (slot.Offset + n, slot.Length - n, Bytes - n, bytes - n);
            if (slot.Length == 0) Drop();
        }

        return _used < before;
    }

    /// <summary>F_SETPIPE_SZ: a power of two of pages. EBUSY: it holds more; EINVAL: above 2 GiB; EPERM: beyond pipe-max-size without CAP_SYS_RESOURCE;
    /// ENOMEM: the kernel keeps 40 bytes of each page in one piece of memory, and no piece is longer than 4 MiB.</summary>
    public SysResult Resize(uint bytes, bool mayExceed)
    {
        const uint pipeMaxSize = 1 << 20;
        const int mostSlots = (4 << 20) / 40;
        if (bytes > 1u << 31) return Errno.EINVAL;
        uint rounded = Math.Max(PageSize, System.Numerics.BitOperations.RoundUpToPowerOf2(bytes));
        int slots = (int)(rounded / PageSize);
        if (rounded > pipeMaxSize && slots > Capacity && !mayExceed) return Errno.EPERM;
        if (slots < _used) return Errno.EBUSY;
        if (slots > mostSlots) return Errno.ENOMEM;
        var moved = new Slot[slots];
        for (int i = 0; i < _used; i++) moved[i] = _slots[(_first + i) & (_slots.Length - 1)];
        (_slots, _first, Capacity) = (moved, 0, slots);
        return (long)rounded;
    }

    /// <summary>Frees its pages.</summary>
    public void Clear()
    {
        while (_used > 0)
        {
            Drop();
        }
    }

    private void Put(ReadOnlySpan<byte> data, PipeBuffer buffer)
    {
        var page = ArrayPool<byte>.Shared.Rent(Math.Max(PageSize, buffer.Offset + data.Length));
        data.CopyTo(page.AsSpan(buffer.Offset));
        _slots[(_first + _used++) & (_slots.Length - 1)] =
            new Slot { Page = page, Offset = buffer.Offset, Length = data.Length, IsPacket = buffer.IsPacket, CanMerge = buffer.CanMerge };
        Bytes += data.Length;
    }

    private void Drop()
    {
        Bytes -= _slots[_first].Length; // of a packet that was read in part, or of a pipe that goes
        ArrayPool<byte>.Shared.Return(_slots[_first].Page);
        _slots[_first] = default;
        _first = (_first + 1) & (_slots.Length - 1);
        _used--;
    }

    private struct Slot
    {
        public byte[] Page;
        public int Offset, Length;
        public bool IsPacket, CanMerge;
    }
}
