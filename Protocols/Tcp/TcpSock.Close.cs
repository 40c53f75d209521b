// Ends: shutdown, close, linger, abort, time-out (tcp_shutdown, tcp_close, tcp_done).
// RFC 9293 3.10.4, 3.6, RFC 1122 4.2.2.13.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>sk_stream_closing: everything written has been sent and acknowledged, FIN included; a close(2) that lingers (SO_LINGER) may return.</summary>
    public bool CloseIsComplete => _state is not (TcpState.FIN_WAIT1 or TcpState.CLOSING or TcpState.LAST_ACK);

    /// <inheritdoc/>
    public override Errno Shutdown(ShutdownHow how, Instant now)
    {
        _mstamp = now;
        if ((uint)how > 2) return Errno.EINVAL;
        int bits = (int)how + 1; // SHUT_RD, SHUT_WR, SHUT_RDWR are 1, 2, 3 as bits
        switch (_state)
        {
            case TcpState.CLOSE:
                _shutdown |= (byte)bits;
                Wake(StateChange);
                return Errno.ENOTCONN;
            case TcpState.LISTEN:
                if ((bits & RcvShutdown) != 0) CloseListener();
                Wake(StateChange);
                return Errno.OK;
            case TcpState.SYN_SENT:
                DisconnectNow();
                Wake(StateChange);
                return Errno.OK;
        }

        _shutdown |= (byte)bits;
        // In SYN_RECV the FIN waits for the end of the handshake.
        if ((bits & SendShutdown) != 0 && _state is TcpState.ESTABLISHED or TcpState.CLOSE_WAIT)
        {
            if (CloseState()) SendFin();
        }

        Wake(StateChange); // inet_shutdown: whoever sleeps in poll looks again
        CheckInvariants();
        return Errno.OK;
    }

    /// <summary>tcp_close_state: the state after our FIN is queued. True when one must be sent.</summary>
    private bool CloseState()
    {
        bool fin = TcpTransitions.CloseSendsFin(_state);
        TcpState next = TcpTransitions.Next(_state, TcpEvent.Close);
        if (_state == TcpState.SYN_SENT) next = TcpState.CLOSE;
        SetState(next);
        return fin;
    }

    /// <inheritdoc/>
    public override void Close(Instant now)
    {
        _mstamp = now;
        if (IsDetached) return;
        _shutdown = RcvShutdown | SendShutdown;
        if (_state == TcpState.LISTEN)
        {
            CloseListener();
            Orphan();
            return;
        }

        // What the user did not read (the FIN apart) dies with the descriptor, and the peer must learn it (RFC 2525 2.17).
        bool unread = false;
        for (SkBuff? skb = _receiveQueue.Head; skb is not null; skb = skb.Next)
            if (_rcv.CopiedSeq < (SeqNum)skb.Tcp.Seq + skb.Length && skb.Length > 0) unread = true;
        PurgeReceiveQueue();

        if (_state == TcpState.CLOSE)
        {
            Orphan();
            return;
        }

        if (unread)
        {
            Inc(Snmp.TcpExtTCPAbortOnClose);
            SendActiveReset();
            Done(byUser: true);
        }
        else if (Linger is { Nanoseconds: 0 })
        {
            Inc(Snmp.TcpExtTCPAbortOnData);
            DisconnectNow();
        }
        else if (_state == TcpState.SYN_SENT)
        {
            Done(byUser: true);
        }
        else if (CloseState())
        {
            SendFin();
        }

        Orphan();
        if (_state == TcpState.FIN_WAIT2)
        {
            if (Linger2Seconds < 0)
            {
                SendActiveReset();
                Inc(Snmp.TcpExtTCPAbortOnLinger);
                Done();
            }
            else if (FinTime > TcpConst.TimewaitLen)
            {
                _keepaliveAt = _mstamp + (FinTime - TcpConst.TimewaitLen);
            }
            else
            {
                EnterTimeWait(TcpState.FIN_WAIT2, FinTime);
            }
        }

        if (_state != TcpState.CLOSE && CheckOom(0))
        {
            SendActiveReset();
            Done();
            Inc(Snmp.TcpExtTCPAbortOnMemory);
            return;
        }

        CheckInvariants();
    }

    private void Orphan()
    {
        Set(TcpSockFlags.Dead);
        if (_state != TcpState.CLOSE)
        {
            Net.Tcp.Orphans++;
            _countedOrphan = true;
        }
        else
        {
            DropOutOfOrder();
        }
    }

    private bool _countedOrphan;

    /// <summary>A child that nobody accepted when its listener closed: reset, and over (inet_child_forget).</summary>
    public void Abort(Instant now)
    {
        _mstamp = now;
        if (_state != TcpState.CLOSE) DisconnectNow();
        PurgeReceiveQueue();
        Orphan();
    }

    /// <summary>tcp_disconnect: at once, with a RST where the state owes one.</summary>
    private void DisconnectNow()
    {
        TcpState old = _state;
        bool owes = old is TcpState.ESTABLISHED or TcpState.CLOSE_WAIT or TcpState.FIN_WAIT1 or TcpState.FIN_WAIT2 or TcpState.SYN_RECV;
        if (owes || (_snd.SndNxt != _snd.WriteSeq && old is TcpState.CLOSING or TcpState.LAST_ACK))
        {
            SendActiveReset();
            Err = Errno.ECONNRESET;
        }
        else if (old == TcpState.SYN_SENT)
        {
            Err = Errno.ECONNRESET;
        }

        Done(byUser: true);
        Wake(ErrorReport);
        Set(TcpSockFlags.Connecting | TcpSockFlags.Connected, false);
        _shutdown = 0;
        if (IsDetached) _shutdown = RcvShutdown | SendShutdown;
    }

    /// <summary>connect(2) with AF_UNSPEC: as abrupt as closing with an abortive linger; the socket may be used again.</summary>
    public Errno Disconnect(Instant now)
    {
        _mstamp = now;
        if (_state == TcpState.LISTEN) CloseListener();
        else if (_state != TcpState.CLOSE) DisconnectNow();
        ResetConnection();
        _pingpong = 0;
        PeekOffReset();
        _shutdown = 0;
        Set(TcpSockFlags.Connecting | TcpSockFlags.Connected, false);
        _snd.WriteSeq += (int)_snd.MaxWindow + 2; // tcp_disconnect: the next connection's numbers lie beyond this one's
        Peer = default; // an error that nobody has taken stays, and so does that of a connection cut short here
        return Errno.OK;
    }

    private void DoneWithError(Errno err)
    {
        Err = err;
        _shutdown = RcvShutdown | SendShutdown;
        Done();
        Wake(ErrorReport);
    }

    /// <summary>tcp_done: the connection is over; what is in the receive queue may still be read.</summary>
    /// <param name="byUser">close(2) or shutdown(2) ended it: an attempt that is given up has not failed.</param>
    private void Done(bool byUser = false)
    {
        if (!byUser && _state is TcpState.SYN_SENT or TcpState.SYN_RECV) Inc(Snmp.TcpAttemptFails);
        CheckBlackholeAtEnd();
        RemoveFastOpenRequest(suspect: false);
        SetState(TcpState.CLOSE);
        ClearTimers();
        PurgeWriteQueues();
        Set(TcpSockFlags.FastPath, false);
        _shutdown = RcvShutdown | SendShutdown;
        Wake(StateChange);
        if (_countedOrphan)
        {
            _countedOrphan = false;
            Net.Tcp.Orphans--;
        }

        if (!IsDetached) return;
        DropOutOfOrder();
        PurgeReceiveQueue();
    }

    private void PurgeReceiveQueue()
    {
        RmemUncharge(RxCharge(_receiveQueue));
        _receiveQueue.Purge();
    }

    private void PurgeWriteQueues()
    {
        _writeQueue.Purge();
        _rtxQueue.Purge();
        if (_user is { } user)
        {
            user.Stamps?.Clear();
            if (user.Zerocopy is { } zerocopy) CompleteZerocopy(zerocopy, all: true);
        }

        WmemUncharge(_wmemQueued);
        _sackHint = null;
        _packetsOut = _sackedOut = _lostOut = _retransOut = 0;
        _flow?.ChronoStop(TcpChrono.Busy, isIdle: true, _mstamp);
        _snd.SndUna = _snd.SndNxt = _snd.WriteSeq = SeqNum.Max(_snd.SndNxt, _snd.SndUna);
    }

    /// <inheritdoc/>
    public override void Destroy()
    {
        Set(TcpSockFlags.Destroyed | TcpSockFlags.Dead);
        ClearTimers();
        PurgeWriteQueues();
        DropOutOfOrder();
        PurgeReceiveQueue();
        MemRelease(_mstamp);
        CountOut();
        while (TryXmit(_mstamp, out SkBuff? skb)) skb.Free();
        if (_state.IsEstab()) Net.Mib.Dec(Snmp.TcpCurrEstab);
        _state = TcpState.CLOSE;
        _timewait = null;
        _listener?.Clear();
        if (_countedOrphan)
        {
            _countedOrphan = false;
            Net.Tcp.Orphans--;
        }
    }
}
