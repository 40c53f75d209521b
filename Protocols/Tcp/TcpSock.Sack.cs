// The scoreboard: which sent segments the peer holds, by SACK (RFC 2018, RFC 2883, RFC 6675's IsSacked) or, without it, by counting duplicate ACKs.
// Mirrors tcp_sacktag_write_queue and tcp_add_reno_sack (net/ipv4/tcp_input.c). The marks stand on the segments (SkBuff.Tcp.Sacked).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_sacktag_write_queue.</summary>
    private AckFlags SacktagWriteQueue(SkBuff skb, in TcpOptionsReceived o, SeqNum priorUna)
    {
        if (!IsSack) return AckFlags.None;
        var flag = AckFlags.None;
        SeqNum ack = skb.Tcp.AckSeq;
        _sackReord = _snd.SndNxt;
        _firstSackAt = _lastSackAt = default;
        if (_sackedOut == 0) _hasHighestSack = false;
        bool dsack = CheckDsack(ack, o, priorUna, ref flag);
        if ((SeqNum)ack < priorUna - (int)Math.Min(_snd.MaxWindow, int.MaxValue) || _packetsOut == 0) return flag;

        // In the order of the queue, not the option's: what one ACK tells of is not reordered in itself.
        Span<SackBlock> blocks = stackalloc SackBlock[4];
        int used = 0, duplicate = -1;
        for (int i = 0; i < o.SackCount; i++)
        {
            SackBlock block = o.Sacks[i];
            bool isDup = i == 0 && dsack;
            if (!IsValidSack(block, isDup))
            {
                if (isDup) Inc(_undoMarker == default ? Snmp.TcpExtTCPDSACKIgnoredNoUndo : Snmp.TcpExtTCPDSACKIgnoredOld);
                else if (ack == _snd.SndUna || block.End > _snd.SndUna) Inc(Snmp.TcpExtTCPSACKDiscard); // an old one, by ACKs that came out of order, is no fault
                continue;
            }

            if (block.End <= priorUna) continue; // very old; what this same ACK acknowledges still counts for the undo
            int at = used++;
            for (; at > 0 && blocks[at - 1].Start > block.Start; at--) blocks[at] = blocks[at - 1];
            blocks[at] = block;
            if (isDup) duplicate = at;
            else if (duplicate >= at) duplicate++;
        }

        SkBuff? from = null;
        for (int i = 0; i < used; i++)
        {
            if (i + 1 == duplicate && IsAllSacked(blocks[i])) continue; // known already (recv_sack_cache): the duplicate inside is all that is new
            if (from is null || (SeqNum)from.Tcp.Seq <= blocks[i].Start) from = FindSent(blocks[i].Start);
            flag |= TagBlock(ref from, blocks[i], i == duplicate, i + 1 == duplicate ? blocks[i + 1] : default);
        }

        if (_caState != TcpCaState.Loss || _undoMarker != default) CheckSackReordering(_sackReord, false);
        return flag;
    }

    /// <summary>
    /// tcp_is_sackblock_valid: beyond what is acknowledged and inside of what was sent. A D-SACK may also lie below all of that, if there is a reduction to undo and
    /// it is not older than that, or reaches into it.
    /// </summary>
    private bool IsValidSack(SackBlock b, bool dsack)
    {
        if (b.End > _snd.SndNxt || b.Start >= b.End || b.Start >= _snd.SndNxt) return false;
        if (b.Start > _snd.SndUna) return true;
        if (!dsack || _undoMarker == default || b.End > _snd.SndUna) return false;
        if (b.Start >= _undoMarker) return true;
        return b.End > _undoMarker && b.Start >= b.End - (int)Math.Min(_snd.MaxWindow, int.MaxValue);
    }

    /// <summary>tcp_check_dsack: is the first block a duplicate (RFC 2883 4)? Then one retransmission at least was needless.</summary>
    private bool CheckDsack(SeqNum ack, in TcpOptionsReceived o, SeqNum priorUna, ref AckFlags flag)
    {
        SackBlock first = o.Sacks[0];
        if (first.Start < ack)
        {
            Inc(Snmp.TcpExtTCPDSACKRecv);
        }
        else if (o.SackCount > 1 && first.End <= o.Sacks[1].End && first.Start >= o.Sacks[1].Start)
        {
            Inc(Snmp.TcpExtTCPDSACKOfoRecv);
        }
        else
        {
            return false;
        }

        int segments = DsackSeen(first, ref flag);
        if (segments == 0)
        {
            Inc(Snmp.TcpExtTCPDSACKIgnoredDubious);
            return false;
        }

        Net.Mib.Add(Snmp.TcpExtTCPDSACKRecvSegs, segments);
        if (_undoMarker != default && _undoRetrans > 0 && first.End <= priorUna && first.End > _undoMarker)
            _undoRetrans = Math.Max(0, _undoRetrans - segments);
        return true;
    }

    /// <summary>tcp_dsack_seen: for how many duplicates a D-SACK stands; none when it tells of more than was ever sent again.</summary>
    private int DsackSeen(SackBlock b, ref AckFlags flag)
    {
        int length = b.End - b.Start, segments = 1;
        if (length <= 0 || (uint)length > _snd.MaxWindow) return 0;
        bool isProbe = false;
        if (length > _mssCache) segments = (length + _mssCache - 1) / _mssCache;
        else if (_tlpHighSeq != default && _tlpHighSeq == b.End) isProbe = true;
        if (isProbe) flag |= AckFlags.DsackTlp;
        Flow.DsackDups += segments;
        if (Flow.DsackDups > _totalRetrans) return 0; // duplicates of the network's making
        // The window of RACK widens for reordering that was seen, not for a probe, which goes by time alone.
        if (_reordSeen > 0 && !isProbe) _rackDsackSeen = true;
        flag |= AckFlags.DsackingAck;
        _sackDelivered += segments; // what was sent again for nothing has arrived all the same
        return segments;
    }

    private bool IsAllSacked(SackBlock block)
    {
        SkBuff? skb = FindSent(block.Start);
        for (; skb is not null && (SeqNum)skb.Tcp.Seq < block.End; skb = skb.Next)
        {
            if ((skb.Tcp.Sacked & Tcpcb.SackedAcked) == 0) return false;
        }

        return true;
    }

    // Marks the segments that a block covers; one that it covers in part is cut at a multiple of the MSS. A D-SACK inside the block is done on the way.
    private AckFlags TagBlock(ref SkBuff? skb, SackBlock block, bool dsack, SackBlock inside)
    {
        var flag = AckFlags.None;
        bool wasNew = false;
        for (; skb is not null && (SeqNum)skb.Tcp.Seq < block.End; skb = skb.Next)
        {
            SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
            if (end <= block.Start) continue;
            if (seq < block.Start || end > block.End)
            {
                if (!CutAtBlock(ref skb, block)) continue;
            }

            bool isNew = (skb.Tcp.Sacked & Tcpcb.SackedAcked) == 0;
            if (isNew != wasNew && skb.Prev is not null) BeginRun(skb); // cut out of its packet
            wasNew = isNew;
            bool isDup = dsack || (inside.End != inside.Start && inside.Start <= (SeqNum)skb.Tcp.Seq && (SeqNum)skb.Tcp.EndSeq <= inside.End);
            flag |= TagOne(skb, isDup);
            _sackHint = skb;
        }

        if (wasNew && skb is not null) BeginRun(skb);
        return flag;
    }

    // tcp_match_skb_to_sack: whole segments only. A part is worth a cut when it is at least one MSS, which a segment of one MSS never is.
    private bool CutAtBlock(ref SkBuff skb, SackBlock block)
    {
        int mss = Math.Max(1, (int)_mssCache);
        SeqNum seq = skb.Tcp.Seq;
        if (seq < block.Start)
        {
            int head = (block.Start - seq + mss - 1) / mss * mss; // round up: what is not wholly covered stays uncovered
            if (head >= skb.Length) return false;
            FragmentSent(skb, head);
            skb = skb.Next!;
            if ((SeqNum)skb.Tcp.EndSeq <= block.End) return true;
            seq = skb.Tcp.Seq;
        }

        int covered = (block.End - seq) / mss * mss;
        if (covered <= 0 || covered >= skb.Length) return false;
        FragmentSent(skb, covered);
        return true;
    }

    /// <summary>tcp_sacktag_one.</summary>
    private AckFlags TagOne(SkBuff skb, bool dsack)
    {
        byte sacked = skb.Tcp.Sacked;
        var flag = AckFlags.None;
        if (dsack && (sacked & Tcpcb.Retrans) != 0)
        {
            if (_undoMarker != default && _undoRetrans > 0 && (SeqNum)skb.Tcp.EndSeq > _undoMarker) _undoRetrans--;
            if ((sacked & Tcpcb.SackedAcked) != 0 && (SeqNum)skb.Tcp.Seq < _sackReord) _sackReord = skb.Tcp.Seq;
        }

        if ((SeqNum)skb.Tcp.EndSeq <= _snd.SndUna) return flag;
        if ((sacked & Tcpcb.SackedAcked) == 0) flag |= TagArrival(skb, sacked);
        // Sent again for nothing: that copy is not under way any more.
        if (dsack && (skb.Tcp.Sacked & Tcpcb.SackedRetrans) != 0)
        {
            skb.Tcp.Sacked &= unchecked((byte)~Tcpcb.SackedRetrans);
            _retransOut--;
        }

        return flag;
    }

    private AckFlags TagArrival(SkBuff skb, byte sacked)
    {
        var flag = AckFlags.DataSacked;
        RackAdvance(sacked, skb.Tcp.EndSeq, skb.Tcp.SentAt);
        if ((sacked & Tcpcb.SackedRetrans) != 0)
        {
            // One that is not marked lost is thought to be under way still.
            if ((sacked & Tcpcb.Lost) != 0)
            {
                skb.Tcp.Sacked &= unchecked((byte)~(Tcpcb.Lost | Tcpcb.SackedRetrans));
                _lostOut--;
                _retransOut--;
            }
        }
        else
        {
            if ((sacked & Tcpcb.Retrans) == 0)
            {
                // Arrived as first sent: below the highest SACK, so the network reordered.
                if ((SeqNum)skb.Tcp.Seq < HighestSackSeq() && (SeqNum)skb.Tcp.Seq < _sackReord) _sackReord = skb.Tcp.Seq;
                if ((SeqNum)skb.Tcp.EndSeq <= _highSeq) flag |= AckFlags.OrigSackAcked;
                if (_firstSackAt.Nanoseconds == 0) _firstSackAt = skb.Tcp.SentAt;
                _lastSackAt = skb.Tcp.SentAt;
            }

            if ((sacked & Tcpcb.Lost) != 0)
            {
                skb.Tcp.Sacked &= unchecked((byte)~Tcpcb.Lost);
                _lostOut--;
            }
        }

        skb.Tcp.Sacked |= Tcpcb.SackedAcked;
        _flow?.Delivered(skb);
        if (AccEcnState is { } acc) acc.AckedBytes += skb.Length;
        _sackedOut++;
        if (!_hasHighestSack || (SeqNum)skb.Tcp.Seq >= _highestSack)
        {
            _highestSack = skb.Tcp.EndSeq;
            _hasHighestSack = true;
        }

        _sackDelivered++;
        return flag;
    }

    /// <summary>tcp_highest_sack_seq: where the highest SACKed segment ends.</summary>
    private SeqNum HighestSackSeq() => _sackedOut > 0 && _hasHighestSack ? _highestSack : _snd.SndUna;

    /// <summary>The sent segment that holds this number, or the first after it.</summary>
    private SkBuff? FindSent(SeqNum seq)
    {
        SkBuff? at = _sackHint ?? _rtxQueue.Head;
        if (at is null) return null;
        if ((SeqNum)at.Tcp.Seq > seq)
        {
            while (at.Prev is not null && (SeqNum)at.Tcp.Seq > seq) at = at.Prev;
        }

        while (at is not null && (SeqNum)at.Tcp.EndSeq <= seq) at = at.Next;
        return at;
    }

    /// <summary>tcp_add_reno_sack: without SACK each duplicate ACK stands for one segment that arrived.</summary>
    private void AddRenoSack(int dupacks)
    {
        if (dupacks == 0) return;
        int prior = _sackedOut;
        _sackedOut += dupacks;
        CheckRenoReordering(0);
        int delivered = _sackedOut - prior;
        if (delivered > 0) Delivered(delivered);
    }

    /// <summary>tcp_limit_reno_sacked: what is lost, the head at least, has not arrived. True when there was too much.</summary>
    private bool LimitRenoSacked()
    {
        int holes = Math.Min(Math.Max(_lostOut, 1), _packetsOut);
        if (_sackedOut + holes <= _packetsOut) return false;
        _sackedOut = _packetsOut - holes;
        return true;
    }

    // tcp_check_reno_reordering.
    private void CheckRenoReordering(int acked)
    {
        if (!LimitRenoSacked()) return;
        _reordering = Math.Min(_packetsOut + acked, Sysctl.tcp_max_reordering);
        _reordSeen++;
        Inc(Snmp.TcpExtTCPRenoReorder);
    }

    /// <summary>tcp_remove_reno_sacks: a cumulative ACK takes one segment that was missing, and the rest from those counted as arrived.</summary>
    private void RemoveRenoSacks(int acked)
    {
        if (acked > 0)
        {
            Delivered(Math.Max(acked - _sackedOut, 1));
            _sackedOut = Math.Max(0, acked - 1 >= _sackedOut ? 0 : _sackedOut - (acked - 1));
        }

        CheckRenoReordering(acked);
    }

    /// <summary>tcp_check_sack_reordering: a segment arrived below what had been SACKed; how far, in segments.</summary>
    private void CheckSackReordering(SeqNum lowSeq, bool timestamps)
    {
        SeqNum fack = HighestSackSeq();
        if (lowSeq >= fack) return;
        int metric = fack - lowSeq;
        if (metric > _reordering * _mssCache && _mssCache > 0)
            _reordering = Math.Min((metric + _mssCache - 1) / _mssCache, Sysctl.tcp_max_reordering);
        _reordSeen++;
        Inc(timestamps ? Snmp.TcpExtTCPTSReorder : Snmp.TcpExtTCPSACKReorder);
    }
}
