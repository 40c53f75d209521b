// A host of the fuzzer: its sockets, TIME_WAIT pairs and the demultiplexer between them, as TcpActor and SockActor drive them, a process that owns a socket for a
// while included. After each event every machine it holds is audited.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>One end. It throws <see cref="FuzzException"/> when a machine's books are wrong.</summary>
internal sealed class FuzzHost(string name, IpAddress address, SkBuffPool pool, ulong seed, FuzzCells cells)
{
    private readonly List<TcpSock> _socks = [];
    private readonly List<TcpTimewait> _timewaits = [];
    private readonly Dictionary<TcpSock, (SkBacklog Backlog, Instant Since)> _owned = [];
    private readonly List<InetDiag> _requests = [];

    public ActorNet.Protocols.Net Net { get; } = new(name, seed, pool);

    public IpAddress Address { get; } = address;

    public Queue<SkBuff> Out { get; } = new();

    public IReadOnlyList<TcpSock> Socks => _socks;

    public IReadOnlyList<TcpTimewait> Timewaits => _timewaits;

    public TcpRoute Route { get; set; } = new(address, 1500);

    public TcpSock Socket()
    {
        var sk = new TcpSock(Net) { Routes = _ => Route };
        _socks.Add(sk);
        return sk;
    }

    public bool IsOwned(TcpSock sk) => _owned.ContainsKey(sk);

    /// <summary>May this pair be connected? A pair in TIME_WAIT only if tcp_tw_reuse lets it go.</summary>
    public bool TryPair(SockAddr local, SockAddr peer, Instant now, out TcpTimewait? timewait)
    {
        timewait = null;
        if (_socks.Exists(s => s.State is not (TcpState.CLOSE or TcpState.LISTEN) && s.Local == local && s.Peer == peer)) return false;
        if (_timewaits.Find(t => t.Local == local && t.Peer == peer) is not { } tw) return true;
        if (!tw.TryReuse(now)) return false;
        _timewaits.Remove(tw);
        timewait = tw;
        return true;
    }

    public void Rcv(SkBuff skb, Instant now)
    {
        if (TcpInput.Check(skb, Net) is var bad && bad != DropReason.NOT_DROPPED_YET)
        {
            Net.Mib.Drop(skb, bad);
            return;
        }

        var th = new TcpHeader(skb.Data);
        SockAddr local = SockAddr.In(skb.Ip.Daddr, th.DestinationPort), peer = SockAddr.In(skb.Ip.Saddr, th.SourcePort);
        TcpSock? sk = Find(local, peer);
        if (sk is null && _timewaits.Find(t => t.Local == local && t.Peer == peer) is { } tw)
        {
            cells.Note(tw.Substate, FuzzCells.Of(th, skb.Length));
            sk = Listener(local.Port);
            TimewaitVerdict verdict = tw.Rcv(skb, now, out SkBuff? reply);
            if (verdict is TimewaitVerdict.Dead or TimewaitVerdict.Reset) _timewaits.Remove(tw);
            if (verdict == TimewaitVerdict.Syn && sk is null) reply = tw.Refuse(skb, now);
            if (reply is not null) Out.Enqueue(reply);
            if (verdict != TimewaitVerdict.Syn || sk is null) return;
            tw.GiveWay();
            _timewaits.Remove(tw);
        }

        sk ??= Listener(local.Port);
        if (sk is null)
        {
            cells.Note(TcpState.CLOSE, FuzzCells.Of(th, skb.Length));
            if (TcpReset.TryReply(skb, Net, now, out SkBuff? rst)) Out.Enqueue(rst);
            Net.Mib.Drop(skb, DropReason.NO_SOCKET);
            return;
        }

        if (_owned.TryGetValue(sk, out (SkBacklog Backlog, Instant Since) owned))
        {
            cells.Note(sk.State, FuzzEvent.Backlog);
            DropReason reason = sk.AddBacklog(owned.Backlog, skb);
            sk.BacklogLength = owned.Backlog.Length;
            if (reason != DropReason.NOT_DROPPED_YET) Net.Mib.Drop(skb, reason);
            return;
        }

        cells.Note(StateOf(sk, peer, now), FuzzCells.Of(th, skb.Length));
        sk.Rcv(skb, now);
        Pump(now);
    }

    public void Icmp(in IcmpErrorInfo error, SockAddr local, SockAddr peer, Instant now)
    {
        TcpSock? sk = Find(local, peer) ?? Listener(local.Port);
        if (sk is null) return;
        cells.Note(StateOf(sk, peer, now), error.Mtu > 0 ? FuzzEvent.IcmpMtu : FuzzEvent.Icmp);
        if (_owned.ContainsKey(sk)) sk.IcmpErrorLocked(error, now);
        else if (sk.State == TcpState.LISTEN) sk.RequestError(error, local, peer);
        else sk.IcmpError(error, now);
        Pump(now);
    }

    /// <summary>lock_sock by a process that then takes its time.</summary>
    public void Own(TcpSock sk, Instant now)
    {
        if (sk.State != TcpState.LISTEN && !sk.IsDead) _owned.TryAdd(sk, (new SkBacklog(), now));
    }

