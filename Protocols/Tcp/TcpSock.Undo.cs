// Taking a reduction back when nothing was lost: by timestamps (RFC 4015, Eifel) and D-SACK (RFC 3708), as tcp_try_undo_* do.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_packet_delayed: the ACK echoes a timestamp from before the first retransmission, so the original arrived (Eifel).</summary>
    private bool PacketDelayed =>
        _retransStamp != Instant.Never && _echoSaw && (int)(_echoTs - ((uint)_retransStamp.Milliseconds + _tsOffset)) < 0;

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

        if (_snd.SndUna == _highSeq && !IsSack)
        {
            // RFC 6582: hold the state until something above high_seq is acknowledged, against false fast retransmits.
            if (!AnyRetransDone) _retransStamp = Instant.Never;
            return true;
        }

        SetCaState(TcpCaState.Open);
        Set(TcpSockFlags.Frto, false);
        return false;
    }

    private bool TryUndoDsack()
    {
        if (_undoMarker == default || _undoRetrans != 0) return false;
        UndoCwndReduction(false);
        Inc(Snmp.TcpExtTCPDSACKUndo);
        return true;
    }

    private bool TryUndoPartial(SeqNum priorUna)
    {
        if (_undoMarker == default || !PacketDelayed) return false;
        CheckSackReordering(priorUna, true);
        if (_retransOut > 0) return true;
        _retransStamp = Instant.Never;
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
        if (frto || IsSack)
        {
            SetCaState(TcpCaState.Open);
            Set(TcpSockFlags.Frto, false);
        }

        return true;
    }
}
