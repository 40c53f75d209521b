// The scoreboard: which sent segments the peer holds, by SACK (RFC 2018, RFC 2883, RFC 6675's IsSacked) or, without it, by counting duplicate ACKs.
// Mirrors tcp_sacktag_write_queue and tcp_add_reno_sack (net/ipv4/tcp_input.c). The marks stand on the segments (SkBuff.Tcp.Sacked).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>Where the last block was found: the next is likely near.</summary>
    private SkBuff? _sackHint;

    /// <summary>tcp_sacktag_write_queue.</summary>
    private AckFlags SacktagWriteQueue(SkBuff skb, in TcpOptionsReceived o, SeqNum priorUna)
    {
        if (!IsSack) return AckFlags.None;
        var flag = AckFlags.None;
        SeqNum ack = skb.Tcp.AckSeq;
        _sackReord = _snd.SndNxt;
        _firstSackAt = _lastSackAt = default;
        if (CheckDsack(ack, o, priorUna)) flag |= AckFlags.DsackingAck;
        if ((SeqNum)ack < priorUna - (int)Math.Min(_snd.MaxWindow, int.MaxValue) || _packetsOut == 0) return flag;

        SeqNum fack = _sackedOut > 0 ? HighestSackSeq() : _snd.SndUna;
        int first = (flag & AckFlags.DsackingAck) != 0 ? 1 : 0;
        for (int i = 0; i < o.SackCount; i++)
        {
            SackBlock block = o.Sacks[i];
            bool isDup = i == 0 && first == 1;
            if (!IsValidSack(block, isDup))
            {
                if (isDup) Inc(_undoMarker == default ? Snmp.TcpExtTCPDSACKIgnoredNoUndo : Snmp.TcpExtTCPDSACKIgnoredOld);
                else if (ack == _snd.SndUna || block.End > _snd.SndUna) Inc(Snmp.TcpExtTCPSACKDiscard); // an old one, by ACKs that came out of order, is no fault
                continue;
            }

            if (block.End <= priorUna) continue; // very old; what this same ACK acknowledges still counts for the undo
            flag |= TagBlock(block, isDup);
        }

        if (_sackReord < fack && (_caState != TcpCaState.Loss || _undoMarker != default)) CheckSackReordering(_sackReord, false);
        return flag;
    }

    /// <summary>
    /// tcp_is_sackblock_valid: beyond the first byte that is not acknowledged, and sent. A D-SACK may lie below, as a whole, where there is something to undo
    /// and it is part of that.
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
    private bool CheckDsack(SeqNum ack, in TcpOptionsReceived o, SeqNum priorUna)
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

        if (first.Start >= first.End) return true;
        int segments = Math.Max(1, (first.End - first.Start + _mssCache - 1) / Math.Max(1, (int)_mssCache));
        Net.Mib.Add(Snmp.TcpExtTCPDSACKRecvSegs, segments);
        Flow.DsackDups += segments;
        _rackDsackSeen = true;
        if (_undoMarker != default && _undoRetrans > 0 && first.End <= priorUna && first.End > _undoMarker)
            _undoRetrans = Math.Max(0, _undoRetrans - segments);
        return true;
    }

    // Marks the segments that a block covers; one that it covers in part is cut at a multiple of the MSS.
    private AckFlags TagBlock(SackBlock block, bool dsack)
    {
        var flag = AckFlags.None;
        SkBuff? skb = FindSent(block.Start);
        for (; skb is not null && (SeqNum)skb.Tcp.Seq < block.End; skb = skb.Next)
        {
            SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
            if (end <= block.Start) continue;
            if (seq < block.Start || end > block.End)
            {
                if (!CutAtBlock(ref skb, block)) continue;
            }

            flag |= TagOne(skb, dsack);
            _sackHint = skb;
        }

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

        if ((SeqNum)skb.Tcp.EndSeq <= _snd.SndUna || (sacked & Tcpcb.SackedAcked) != 0) return flag;
        if (!IsSpuriousRetransSack(skb)) RackAdvance(sacked, skb.Tcp.EndSeq, skb.Tcp.SentAt, default);
        if ((sacked & Tcpcb.SackedRetrans) != 0)
        {
            if ((sacked & Tcpcb.Lost) != 0)
            {
                skb.Tcp.Sacked &= unchecked((byte)~(Tcpcb.Lost | Tcpcb.SackedRetrans));
                _lostOut--;
                _retransOut--;
            }
            else
            {
                skb.Tcp.Sacked &= unchecked((byte)~Tcpcb.SackedRetrans);
                _retransOut--;
            }
        }
        else
        {
            if ((sacked & Tcpcb.Retrans) == 0)
            {
                // Arrived as first sent: below the highest SACK, so the network reordered.
                if (_sackedOut > 0 && (SeqNum)skb.Tcp.Seq < HighestSackSeq() && (SeqNum)skb.Tcp.Seq < _sackReord) _sackReord = skb.Tcp.Seq;
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
        if (!_hasHighestSack || (SeqNum)skb.Tcp.Seq > _highestSack)
        {
            _highestSack = skb.Tcp.Seq;
            _hasHighestSack = true;
        }

        Delivered(1);
        return flag | AckFlags.DataSacked;
    }

    private SeqNum _highestSack;
    private bool _hasHighestSack;

    /// <summary>tcp_highest_sack_seq: the start of the highest SACKed segment.</summary>
    private SeqNum HighestSackSeq() => _sackedOut > 0 && _hasHighestSack ? SeqNum.Max(_highestSack, _snd.SndUna) : _snd.SndUna;

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
        CheckRenoReordering();
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

    private void CheckRenoReordering()
    {
        if (!LimitRenoSacked()) return;
        _reordering = Math.Min(_packetsOut, 300);
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

        CheckRenoReordering();
    }

    /// <summary>tcp_check_sack_reordering: a segment arrived below what had been SACKed; how far, in segments.</summary>
    private void CheckSackReordering(SeqNum lowSeq, bool timestamps)
    {
        SeqNum fack = HighestSackSeq();
        if (lowSeq >= fack) return;
        int metric = fack - lowSeq;
        if (metric > _reordering * _mssCache && _mssCache > 0)
            _reordering = Math.Min((metric + _mssCache - 1) / _mssCache, 300);
        _reordSeen++;
        Inc(timestamps ? Snmp.TcpExtTCPTSReorder : Snmp.TcpExtTCPSACKReorder);
    }
}
