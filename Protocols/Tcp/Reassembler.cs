// The out-of-order queue and the SACK blocks that report it: RFC 2018 section 4, RFC 2883. Mirrors out_of_order_queue, tcp_sack_new_ofo_skb and
// tcp_dsack_set (net/ipv4/tcp_input.c). Made when the first segment arrives out of order, given up when the last hole is filled.

namespace ActorNet.Protocols.Tcp;

/// <summary>What became of a segment that came out of order.</summary>
internal enum OfoOutcome
{
    /// <summary>It is in the queue.</summary>
    Queued,

    /// <summary>Its bytes are in another's room; it is still the caller's.</summary>
    Joined,

    /// <summary>All of it was here; it is still the caller's.</summary>
    Duplicate,
}

/// <summary>Segments beyond a hole, in order; and what to tell the peer of them.</summary>
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

    /// <summary>
    /// Puts a segment where it belongs: into the room of the one that it goes on from, or into the queue in order of its sequence number. One that all bytes of
    /// are here already is left to the caller; those that it covers go. What is here twice is kept as it came (the reader skips it) and reported by a D-SACK.
    /// </summary>
    /// <param name="charge">What a segment is charged for beside its bytes.</param>
    /// <param name="truesizeFreed">The charge of segments that were freed because this one covers them.</param>
    public OfoOutcome Insert(SkBuff skb, Net net, int charge, out int truesizeFreed)
    {
        truesizeFreed = 0;
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
        SkBuff? prev = Queue.Tail;
        if (prev is not null && TryJoin(prev, skb, net)) return OfoOutcome.Joined;
        while (prev is not null && (SeqNum)prev.Tcp.Seq > seq) prev = prev.Prev;
        SkBuff? next = prev is null ? Queue.Head : prev.Next;
        if (prev is not null && (SeqNum)prev.Tcp.EndSeq > seq)
        {
            if (end <= prev.Tcp.EndSeq)
            {
                net.Mib.Inc(Snmp.TcpExtTCPOFOMerge);
                SetDsack(seq, end, net);
                return OfoOutcome.Duplicate;
            }

            if (prev.Tcp.Seq == seq.Value)
            {
                // Same start and longer: it takes the other's place.
                ExtendDsack(seq, prev.Tcp.EndSeq, net);
                truesizeFreed += Discard(prev, net, charge);
            }
            else
            {
                SetDsack(seq, prev.Tcp.EndSeq, net);
            }
        }
        else if (prev is not null && TryJoin(prev, skb, net))
        {
            return OfoOutcome.Joined; // what it covers behind it stays
        }

        Queue.InsertBefore(next, skb);
        while (skb.Next is { } later && (SeqNum)later.Tcp.Seq < end)
        {
            if (end < later.Tcp.EndSeq)
            {
                ExtendDsack(later.Tcp.Seq, end, net);
                break;
            }

            ExtendDsack(later.Tcp.Seq, later.Tcp.EndSeq, net);
            truesizeFreed += Discard(later, net, charge);
        }

        return OfoOutcome.Queued;
    }

    /// <summary>tcp_ooo_try_coalesce: into the room behind another, where both are one buffer each (<see cref="SkBuff.LinearTruesize"/>).</summary>
    private static bool TryJoin(SkBuff to, SkBuff skb, Net net)
    {
        int length = skb.Length;
        if (to.Tcp.EndSeq != skb.Tcp.Seq || to.LinearTruesize == 0 || length > to.LinearRoom || length > to.Tailroom) return false;
        net.Mib.Inc(Snmp.TcpExtTCPRcvCoalesce);
        to.Put(skb.Data);
        to.Tcp.EndSeq = skb.Tcp.EndSeq;
        to.Tcp.Flags |= skb.Tcp.Flags;
        if (skb.Tstamp != default) to.Tstamp = skb.Tstamp;
        to.GsoSegs = Math.Max(1, to.GsoSegs) + Math.Max(1, skb.GsoSegs); // for who counts it as dropped
        to.Recount(to.LinearTruesize, to.LinearRoom - length);
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

    private void SetDsack(SeqNum start, SeqNum end, Net net)
    {
        if (ReportsDuplicates) net.Mib.Inc(Snmp.TcpExtTCPDSACKOfoSent);
        SetDsack(start, end);
    }

    /// <summary>Segments that others covered, since the reader set it to 0 (sk_drops).</summary>
    public int Dropped { get; set; }

    /// <summary>SACK was agreed on, and tcp_dsack is set.</summary>
    public bool ReportsDuplicates { get; set; }

    /// <summary>Reports a duplicate range in the next ACK (tcp_dsack_set).</summary>
    public void SetDsack(SeqNum start, SeqNum end)
    {
        if (!ReportsDuplicates) return;
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

    private int Discard(SkBuff skb, Net net, int charge)
    {
        int truesize = skb.LinearTruesize > 0 ? skb.LinearTruesize : skb.Length + charge;
        Dropped += Math.Max(1, skb.GsoSegs);
        Queue.Remove(skb);
        net.Mib.Inc(Snmp.TcpExtTCPOFOMerge);
        net.Mib.Drop(skb, DropReason.TCP_OFOMERGE);
        return truesize;
    }

    private void ExtendDsack(SeqNum start, SeqNum end, Net net)
    {
        if (!_hasDsack) SetDsack(start, end, net);
        else ExtendDsack(start, end);
    }

    /// <summary>tcp_dsack_extend, when there is one: where they touch.</summary>
    /// <returns>False when there is none.</returns>
    public bool ExtendDsack(SeqNum start, SeqNum end)
    {
        if (_hasDsack && _dsack.Start <= end && start <= _dsack.End) _dsack = new SackBlock(SeqNum.Min(start, _dsack.Start), SeqNum.Max(end, _dsack.End));
        return _hasDsack;
    }

    /// <summary>How many blocks come before the first that these bytes touch; all when they touch none.</summary>
    public int Place(SeqNum start, SeqNum end)
    {
        int i = 0;
        while (i < BlockCount && !(_blocks[i].Start <= end && start <= _blocks[i].End)) i++;
        return i;
    }

    /// <summary>tcp_sack_new_ofo_skb. RFC 2018: the first block holds the segment that triggered the ACK; blocks that it joins become one.</summary>
    public void Touch(SeqNum start, SeqNum end)
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
