// MSG_ZEROCOPY's notifications (struct ubuf_info_msgzc; msg_zerocopy_realloc, __msg_zerocopy_callback of net/core/skbuff.c). Bytes are copied here, as Linux
// copies them for a device that needs it, and the notification says so (SO_EE_CODE_ZEROCOPY_COPIED).

namespace ActorNet.Protocols.Tcp;

/// <summary>The calls with MSG_ZEROCOPY whose bytes are not all acknowledged.</summary>
internal sealed class TcpZerocopy
{
    // MAX_SKB_FRAGS, a page, and the most bytes that one notification stands for.
    private const int MaxFrags = 17, Page = 4096, MaxBytes = 1 << 19;

    private readonly Queue<Entry> _pending = new();
    private uint _next;
    private Entry? _last, _open;
    private bool _isOpening;
    private int[]? _pieces;
    private int _offset, _runFrags;

    /// <summary>One notification to come: the numbers of its calls, and where their bytes end.</summary>
    private sealed class Entry
    {
        public uint Low, High;
        public SeqNum End;
        public int Bytes;
    }

    /// <summary>A call begins, or goes on.</summary>
    /// <param name="pieces">The lengths of its pieces; null for one.</param>
    /// <param name="done">Bytes of it that were taken before.</param>
    public void Begin(int[]? pieces, int done)
    {
        (_pieces, _offset) = (pieces, done);
        if (done == 0) _open = null;
    }

    /// <summary>A packet of the kernel's begins.</summary>
    public void NewRun() => _runFrags = 0;

    /// <summary>How many bytes of the call from here on fit into the packet's pieces; 0: it is full.</summary>
    public int Fits(int copied, int left)
    {
        int bytes = 0;
        for (int frags = _runFrags; frags < MaxFrags && bytes < left; frags++) bytes += Frag(_offset + copied + bytes, left - bytes);
        return bytes;
    }

    /// <summary>So many went into it.</summary>
    public void Take(int copied, int n)
    {
        for (int bytes = 0; bytes < n; _runFrags++) bytes += Frag(_offset + copied + bytes, n - bytes);
    }

    /// <summary>The call, or this part of it, is over: bytes up to here are its.</summary>
    /// <param name="joins">The packet before it waits to be sent: their notifications become one if their numbers follow each other.</param>
    /// <param name="over">The call answers now. Until then it holds its notification, whatever is acknowledged.</param>
    public void Commit(int copied, SeqNum end, bool joins, bool over)
    {
        _offset += copied;
        if (copied == 0)
        {
            if (over) _open = null;
            return;
        }

        if (_open is null)
        {
            if (joins && _last is { } last && _pending.Count > 0 && last.High + 1 == _next && last.Bytes + copied <= MaxBytes)
            {
                last.High = _next++;
                _open = last;
            }
            else
            {
                _open = _last = new Entry { Low = _next, High = _next++ };
                _pending.Enqueue(_open);
            }
        }

        _open.End = end;
        _open.Bytes += copied;
        if (over) _open = null;
    }

    /// <summary>The call waits for a handshake: if that fails, the call has no notification (<see cref="Abort"/>).</summary>
    public void HoldOpening() => _isOpening = true;

    /// <summary>The call answers, with what it has.</summary>
    public void End()
    {
        _open = null;
        _isOpening = false;
    }

    /// <summary>net_zcopy_put_abort: the call that opened fails, and its number is the next one's.</summary>
    public void Abort()
    {
        if (_isOpening && _open is { } e && _pending.TryPeek(out Entry? first) && first == e)
        {
            _pending.Dequeue();
            _next = e.Low;
            _last = null;
        }

        End();
    }

    /// <summary>Whether the bytes of the first one are acknowledged; takes it.</summary>
    public bool TryTake(SeqNum una, bool all, out uint low, out uint high)
    {
        (low, high) = (0, 0);
        if (!_pending.TryPeek(out Entry? e) || (!all && e.End > una) || (e == _open && (!all || _isOpening))) return false;
        _pending.Dequeue();
        if (_open == e) _open = null;
        (low, high) = (e.Low, e.High);
        return true;
    }

    // How much of the next bytes is in one page of one piece.
    private int Frag(int at, int left)
    {
        int begin = 0, length = int.MaxValue;
        if (_pieces is not null)
        {
            foreach (int piece in _pieces)
            {
                length = piece;
                if (at < begin + piece) break;
                begin += piece;
            }
        }

        int within = at - begin;
        return Math.Max(1, Math.Min(left, Math.Min(length - within, Page - within % Page)));
    }
}
