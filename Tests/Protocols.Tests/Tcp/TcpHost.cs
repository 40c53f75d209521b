// A host of the tests: sockets of one Net, demultiplexed by pair as the demux actor does, without any actor.

namespace ActorNet.Protocols.Tests.Tcp;

internal sealed class TcpHost(string name, IpAddress address, SkBuffPool pool, ulong seed = 1)
{
    private readonly List<TcpSock> _socks = [];
    private readonly List<TcpTimewait> _timewaits = [];

    public ActorNet.Protocols.Net Net { get; } = new(name, seed, pool);

    public IpAddress Address { get; } = address;

    /// <summary>What the host has sent and nobody has taken yet.</summary>
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

    public TcpSock Listen(ushort port, Instant now, int backlog = 128)
    {
        TcpSock sk = Socket();
        sk.Local = SockAddr.In(IpAddress.Any4, port);
        Assert.Equal(Errno.OK, sk.Listen(backlog, now));
        return sk;
    }

    public TcpSock Connect(SockAddr peer, ushort port, Instant now)
    {
        TcpSock sk = Socket();
        sk.Local = SockAddr.In(Address, port);
        Assert.Equal(Errno.EINPROGRESS, sk.Connect(peer, Route, now));
        Pump(now);
        return sk;
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
        TcpSock? sk = _socks.Find(s => s.State is not (TcpState.CLOSE or TcpState.LISTEN) && s.Local == local && s.Peer == peer);
        if (sk is null)
        {
            TcpTimewait? tw = _timewaits.Find(t => t.Local == local && t.Peer == peer);
            if (tw is not null)
            {
                TimewaitVerdict verdict = tw.Rcv(skb, now, out SkBuff? reply);
                if (verdict is TimewaitVerdict.Dead or TimewaitVerdict.Syn or TimewaitVerdict.Reset) _timewaits.Remove(tw);
                if (reply is not null) Out.Enqueue(reply);
                if (verdict != TimewaitVerdict.Syn) return;
            }

            sk = _socks.Find(s => s.State == TcpState.LISTEN && s.Local.Port == local.Port);
        }

        if (sk is not null)
        {
            sk.Rcv(skb, now);
        }
        else
        {
            if (TcpReset.TryReply(skb, Net, now, out SkBuff? rst)) Out.Enqueue(rst);
            Net.Mib.Drop(skb, DropReason.NO_SOCKET);
        }

        Pump(now);
    }

    /// <summary>What a driver does after every call.</summary>
    public void Pump(Instant now)
    {
        for (int i = 0; i < _socks.Count; i++)
        {
            TcpSock sk = _socks[i];
            while (sk.TryTakeChild(out TcpSock? child)) _socks.Add(child);
            while (sk.TryXmit(now, out SkBuff? skb)) Out.Enqueue(skb);
            if (sk.TryTakeTimewait(out TcpTimewait? tw)) _timewaits.Add(tw);
        }

        for (int i = _socks.Count - 1; i >= 0; i--)
        {
            if (!_socks[i].IsDead) continue;
            Assert.Equal(0, _socks[i].RmemAlloc);
            Assert.Equal(0, _socks[i].WmemQueued);
            _socks.RemoveAt(i);
        }
    }

    public Instant NextTimer
    {
        get
        {
            Instant next = Instant.Never;
            foreach (TcpSock sk in _socks) next = Instant.Min(next, sk.NextTimer);
            foreach (TcpTimewait tw in _timewaits) next = Instant.Min(next, tw.Expires);
            return next;
        }
    }

    public void OnTimer(Instant now)
    {
        for (int i = 0; i < _socks.Count; i++)
            if (_socks[i].NextTimer <= now) _socks[i].OnTimer(now);
        for (int i = _timewaits.Count - 1; i >= 0; i--)
        {
            if (_timewaits[i].Expires > now) continue;
            _timewaits[i].Expire();
            _timewaits.RemoveAt(i);
        }

        Pump(now);
    }

    public void Destroy()
    {
        foreach (TcpSock sk in _socks) sk.Destroy();
        foreach (TcpTimewait tw in _timewaits) tw.Expire();
        while (Out.TryDequeue(out SkBuff? skb)) skb.Free();
        _socks.Clear();
        _timewaits.Clear();
    }
}
