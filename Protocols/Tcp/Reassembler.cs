// The out-of-order queue and the SACK blocks that report it: RFC 2018 section 4, RFC 2883. Mirrors out_of_order_queue, tcp_sack_new_ofo_skb and
// tcp_dsack_set (net/ipv4/tcp_input.c). Made when the first segment arrives out of order, given up when the last hole is filled.

namespace ActorNet.Protocols.Tcp;

/// <summary>Segments beyond a hole, in order, none wholly inside another; and what to tell the peer of them.</summary>
internal sealed class Reassembler
{
    public SegmentQueue Queue;

    private SackBlocks _blocks;
    private SackBlock _dsack;
    private bool _hasDsack;

    /// <summary>How many ranges are remembered, most recently touched first; 0 to 4.</summary>
    public int BlockCount { get; private set; }

    /// <summary>Where the D-SACK to report begins, if there is one.</summary>
    public bool TryGetDsack(out SeqNum start)
    {
        start = _dsack.Start;
        return _hasDsack;
    }

    public bool HasSomethingToReport => _hasDsack || BlockCount > 0;

    /// <summary>Puts a segment where it belongs. What it covers already is trimmed or thrown away.</summary>
    /// <param name="charge">What a segment is charged for beside its bytes.</param>
    /// <param name="truesizeFreed">The charge of segments that were freed because this one covers them.</param>
    /// <returns>False when every byte was here already: the caller drops it (and reports a D-SACK).</returns>
    public bool Insert(SkBuff skb, Net net, int charge, out int truesizeFreed)
    {
        truesizeFreed = 0;
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
        SkBuff? prev = Queue.Tail;
        while (prev is not null && (SeqNum)prev.Tcp.Seq > seq) prev = prev.Prev;
        if (prev is not null && (SeqNum)prev.Tcp.EndSeq > seq)
        {
            if (end <= prev.Tcp.EndSeq)
            {
                SetDsack(seq, end);
                return false;
            }

            if (prev.Tcp.Seq == seq.Value)
            {
                // Same start and longer: it takes the other's place.
                SetDsack(seq, prev.Tcp.EndSeq);
                truesizeFreed += Discard(prev, net) + charge;
            }
            else
            {
                // Overlaps are kept as they came; the reader skips what it has.
                SetDsack(seq, prev.Tcp.EndSeq);
            }
        }

        SkBuff? next = Queue.Head;
        if (Queue.Tail is not null && (SeqNum)Queue.Tail.Tcp.Seq <= seq) next = null;
        else if (next is not null) next = FirstAfter(seq);
        Queue.InsertBefore(next, skb);
        while (skb.Next is { } later && (SeqNum)later.Tcp.Seq < end)
        {
            if (end < later.Tcp.EndSeq)
            {
                ExtendDsack(later.Tcp.Seq, end);
                break;
            }

            ExtendDsack(later.Tcp.Seq, later.Tcp.EndSeq);
            truesizeFreed += Discard(later, net) + charge;
        }

        Touch(seq, end);
        return true;
    }

    /// <summary>Forgets blocks that RCV.NXT has passed (tcp_sack_remove).</summary>
    public void Remove(SeqNum rcvNxt)
    {
        if (Queue.IsEmpty)
        {
            BlockCount = 0;
            return;
        }

        int kept = 0;
        for (int i = 0; i < BlockCount; i++)
            if (_blocks[i].Start > rcvNxt) _blocks[kept++] = _blocks[i];
        BlockCount = kept;
    }

    /// <summary>Reports a duplicate range in the next ACK (tcp_dsack_set).</summary>
    public void SetDsack(SeqNum start, SeqNum end)
    {
        _dsack = new SackBlock(start, end);
        _hasDsack = true;
    }

    public void ClearDsack() => _hasDsack = false;

    /// <summary>tcp_sack_reset: nothing is reported of what has come so far.</summary>
    public void ForgetBlocks() => BlockCount = 0;

    /// <summary>Writes at most so many blocks, the D-SACK first, then the most recent.</summary>
    public int Report(Span<SackBlock> into, int room)
    {
        int n = 0;
        if (_hasDsack && n < room) into[n++] = _dsack;
        for (int i = 0; i < BlockCount && n < room; i++) into[n++] = _blocks[i];
        return n;
    }

    /// <summary>The right edge of everything reported, or <paramref name="floor"/> (for RFC 5961's RST check).</summary>
    public SeqNum HighestEnd(SeqNum floor)
    {
        for (int i = 0; i < BlockCount; i++) floor = SeqNum.Max(floor, _blocks[i].End);
        return floor;
    }

    private SkBuff? FirstAfter(SeqNum seq)
    {
        SkBuff? at = Queue.Tail;
        while (at?.Prev is not null && (SeqNum)at.Prev.Tcp.Seq > seq) at = at.Prev;
        return at;
    }

    private int Discard(SkBuff skb, Net net)
    {
        int length = skb.Length;
        Queue.Remove(skb);
        net.Mib.Inc(Snmp.TcpExtTCPOFOMerge);
        net.Mib.Drop(skb, DropReason.TCP_OFOMERGE);
        return length;
    }

    private void ExtendDsack(SeqNum start, SeqNum end)
    {
        if (!_hasDsack) SetDsack(start, end);
        else if (_dsack.Start <= end && start <= _dsack.End) _dsack = new SackBlock(SeqNum.Min(start, _dsack.Start), SeqNum.Max(end, _dsack.End));
    }

    // RFC 2018: the first block holds the segment that triggered the ACK; blocks that it joins become one.
    private void Touch(SeqNum start, SeqNum end)
    {
        var block = new SackBlock(start, end);
        int kept = 0;
        SackBlocks rest = default;
        for (int i = 0; i < BlockCount; i++)
        {
            SackBlock b = _blocks[i];
            if (b.Start <= block.End && block.Start <= b.End) block = new SackBlock(SeqNum.Min(b.Start, block.Start), SeqNum.Max(b.End, block.End));
            else rest[kept++] = b;
        }

        if (kept > 3) kept = 3;
        _blocks[0] = block;
        for (int i = 0; i < kept; i++) _blocks[i + 1] = rest[i];
        BlockCount = kept + 1;
    }
}
