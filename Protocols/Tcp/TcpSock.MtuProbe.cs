// Path MTU: what the route says now, and probing for more, or for less (tcp_mtu_probe, tcp_mtup_init of tcp_output.c, tcp_mtup_probe_success of tcp_input.c,
// tcp_mtu_probing of tcp_timer.c). RFC 4821 sections 7.2 to 7.7, RFC 1191.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private int _routeGen;

    private TcpMtuProbe? MtuProbeState => _user?.MtuProbe;

    private int InitialCwnd => _user is { InitCwnd: > 0 } u ? u.InitCwnd : TcpConst.InitCwnd;

    private void NoteRoute(int initCwnd)
    {
        _routeGen = Net.Fib?.GenId ?? 0;
        if (initCwnd > 0) User.InitCwnd = initCwnd;
    }

    /// <summary>__sk_dst_check: routes have changed since this one was found; the next segment size is by the new one.</summary>
    private void CheckRoute()
    {
        if (Net.Fib is not { } fib || fib.GenId == _routeGen) return;
        _routeGen = fib.GenId;
        RouteOut r = fib.Output(Peer.Address.V4, Local.Address.V4, BoundIfIndex, _mstamp, Transparent);
        if (r.Errno == Errno.OK && r.Mtu != _mtu) User.RouteMtu = r.Mtu;
    }

    // tcp_current_mss: the route's MTU is another than the one that segments were made for.
    private void SyncRouteMtu()
    {
        if (_user is not { RouteMtu: > 0 } u) return;
        int mtu = u.RouteMtu;
        u.RouteMtu = 0;
        if (mtu != _mtu) SyncMss(mtu);
    }

    /// <summary>tcp_mtup_init.</summary>
    private void InitMtuProbe()
    {
        if (Sysctl.tcp_mtu_probing == 0 && MtuProbeState is null) return;
        TcpMtuProbe p = User.MtuProbe ??= new TcpMtuProbe();
        p.Enabled = Sysctl.tcp_mtu_probing > 1;
        p.SearchHigh = _mssClamp + IpTcpLength;
        p.SearchLow = MssToMtu(Sysctl.tcp_base_mss);
        p.ProbeSize = 0;
        p.Since = _mstamp;
    }

    private const int IpTcpLength = 20 + TcpHeader.MinLength;

    private int MssToMtu(int mss) => mss + HeaderLength + 20;

    private int MtuToMss(int mtu) => Math.Max(Math.Min(mtu - IpTcpLength, _mssClamp), Sysctl.tcp_min_snd_mss) - (HeaderLength - TcpHeader.MinLength);

    /// <summary>tcp_mtu_probe: sends one larger segment, if there is enough to send, and room for more than it, and nothing is amiss.</summary>
    /// <returns>Below 0: no probe now; 0: wait for room; 1: one was sent.</returns>
    private int ProbeMtu()
    {
        if (MtuProbeState is not { Enabled: true, ProbeSize: 0 } p || _caState != TcpCaState.Open || SndCwnd < 11 || _ofo is { HasSomethingToReport: true }) return -1;
        CurrentMss();
        int size = MtuToMss((p.SearchHigh + p.SearchLow) >> 1), needed = size + (_reordering + 1) * _mssCache;
        if (size > MtuToMss(p.SearchHigh) || p.SearchHigh - p.SearchLow < Sysctl.tcp_probe_threshold)
        {
            Reprobe(p);
            return -1;
        }

        if (_snd.WriteSeq - _snd.SndNxt < needed || _snd.SndWnd < (uint)needed) return -1;
        if (_snd.SndNxt + needed > _snd.WndEnd) return 0;
        if (PacketsInFlight + 2 > SndCwnd) return PacketsInFlight == 0 ? -1 : 0;
        if (!MayJoinHead(size)) return -1;
        SkBuff probe = CutProbe(size);
        if (!TransmitData(probe)) return -1;
        SndCwnd--; // it is two packets
        NewDataSent(probe);
        (p.ProbeSize, p.Start, p.End) = (MssToMtu(size), probe.Tcp.Seq, probe.Tcp.EndSeq);
        return 1;
    }

    /// <summary>tcp_mtu_check_reprobe: the way may have become wider since.</summary>
    private void Reprobe(TcpMtuProbe p)
    {
        if (_mstamp - p.Since < Duration.FromSeconds(Sysctl.tcp_probe_interval)) return;
        (p.ProbeSize, p.SearchHigh, p.SearchLow, p.Since) = (0, _mssClamp + IpTcpLength, MssToMtu(CurrentMss()), _mstamp);
    }

    // tcp_can_coalesce_send_queue_head: no end of a record within it.
    private bool MayJoinHead(int length)
    {
        for (SkBuff? skb = _writeQueue.Head; skb is not null; length -= skb.Length, skb = skb.Next)
        {
            if (length <= skb.Length) return true;
            if (skb.Tcp.Eor) return false;
        }

        return false;
    }

    // The first bytes of the queue become one segment of their own; the rest is cut afresh.
    private SkBuff CutProbe(int size)
    {
        SkBuff probe = Net.Pool.Alloc(size);
        probe.Tcp.Seq = _writeQueue.Head!.Tcp.Seq;
        probe.Tcp.EndSeq = probe.Tcp.Seq + (uint)size;
        probe.Tcp.Flags = (byte)TcpFlags.ACK;
        MemForce(SegmentCharge + size);
        WmemCharge(SegmentCharge + size);
        while (probe.Length < size)
        {
            SkBuff head = _writeQueue.Head!;
            int n = Math.Min(head.Length, size - probe.Length);
            probe.Put(head.Data[..n]);
            if (n < head.Length)
            {
                BeginRun(head);
                head.Pull(n);
                head.Tcp.Seq += (uint)n;
                WmemUncharge(n);
                break;
            }

            probe.Tcp.Flags |= head.Tcp.Flags;
            probe.Tcp.Eor = head.Tcp.Eor;
            if (head.Next is { } next) BeginRun(next);
            WmemUncharge(Charge(head));
            _writeQueue.Remove(head);
            head.Free();
        }

        _writeQueue.InsertBefore(_writeQueue.Head, probe);
        if (probe.Next is { } rest) Recut(rest);
        return probe;
    }

    // Full segments again, to the end of the run.
    private void Recut(SkBuff seg)
    {
        int mss = _mssCache;
        while (seg.Next is { Tcp.Continues: true } next)
        {
            int n = Math.Min(mss - seg.Length, next.Length);
            if (n > 0 && seg.Tailroom < n)
            {
                SkBuff larger = Net.Pool.Alloc(mss);
                larger.Put(seg.Data);
                larger.Tcp = seg.Tcp;
                _writeQueue.InsertAfter(seg, larger);
                _writeQueue.Remove(seg);
                seg.Free();
                seg = larger;
            }

            if (n > 0)
            {
                seg.Put(next.Data[..n]);
                seg.Tcp.EndSeq += (uint)n;
                next.Pull(n);
                next.Tcp.Seq += (uint)n;
            }

            if (next.Length > 0)
            {
                seg = next;
                continue;
            }

            seg.Tcp.Flags |= next.Tcp.Flags;
            seg.Tcp.EndSeq = next.Tcp.EndSeq;
            seg.Tcp.Eor = next.Tcp.Eor;
            _writeQueue.Remove(next);
            next.Free();
        }
    }

    /// <summary>tcp_mtup_probe_success: segments grow, and the window keeps its bytes.</summary>
    private void MtuProbed(TcpMtuProbe p)
    {
        _priorSsthresh = CurrentSsthresh;
        SndCwnd = (int)Math.Max(1, (long)SndCwnd * MssToMtu(_mssCache) / p.ProbeSize);
        SndCwndCnt = 0;
        _cwndStamp = _mstamp;
        SndSsthresh = CurrentSsthresh;
        p.SearchLow = p.ProbeSize;
        p.ProbeSize = 0;
        SyncMss(_mtu);
        Inc(Snmp.TcpExtTCPMTUPSuccess);
    }

    /// <summary>The probe was lost, which is no sign of congestion: the search goes on below it (tcp_mtup_probe_failed, tcp_simple_retransmit).</summary>
    private bool MtuProbeFailed()
    {
        if (MtuProbeState is not { ProbeSize: > 0 } p || _caState >= TcpCaState.CWR || _snd.SndUna != p.Start) return false;
        p.SearchHigh = p.ProbeSize - 1;
        p.ProbeSize = 0;
        Inc(Snmp.TcpExtTCPMTUPFail);
        SndCwnd++;
        SimpleRetransmit();
        return true;
    }

    /// <summary>tcp_mtu_probing: after tcp_retries1 time-outs the way may swallow large packets without a word (RFC 2923).</summary>
    private void SuspectBlackHole()
    {
        if (Sysctl.tcp_mtu_probing == 0) return;
        if (MtuProbeState is null) InitMtuProbe();
        TcpMtuProbe p = MtuProbeState!;
        if (!p.Enabled)
        {
            p.Enabled = true;
            p.Since = _mstamp;
        }
        else
        {
            int mss = Math.Min(Sysctl.tcp_base_mss, MtuToMss(p.SearchLow) >> 1);
            p.SearchLow = MssToMtu(Math.Max(Math.Max(mss, Sysctl.tcp_mtu_probe_floor), Sysctl.tcp_min_snd_mss));
        }

        SyncMss(_mtu);
    }
}
