// MSG_ZEROCOPY's notifications (struct ubuf_info_msgzc; msg_zerocopy_realloc, __msg_zerocopy_callback, msg_zerocopy_put_abort of net/core/skbuff.c). Bytes are
// copied here, as Linux copies them for a device that needs it, and the notification says so (SO_EE_CODE_ZEROCOPY_COPIED).

namespace ActorNet.Protocols.Tcp;

/// <summary>One notification to come: the numbers of its calls, and where their bytes end. Used again when it has been told.</summary>
internal sealed class ZerocopyNote
{
    /// <summary>The first call's number, and how many there are; of those, how many have not answered.</summary>
    public uint Low;
    public int Count, Calls;

    /// <summary>Bytes that the calls were to send, and the sequence number behind the last that they did; meaningless before <see cref="HasBytes"/>.</summary>
    public int Bytes;
    public SeqNum End;
    public bool HasBytes;

    /// <summary>The list of those to come, or of spare ones.</summary>
    public ZerocopyNote? Next;
}

/// <summary>The calls with MSG_ZEROCOPY whose bytes are not all acknowledged, several of them at work at once if need be.</summary>
internal sealed class TcpZerocopy
{
    // MAX_SKB_FRAGS, a page, and the most bytes and calls that one notification stands for.
    private const int MaxFrags = 17, Page = 4096, MaxBytes = 1 << 19, MaxCalls = ushort.MaxValue - 1;

    // Those to come, in the order in which they began; spare ones; that of the last packet.
    private ZerocopyNote? _pending, _latest, _spare, _tail;
    private uint _next;

    // Calls that have not answered; whether more than one was at work at once: then bytes and notifications are in no common order.
    private int _atWork;
    private bool _isMixed;
    private int[] _pieces = [];
    private int _pieceCount, _offset, _runFrags;

    /// <summary>Whose bytes are being taken now; null outside a call with MSG_ZEROCOPY.</summary>
    public ZerocopyNote? Current { get; private set; }

    /// <summary>msg_zerocopy_realloc: a call begins, and has a number from now on.</summary>
    /// <param name="bytes">All that it is to send.</param>
    /// <param name="joins">There is a packet that waits to be sent: if it has a notification, and numbers follow each other, theirs become one.</param>
    public ZerocopyNote Begin(int bytes, bool joins)
    {
        _isMixed = _pending is not null && (_isMixed || _atWork > 0);
        _atWork++;
        if (joins && _tail is { } tail && (long)tail.Bytes + bytes <= MaxBytes && tail.Count < MaxCalls && tail.Low + (uint)tail.Count == _next)
        {
            tail.Count++;
            tail.Calls++;
            tail.Bytes += bytes;
            _next++;
            return tail;
        }

        ZerocopyNote note = _spare ?? new ZerocopyNote();
        _spare = note.Next;
        (note.Low, note.Count, note.Calls, note.Bytes, note.HasBytes, note.Next) = (_next++, 1, 1, bytes, false, null);
        if (_pending is null) _pending = note;
        else _latest!.Next = note;
        return _latest = note;
    }

    /// <summary>The call goes on, from so many bytes on; afterwards <see cref="Current"/> is null again.</summary>
    public void Enter(ZerocopyNote? note, int done) => (Current, _offset, _pieceCount) = (note, done, 0);

    /// <summary>The lengths of the call's pieces, to be filled in; without them it is one piece.</summary>
    public Span<int> Pieces(int count)
    {
        if (_pieces.Length < count) _pieces = new int[count];
        _pieceCount = count;
        return _pieces.AsSpan(0, count);
    }

    /// <summary>A packet of the kernel's begins, with bytes of the current call, or of one without MSG_ZEROCOPY.</summary>
    public void NewRun()
    {
        _runFrags = 0;
        _tail = Current;
    }

    /// <summary>How many bytes of the call from here on fit into the packet's pieces; 0: it is full, or another notification's.</summary>
    public int Fits(int copied, int left)
    {
        if (_tail is not null && _tail != Current) return 0;
        int bytes = 0;
        for (int frags = _runFrags; frags < MaxFrags && bytes < left; frags++) bytes += Frag(_offset + copied + bytes, left - bytes);
        return bytes;
    }

    /// <summary>So many went into it.</summary>
    public void Take(int copied, int n)
    {
        for (int bytes = 0; bytes < n; _runFrags++) bytes += Frag(_offset + copied + bytes, n - bytes);
        _tail = Current;
    }

    /// <summary>This part of the call is over: bytes up to here are its.</summary>
    public void Commit(int copied, SeqNum end)
    {
        _offset += copied;
        if (copied == 0 || Current is not { } note) return;
        note.End = end;
        note.HasBytes = true;
    }

    /// <summary>A call answers.</summary>
    /// <param name="abort">It sent nothing: its number is the next one's (net_zcopy_put_abort).</param>
    public void End(ZerocopyNote note, bool abort)
    {
        note.Calls--;
        _atWork--;
        if (!abort) return;
        note.Count--;
        _next--;
    }

    /// <summary>Takes one of those whose calls have answered and whose bytes are acknowledged, in the order in which they were.</summary>
    /// <param name="all">What is not acknowledged is given up.</param>
    public bool TryTake(SeqNum una, bool all, out uint low, out uint high)
    {
        while (First(una, all) is { } note)
        {
            (low, high) = (note.Low, note.Low + (uint)note.Count - 1);
            bool told = note.Count > 0;
            Release(note);
            if (told) return true;
        }

        (low, high) = (0, 0);
        return false;
    }

    private ZerocopyNote? First(SeqNum una, bool all)
    {
        ZerocopyNote? first = null;
        for (ZerocopyNote? n = _pending; n is not null; n = n.Next)
        {
            bool ready = n.Calls == 0 && (!n.HasBytes || all || n.End <= una);
            if (ready && (first is null || (first.HasBytes && (!n.HasBytes || n.End < first.End)))) first = n;
            if (!_isMixed) break;
        }

        return first;
    }

    private void Release(ZerocopyNote note)
    {
        ZerocopyNote? before = null;
        for (ZerocopyNote? n = _pending; n != note; n = n!.Next) before = n;
        if (before is null) _pending = note.Next;
        else before.Next = note.Next;
        if (_latest == note) _latest = before;

        if (_tail == note) _tail = null;
        note.Next = _spare;
        _spare = note;
    }

    // How much of the next bytes is in one page of one piece.
    private int Frag(int at, int left)
    {
        int begin = 0, length = int.MaxValue;
        for (int i = 0; i < _pieceCount; i++)
        {
            length = _pieces[i];
            if (at < begin + length) break;
            begin += length;
        }

        int within = at - begin;
        return Math.Max(1, Math.Min(left, Math.Min(length - within, Page - within % Page)));
    }
}
