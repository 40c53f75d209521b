// Sending: tcp_write_xmit, Nagle, the choice of the burst (net/ipv4/tcp_output.c).
// Segments are queued one MSS each; what the kernel keeps as one large packet is a run of them (TcpControl.Continues), so that bursts and PSH come out alike.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private const byte NagleOff = 1, NagleCork = 2, NaglePush = 4;
    private const int PushAll = 0, PushOne = 1, PushProbe = 2;

    /// <summary>The most bytes of one large packet (sk_gso_max_size), less the longest header.</summary>
    private const int GsoMaxSize = 65_536 - 1 - 320;

    /// <inheritdoc/>
    public override bool TryXmit(Instant now, [NotNullWhen(true)] out SkBuff? skb) => SkBuffChain.Take(ref _xmitHead, ref _xmitTail, out skb);

    private void QueueXmit(SkBuff pkt)
    {
        if (_xmitTail is null) _xmitHead = pkt;
        else _xmitTail.Next = pkt;
        _xmitTail = pkt;
    }

    /// <summary>The room for data in a segment now: less when SACK blocks ride along (tcp_current_mss).</summary>
    private int CurrentMss()
    {
        SyncRouteMtu();
        int sacks = SackBlocksToSend(), mss = Md5Key is null ? _mssCache : _mssCache - TcpMd5.OptionLength;
        if (IsAccEcn) mss -= AccEcnSpace(ref sacks);
        return sacks == 0 ? mss : Math.Max(mss - 4 - 8 * sacks, Sysctl.tcp_min_snd_mss - 40 + 8);
    }

    private int SackBlocksToSend()
    {
        if (_ofo is null || !IsSack || !_ofo.HasSomethingToReport) return 0;
        int room = SackRoom;
        if (room == 0) return 0;
        Span<SackBlock> blocks = stackalloc SackBlock[4];
        return _ofo.Report(blocks, room);
    }

    // What 40 bytes of options leave for SACK blocks.
    private int SackRoom => Md5Key is null ? Timestamps ? 3 : 4 : Timestamps ? 0 : 2;

    /// <summary>tcp_xmit_size_goal: how large one of the kernel's packets may become, a whole number of segments.</summary>
    private int SizeGoal(int mss)
    {
        int goal = BoundToHalfWindow(GsoMaxSize);
        return Math.Max(goal / mss, 1) * mss;
    }

    /// <summary>tcp_bound_to_half_wnd: never more than half of the largest window that the peer ever offered.</summary>
    private int BoundToHalfWindow(int size)
    {
        uint cutoff = _snd.MaxWindow > TcpConst.DefaultMss ? _snd.MaxWindow >> 1 : _snd.MaxWindow;
        return cutoff != 0 && (uint)size > cutoff ? Math.Max((int)cutoff, 68 - HeaderLength) : size;
    }

    /// <summary>__tcp_push_pending_frames: sends what may be sent; arms the zero-window probe when nothing may.</summary>
    private void PushPending(int mss, byte nonagle)
    {
        if (_state == TcpState.CLOSE || _writeQueue.IsEmpty) return;
        if (WriteXmit(mss, nonagle, PushAll)) CheckProbeTimer();
    }

    private void PushPending()
    {
        if (!_writeQueue.IsEmpty) PushPending(CurrentMss(), _nonagle);
    }

    /// <summary>tcp_write_xmit.</summary>
    /// <param name="push"><see cref="PushAll"/>; <see cref="PushOne"/> burst; or <see cref="PushProbe"/>: one segment, whatever cwnd says.</param>
    /// <returns>True when something waits and nothing is in flight: the zero-window probe must run.</returns>
    private bool WriteXmit(int mss, byte nonagle, int push)
    {
        bool probe = push == PushProbe;
        int sent = 0, burst = 0;
        bool cwndLimited = false, rwndLimited = false;
        if (push == PushAll && MtuProbeState is { Enabled: true } && !MustPace())
        {
            int probed = ProbeMtu();
            if (probed == 0) return false;
            if (probed > 0) sent = 1;
        }

        while (_writeQueue.Head is { } skb)
        {
            if (MustPace()) break;
            if (burst == 0) burst = Burst(mss);
            int inFlight = PacketsInFlight;
            int quota = inFlight >= SndCwnd ? 0 : Math.Min(Math.Max(SndCwnd >> 1, 1), SndCwnd - inFlight);
            if (quota == 0)
            {
                if (!probe)
                {
                    cwndLimited = true;
                    break;
                }

                quota = 1;
            }

            if (skb.Length > mss) Recut(skb, mss);
            quota = Math.Min(quota, burst);
            skb = GrowRun(skb, quota * mss, mss);
            if (!_snd.Allows(skb.Tcp.EndSeq))
            {
                rwndLimited = true;
                break;
            }

            if (skb.Next is null && !NagleTest(skb, mss, nonagle)) break;
            if (push == PushAll && skb.Next is { Tcp.Continues: true } && ShouldDefer(skb, burst, ref cwndLimited, ref rwndLimited)) break;
            int run = RunLength(skb, probe ? 1 : quota, mss, nonagle), gone = 0, bytes = 0;
            Instant before = PacingStamp;
            if (run > 1 && CanGso(_writeQueue.Head!, run))
            {
                bytes = TransmitRun(_writeQueue.Head!, run, mss);
                gone = run;
            }

            for (; gone < run; gone++)
            {
                SkBuff s = _writeQueue.Head!;
                s.Next?.PrefetchData();

                if (gone == 0) BeginRun(s); // what goes out together is one packet of the kernel's from now on
                if (IsAccEcn) AccEcnState!.InRun = gone > 0;
                if (!TransmitData(s, forcePush: run > 1 && gone == run - 1)) break;
                bytes += s.Length;
                NewDataSent(s, mss);
            }

            if (IsAccEcn) AccEcnState!.InRun = false;
            if (gone == run && _writeQueue.Head is { Tcp.Continues: true } rest) BeginRun(rest); // cut off: a packet by itself (tso_fragment)
            PaceAfter(before, bytes);

            sent += gone;
            if (push != PushAll || gone < run) break;
        }

        if (rwndLimited) Flow.ChronoStart(TcpChrono.RwndLimited, _mstamp);
        else _flow?.ChronoStop(TcpChrono.RwndLimited, IsSendIdle, _mstamp);
        cwndLimited |= PacketsInFlight >= SndCwnd;
        if (sent > 0 || cwndLimited) ValidateCwnd(cwndLimited);
        if (sent > 0)
        {
            if (InCwndReduction) _prrOut += sent;
            if (!probe) ScheduleLossProbe(false);
            return false;
        }

        if (probe) return false;
        return _packetsOut == 0 && !_writeQueue.IsEmpty;
    }

    /// <summary>tcp_tso_should_defer: several segments wait for more room, so that one burst goes instead of two, if an acknowledgement is about to come.</summary>
    /// <param name="burst">As many as a burst may have.</param>
    private bool ShouldDefer(SkBuff first, int burst, ref bool cwndLimited, ref bool rwndLimited)
    {
        if (_caState >= TcpCaState.Recovery || _rtxQueue.Head is not { } head) return false;
        if (_mstamp - Flow.LastXmit > Duration.FromMilliseconds(1)) return false; // nothing was sent just now
        int length = 0;
        SkBuff last = first;
        for (SkBuff? s = first; s is not null && (s == first || s.Tcp.Continues); s = s.Next)
        {
            length += s.Length;
            last = s;
        }

        long sendWindow = _snd.WndEnd - (SeqNum)first.Tcp.Seq, congestionWindow = (long)(SndCwnd - PacketsInFlight) * _mssCache, limit = Math.Min(sendWindow, congestionWindow);
        if (limit >= (long)burst * _mssCache) return false;
        if (last.Next is not null && limit >= length) return false; // it will not grow, and all of it may go
        int divisor = Sysctl.tcp_tso_win_divisor;
        if (divisor > 0 ? limit >= Math.Min(_snd.SndWnd, (long)SndCwnd * _mssCache) / divisor : limit > 3L * _mssCache) return false;
        // The next acknowledgement, a smoothed round trip after what waits for it, is more than a millisecond away (6.18.44; it was half of the round trip).
        Instant expected = head.Tcp.SentAt + Duration.FromNanoseconds(125L * _rtt.Srtt8);
        if ((expected - _mstamp).Nanoseconds > Math.Min(1_000_000, 1000L * (_rtt.Srtt8 >> 4))) return false;
        if (congestionWindow < sendWindow && congestionWindow <= length) return cwndLimited = true;
        if (congestionWindow >= sendWindow && sendWindow <= length) return rwndLimited = true;
        return (last.Tcp.Flags & (byte)TcpFlags.FIN) == 0 && !last.Tcp.Eor;
    }

    /// <summary>tcp_nagle_test with Minshall's rule: a small segment waits while another small one is unacknowledged.</summary>
    private bool NagleTest(SkBuff skb, int mss, byte nonagle)
    {
        if ((nonagle & NaglePush) != 0) return true;
        if ((skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0 || UrgentMode) return true;
        if (skb.Length >= mss) return true;
        if ((nonagle & NagleCork) != 0) return false;
        return nonagle != 0 || _packetsOut == 0 || !(_snd.SndSml > _snd.SndUna && _snd.SndSml <= _snd.SndNxt);
    }

    private bool UrgentMode => _urgent is { SndMode: true };

    /// <summary>tcp_event_new_data_sent: from the write queue to the retransmit queue.</summary>
    /// <param name="mss">A full segment (what is shorter is small to Minshall): less than MSS where options ride along; 0 for the MSS.</param>
    private void NewDataSent(SkBuff skb, int mss = 0)
    {
        int prior = _packetsOut;
        if (skb.Length > 0 && skb.Length < (mss > 0 ? mss : _mssCache)) _snd.SndSml = skb.Tcp.EndSeq;
        _writeQueue.Remove(skb);
        _rtxQueue.Append(skb);
        _snd.SndNxt = skb.Tcp.EndSeq;
        _packetsOut++;
        if (prior == 0 || _retransKind == RetransKind.LossProbe) RearmRto();
        if ((skb.Tcp.Flags & (byte)TcpFlags.SYN) == 0) Inc(Snmp.TcpExtTCPOrigDataSent); // a FIN counts, a SYN goes another way (tcp_connect)
    }
}