    /// <summary>release_sock.</summary>
    public void Release(TcpSock sk, Instant now)
    {
        if (!_owned.Remove(sk, out (SkBacklog Backlog, Instant Since) owned)) return;
        sk.TimersLocked(owned.Since, now);
        sk.IsReleasing = true;
        while (owned.Backlog.TryTake(out SkBuff? skb))
        {
            if (sk.State == TcpState.LISTEN || sk.IsDead) Net.Mib.Drop(skb, DropReason.NO_SOCKET);
            else sk.Rcv(skb, now);
            Take(sk, now);
        }

        sk.IsReleasing = false;
        sk.BacklogLength = 0;
        sk.ReleaseCb(now);
        if (sk.NextTimer <= now) sk.OnTimer(now);
        Pump(now);
    }

    /// <summary>inet_csk_listen_stop: what nobody accepted is reset.</summary>
    public static void ForgetChildren(TcpSock listener, Instant now)
    {
        while (listener.TryAccept(out TcpSock? child)) child.Abort(now);
    }

    /// <summary>What a driver does after every call; then the audit.</summary>
    public void Pump(Instant now)
    {
        for (int i = 0; i < _socks.Count; i++) Take(_socks[i], now);
        for (int i = _socks.Count - 1; i >= 0; i--)
        {
            TcpSock sk = _socks[i];
            if (!sk.IsDead || _owned.ContainsKey(sk)) continue;
            if (sk.RmemAlloc != 0 || sk.WmemQueued != 0) throw new FuzzException($"{name}: a dead socket has {sk.RmemAlloc} bytes of rmem, {sk.WmemQueued} of wmem");
            if (sk.NextTimer != Instant.Never) throw new FuzzException($"{name}: a dead socket's timer is due at {sk.NextTimer}");
            sk.Destroy();
            _socks.RemoveAt(i);
        }
    }

    /// <summary>Goes over every machine's books.</summary>
    public void Audit()
    {
        foreach (TcpSock sk in _socks)
        {
            if (sk.FindInconsistency() is { } wrong) throw new FuzzException($"{name}: {sk.State} {sk.Local} {sk.Peer}: {wrong}");
        }
    }

    public Instant NextTimer
    {
        get
        {
            Instant next = Instant.Never;
            foreach (TcpSock sk in _socks)
                if (!_owned.ContainsKey(sk)) next = Instant.Min(next, sk.NextTimer);
            foreach (TcpTimewait tw in _timewaits) next = Instant.Min(next, tw.Expires);
            return next;
        }
    }

    public void OnTimer(Instant now)
    {
        for (int i = 0; i < _socks.Count; i++)
        {
            TcpSock sk = _socks[i];
            if (sk.NextTimer > now || _owned.ContainsKey(sk)) continue;
            cells.Note(sk.State, FuzzEvent.Timer);
            sk.OnTimer(now);
            if (sk.NextTimer <= now) throw new FuzzException($"{name}: {sk.State}'s timer is due at {sk.NextTimer} still, and it is {now}");
        }

        for (int i = _timewaits.Count - 1; i >= 0; i--)
        {
            if (_timewaits[i].Expires > now) continue;
            cells.Note(_timewaits[i].Substate, FuzzEvent.Timer);
            _timewaits[i].Expire();
            _timewaits.RemoveAt(i);
        }

        Pump(now);
    }

    public TcpState StateOf(TcpSock sk, SockAddr peer, Instant now)
    {
        if (sk.State != TcpState.LISTEN || sk.SynQueueLength == 0) return sk.State;
        _requests.Clear();
        sk.CollectRequests(_requests, now);
        return _requests.Exists(r => r.Peer == peer) ? TcpState.NEW_SYN_RECV : TcpState.LISTEN;
    }

    public void Destroy(Instant now)
    {
        foreach (TcpSock sk in _owned.Keys.ToArray()) Release(sk, now);
        foreach (TcpSock sk in _socks) sk.Destroy();
        foreach (TcpTimewait tw in _timewaits) tw.Expire();
        while (Out.TryDequeue(out SkBuff? skb)) skb.Free();
        _socks.Clear();
        _timewaits.Clear();
    }

    private TcpSock? Find(SockAddr local, SockAddr peer) => _socks.Find(s => s.State is not (TcpState.CLOSE or TcpState.LISTEN) && s.Local == local && s.Peer == peer);

    private TcpSock? Listener(ushort port) => _socks.Find(s => s.State == TcpState.LISTEN && s.Local.Port == port);

    private void Take(TcpSock sk, Instant now)
    {
        while (sk.TryTakeChild(out TcpSock? child)) _socks.Add(child);
        while (sk.TryXmit(now, out SkBuff? skb)) Out.Enqueue(skb);
        if (sk.TryTakeTimewait(out TcpTimewait? tw)) _timewaits.Add(tw);
        _ = sk.Poll;
        _ = sk.TakeWakes();
    }
}

/// <summary>What the fuzzer has found.</summary>
internal sealed class FuzzException(string message) : Exception(message);
