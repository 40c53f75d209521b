// Taking a reduction back when nothing was lost: by timestamps (RFC 4015, Eifel) and D-SACK (RFC 3708), as tcp_try_undo_* do.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_packet_delayed: the ACK echoes a timestamp from before the first retransmission, so the original arrived (Eifel).</summary>
    private bool PacketDelayed =>
        _retransStamp != Instant.Never ? _echoSaw && (int)(_echoTs - ((uint)_retransStamp.Milliseconds + _tsOffset)) < 0
        // Nothing was sent again yet, so what was missing was only late. Without SACK the stamp is cleared at high_seq, though: that says nothing.
        : (IsSack || _snd.SndUna < _highSeq) && _state != TcpState.SYN_SENT;

    // tcp_is_non_sack_preventing_reopen. RFC 6582: the state is held until something above high_seq is acknowledged, against false fast retransmits.
    private bool StaysWithoutSack()
    {
        if (_snd.SndUna != _highSeq || IsSack) return false;
        if (!AnyRetransDone) _retransStamp = Instant.Never;
        return true;
    }

    private bool _echoSaw;
    private uint _echoTs;

    private bool MayUndo => _undoMarker != default && (_undoRetrans == 0 || PacketDelayed);

    private void UndoCwndReduction(bool unmarkLoss)
    {
        if (unmarkLoss)
        {
            for (SkBuff? s = _rtxQueue.Head; s is not null; s = s.Next) s.Tcp.Sacked &= unchecked((byte)~Tcpcb.Lost);
            _lostOut = 0;
        }

        if (_priorSsthresh != 0)
        {
            SndCwnd = Ca.UndoCwnd(this);
            if (_priorSsthresh > SndSsthresh)
            {
                SndSsthresh = _priorSsthresh;
                _ecn &= ~EcnFlags.QueueCwr;
            }
        }

        _cwndStamp = _mstamp;
        _undoMarker = default;
        _rackAdvanced = true;
    }

    private bool TryUndoRecovery()
    {
        if (MayUndo)
        {
            Inc(_caState == TcpCaState.Loss ? Snmp.TcpExtTCPLossUndo : Snmp.TcpExtTCPFullUndo);
            UndoCwndReduction(false);
        }
        else if (_rackReoWndPersist > 0)
        {
            _rackReoWndPersist--;
        }

        if (StaysWithoutSack()) return true;

        SetCaState(TcpCaState.Open);
        Set(TcpSockFlags.Frto, false);
        return false;
    }

    private bool TryUndoDsack()
    {
        if (_undoMarker == default || _undoRetrans != 0) return false;
        _rackReoWndPersist = (byte)Math.Min(16, _rackReoWndPersist + 1);
        UndoCwndReduction(false);
        Inc(Snmp.TcpExtTCPDSACKUndo);
        return true;
    }

    private bool TryUndoPartial(SeqNum priorUna)
    {
        if (_undoMarker == default || !PacketDelayed) return false;
        CheckSackReordering(priorUna, true);
        if (_retransOut > 0) return true;
        if (!AnyRetransDone) _retransStamp = Instant.Never;
        UndoCwndReduction(true);
        Inc(Snmp.TcpExtTCPPartialUndo);
        TryKeepOpen();
        return false;
    }

    private bool TryUndoLoss(bool frto)
    {
        if (!frto && !MayUndo) return false;
        UndoCwndReduction(true);
        Inc(Snmp.TcpExtTCPLossUndo);
        if (frto) Inc(Snmp.TcpExtTCPSpuriousRTOs);
        _retransmits = 0;
        if (StaysWithoutSack()) return true;
        if (frto || IsSack)
        {
            SetCaState(TcpCaState.Open);
            Set(TcpSockFlags.Frto, false);
        }

        return true;
    }
}
