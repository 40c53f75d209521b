// What we offer the peer, and how large our segments are: tcp_select_window, __tcp_select_window, tcp_sync_mss, tcp_rcv_space_adjust, buffer growth
// (tcp_output.c, tcp_input.c). RFC 9293 section 3.8.6.2.2 (silly windows), RFC 7323 section 2.

using System.Numerics;

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_win_from_space: how much of buffer space is window, as payload per truesize has been so far (in 1/256).</summary>
    private int WinFromSpace(int space) => (int)((long)space * _scalingRatio >> 8);

    private int SpaceFromWin(int window) => (int)Math.Min(((long)window << 8) / Math.Max(_scalingRatio, (byte)1), int.MaxValue);

    /// <summary>tcp_full_space and tcp_space.</summary>
    private int FullSpace => WinFromSpace(Rcvbuf);

    private int FreeSpace => WinFromSpace(Math.Max(0, Rcvbuf - _rmemAlloc));

    /// <summary>tcp_select_window: the field to send. The window never shrinks (RFC 9293 3.8.6), unless tcp_shrink_window lets it.</summary>
    private int SelectWindow()
    {
        if ((_ackPending & AckPending.NoMem) != 0)
        {
            // No memory for what came: the window closes, whatever was offered.
            Set(TcpSockFlags.FastPath, false);
            _rcv.RcvWnd = 0;
            _rcv.RcvWup = _rcv.RcvNxt;
            return 0;
        }

        int old = _rcv.RcvWnd, current = _rcv.Current, window = ComputeWindow();
        if (window < current && !MayShrinkWindow)
        {
            if (window == 0) Inc(Snmp.TcpExtTCPWantZeroWindowAdv);
            window = _rcv.RoundUp(current);
        }

        _rcv.RcvWnd = window; // also what the field cannot say
        _rcv.RcvWup = _rcv.RcvNxt;
        if (window == 0)
        {
            Set(TcpSockFlags.FastPath, false);
            if (old != 0) Inc(Snmp.TcpExtTCPToZeroWindowAdv);
        }
        else if (old == 0)
        {
            Inc(Snmp.TcpExtTCPFromZeroWindowAdv);
        }

        return Math.Min(window >> _rcv.Wscale, _rcv.Wscale == 0 && Sysctl.tcp_workaround_signed_windows ? TcpConst.MaxWindowSigned : TcpConst.MaxWindowUnscaled);
    }

    /// <summary>__tcp_select_window: the free space in steps that are worth a segment; zero when too little is left.</summary>
    private int ComputeWindow()
    {
        int mss = _rcvMss, free = FreeSpace, allowed = FullSpace, full = Math.Min(_rcv.WindowClamp, allowed);
        if (mss > full) mss = full;
        if (mss <= 0) return 0;
        if (MayShrinkWindow) return ComputeShrinkingWindow(free, allowed, full, mss);
        if (free < full >> 1)
        {
            _quick = 0;
            if (UnderMemoryPressure) AdjustRcvSsthresh();
            free = free >> _rcv.Wscale << _rcv.Wscale;
            // Less than a sixteenth of the buffer or less than a segment: close it rather than dribble.
            if (free < allowed >> 4 || free < mss) return 0;
        }

        if (free > _rcv.RcvSsthresh) free = _rcv.RcvSsthresh;
        if (_rcv.Wscale > 0) return _rcv.RoundUp(free);
        int window = _rcv.RcvWnd;
        if (window <= free - mss || window > free) return free - free % mss;
        return mss == full && free > window + (full >> 1) ? free : window;
    }

    /// <summary>tcp_sync_mss: what fits the path, the peer's MSS, our options and half of the peer's window.</summary>
    private void SyncMss(int pmtu)
    {
        _mtu = pmtu;
        int mss = Math.Min(pmtu - (Peer.Address.IsV4 ? 20 : 40) - TcpHeader.MinLength, _mssClamp);
        mss = Math.Max(mss, Sysctl.tcp_min_snd_mss) - (HeaderLength - TcpHeader.MinLength);
        mss = BoundToHalfWindow(mss);
        if (MtuProbeState is { } p)
        {
            p.SearchHigh = Math.Min(p.SearchHigh, pmtu);
            if (p.Enabled) mss = Math.Min(mss, MtuToMss(p.SearchLow));
        }

        _mssCache = (ushort)Math.Clamp(mss, 1, 65_535);
    }

    /// <summary>tcp_initialize_rcv_mss: a first guess of the peer's segment size, low on purpose.</summary>
    private void InitRcvMss()
    {
        int hint = Math.Min((int)_advMss, _mssCache);
        hint = Math.Min(hint, _rcv.RcvWnd / 2);
        _rcvMss = Math.Max(Math.Min(hint, TcpConst.DefaultMss), TcpConst.MinMss);
    }

    /// <summary>tcp_init_buffer_space: at the moment of connection.</summary>
    private void InitBufferSpace()
    {
        if (!SndbufLocked) ExpandSndbuf();
        _rcvqTime = _mstamp;
        _rcvqSeq = _rcv.CopiedSeq;
        int most = FullSpace;
        int clamp = Math.Min(_rcv.WindowClamp, most);
        _rcv.WindowClamp = Sysctl.tcp_app_win == 0 ? clamp : ReserveForApplication(clamp, most);
        _rcv.RcvSsthresh = Math.Min(_rcv.RcvSsthresh, _rcv.WindowClamp);
        _rcvqSpace = Math.Min(Math.Min(_rcv.RcvSsthresh, _rcv.RcvWnd), TcpConst.InitCwnd * _advMss);
        _cwndStamp = _mstamp;
    }

    /// <summary>tcp_sndbuf_expand: room for twice the window, as Linux counts the cost of a segment.</summary>
    private void ExpandSndbuf()
    {
        int per = Math.Max((int)_mssClamp, _mssCache) + TcpConst.HeaderCharge;
        per = (int)BitOperations.RoundUpToPowerOf2((uint)per) + 256;
        int segments = Math.Max(Math.Max(TcpConst.InitCwnd, SndCwnd), _reordering + 1);
        long want = 2L * segments * per;
        if (Sndbuf < want) Sndbuf = (int)Math.Min(want, Sysctl.tcp_wmem_max);
    }

    /// <summary>tcp_check_space: after an ACK, for a writer that waits.</summary>
    private void CheckSpace()
    {
        if (!Has(TcpSockFlags.NoSpace)) return;
        if (!SndbufLocked && !UnderMemoryPressure && Net.TcpMemory.IsPlentiful && PacketsInFlight < SndCwnd)
        {
            ExpandSndbuf();
            _cwndStamp = _mstamp;
        }

        TellWriteSpace();
    }

    /// <summary>sk_stream_write_space: a writer that waits may go on.</summary>
    private void TellWriteSpace()
    {
        if (!Has(TcpSockFlags.NoSpace) || !StreamIsWriteable) return;
        Set(TcpSockFlags.NoSpace, false);
        _flow?.ChronoStop(TcpChrono.SndbufLimited, IsSendIdle, _mstamp);
        Wake(WriteSpace);
    }

    /// <summary>tcp_grow_window: lets the offered window follow what arrives, in proportion to how well it fills its buffers.</summary>
    private void GrowWindow(int length, int truesize)
    {
        int room = Math.Min(_rcv.WindowClamp, FreeSpace) - _rcv.RcvSsthresh;
        if (room <= 0) return;
        if (UnderMemoryPressure)
        {
            AdjustRcvSsthresh();
            return;
        }

        int grow = WinFromSpace(truesize) <= length ? 2 * _advMss : GrowStep(length, truesize);
        if (grow <= 0) return;
        grow = Math.Max(grow, 2 * length);
        _rcv.RcvSsthresh += Math.Min(room, grow);
        _quick |= 1;
    }

    // __tcp_grow_window: small segments in large buffers may grow it only while the buffer is mostly empty.
    private int GrowStep(int length, int truesize)
    {
        int t = WinFromSpace(truesize) >> 1, window = WinFromSpace(Sysctl.tcp_rmem_max) >> 1;
        while (_rcv.RcvSsthresh <= window)
        {
            if (t <= length) return 2 * _rcvMss;
            t >>= 1;
            window >>= 1;
        }

        return 0;
    }

    /// <summary>tcp_rcv_space_adjust: dynamic right-sizing; the buffer follows twice what the reader takes in a round trip.</summary>
    private void RcvSpaceAdjust()
    {
        if (_rcvRttUs8 == 0) return;
        if ((_mstamp - _rcvqTime).Microseconds < _rcvRttUs8 >> 3) return;
        // What waits to be read has come too fast for the reader: it does not count as read.
        int copied = _rcv.CopiedSeq - _rcvqSeq - (_rcv.RcvNxt - _rcv.CopiedSeq);
        if (copied > _rcvqSpace) GrowRcvbuf(copied);
        _rcvqSeq = _rcv.CopiedSeq;
        _rcvqTime = _mstamp;
    }

    /// <summary>tcp_rcvbuf_grow: the buffer for twice what is read in a round trip, more while that grows, and for what came ahead of a hole.</summary>
    private void GrowRcvbuf(int space)
    {
        int old = _rcvqSpace;
        _rcvqSpace = space;
        if (!Sysctl.tcp_moderate_rcvbuf || RcvbufLocked) return;
        long window = 2L * space;
        window += window * (space - old) / Math.Max(1, old) << 1;
        if (_ofo?.Queue.Tail is { } last) window += (SeqNum)last.Tcp.EndSeq - _rcv.RcvNxt;
        int rcvbuf = Math.Min(SpaceFromWin((int)Math.Min(window, int.MaxValue)), Sysctl.tcp_rmem_max);
        if (rcvbuf <= Rcvbuf) return;
        Rcvbuf = rcvbuf;
        _rcv.WindowClamp = WinFromSpace(rcvbuf);
    }

    /// <summary>tcp_rcv_rtt_update: the receiver's own estimate of the round trip; the least when it is not from timestamps.</summary>
    private void RcvRttUpdate(long sample, bool fromWindow)
    {
        long m = Math.Clamp(sample, 1, int.MaxValue >> 4), old = _rcvRttUs8;
        if (old == 0) _rcvRttUs8 = (int)(m << 3);
        else if (!fromWindow) _rcvRttUs8 = (int)(old - (old >> 3) + m);
        else if (m << 3 < old) _rcvRttUs8 = (int)(m << 3);
    }

    /// <summary>tcp_rcv_rtt_measure: without timestamps, the time that a whole window takes.</summary>
    private void RcvRttMeasure()
    {
        if (_rcvRttTime.Nanoseconds != 0)
        {
            if (_rcv.RcvNxt < _rcvRttSeq) return;
            RcvRttUpdate((_mstamp - _rcvRttTime).Microseconds, true);
        }

        _rcvRttSeq = _rcv.RcvNxt + _rcv.RcvWnd;
        _rcvRttTime = _mstamp;
    }

    /// <summary>tcp_rcv_rtt_measure_ts: from an echoed timestamp that has not been used yet.</summary>
    private void RcvRttMeasureTs(in TcpOptionsReceived o, int length)
    {
        if (!o.SawTimestamp || o.TsEcr == _rcvTsEcr) return;
        _rcvTsEcr = o.TsEcr;
        if (length < _rcvMss) return;
        int delta = (int)(TsNow - o.TsEcr);
        if (delta is >= 0 and < int.MaxValue / 1000) RcvRttUpdate(Math.Max(delta, 1) * 1000L, false);
    }
}
