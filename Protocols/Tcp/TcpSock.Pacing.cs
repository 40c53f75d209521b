// Pacing inside TCP: tcp_update_pacing_rate (net/ipv4/tcp_input.c), tcp_update_skb_after_send, tcp_pacing_check, tcp_pace_kick, tcp_tso_autosize
// (net/ipv4/tcp_output.c). Only a socket that a congestion control or SO_MAX_PACING_RATE asks for is paced (SK_PACING_NEEDED).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>The first segments of a connection go without pacing.</summary>
    private const int UnpacedSegments = 10;

    /// <summary>sk_pacing_status is SK_PACING_NEEDED: once asked for, pacing stays.</summary>
    internal bool IsPaced => IsPacingAsked || _flow is { PacingNeeded: true };

    /// <summary>sk_pacing_rate, bytes per second: what pacing goes by; all ones before anything is known. Bounded by SO_MAX_PACING_RATE.</summary>
    internal ulong PacingRate
    {
        get
        {
            if (_flow is not { PacingRate: > 0 } && (!_rtt.HasSample || _ca.ControlsAll)) return MaxPacingRate;
            return Math.Min(_flow is { PacingRate: > 0 } flow ? flow.PacingRate : ComputePacingRate(), MaxPacingRate);
        }
        set => Flow.PacingRate = Math.Max(1, Math.Min(value, MaxPacingRate));
    }

    // The rate is bounded at once, and stays so until it is reckoned anew, though the bound may go before.
    private protected override void OnMaxPacingRate()
    {
        if (_flow is not null || MaxPacingRate != ulong.MaxValue) Flow.PacingRate = Math.Max(1, PacingRate);
    }

    /// <summary>A congestion control wants its packets spread.</summary>
    internal void NeedPacing() => Flow.PacingNeeded = true;

    /// <summary>The earliest time of the next packet, or now (tcp_wstamp_ns).</summary>
    internal Instant EarliestDeparture => _flow is { } flow ? Instant.Max(flow.LastXmit, _mstamp) : _mstamp;

    /// <summary>tcp_update_pacing_rate: 200 % of cwnd per round trip in the first half of slow start, 120 % after (tcp_pacing_ss_ratio, tcp_pacing_ca_ratio).</summary>
    private ulong ComputePacingRate()
    {
        int percent = SndCwnd < SndSsthresh / 2 ? Sysctl.tcp_pacing_ss_ratio : Sysctl.tcp_pacing_ca_ratio;
        ulong rate = (ulong)_mssCache * 80_000 * (ulong)percent * (ulong)Math.Max(SndCwnd, _packetsOut);
        if (_rtt.Srtt8 > 0) rate /= (ulong)_rtt.Srtt8;
        return rate;
    }

    /// <summary>tcp_tso_autosize: the most segments in one burst, paced or not: about a millisecond at the rate of the last acknowledgement, and more where the path is short.</summary>
    private int Burst(int mss)
    {
        ulong bytes = PacingRate >> PacingShift;
        int r = (int)Math.Min(MinRttUs >> Math.Min(Sysctl.tcp_tso_rtt_log, 31), 31);
        if (r < 31) bytes += (ulong)(GsoMaxSize >> r);
        return (int)Math.Clamp((long)Math.Min(bytes, GsoMaxSize) / mss, Math.Max(_ca.MinTsoSegments(this), 1), 65_535);
    }

    /// <summary>sk_pacing_shift: a burst lasts 2^-10 s.</summary>
    internal const int PacingShift = 10;

    // What was the stamp before a packet goes: the time since counts in part for what the timer lost.
    private Instant PacingStamp => _flow?.LastXmit ?? default;

    /// <summary>tcp_update_skb_after_send: the next packet waits for as long as this one takes at the pacing rate, less up to half for time lost before it.</summary>
    /// <param name="before"><see cref="PacingStamp"/> as it was before the packet.</param>
    private void PaceAfter(Instant before, int bytes)
    {
        if (_flow is not { } flow || !IsPaced || bytes == 0) return;
        ulong rate = PacingRate;
        if (rate is 0 or ulong.MaxValue || flow.DataSegsOut < UnpacedSegments) return;
        long takes = (long)Math.Min((ulong)bytes * 1_000_000_000 / rate, long.MaxValue / 4), credit = (flow.LastXmit - before).Nanoseconds;
        takes -= Math.Min(takes / 2, credit);
        flow.LastXmit += new Duration(takes);
    }

    /// <summary>tcp_pacing_check: must the next packet wait? Then the timer sends it.</summary>
    private bool MustPace()
    {
        if (_flow is not { } flow || !IsPaced || flow.LastXmit <= _mstamp) return false;
        if (flow.PaceAt == Instant.Never) flow.PaceAt = flow.LastXmit;
        return true;
    }

    /// <summary>tcp_pacing_delay: how much later timers are due because their packet is not gone yet.</summary>
    private Duration PacingDelay
    {
        get
        {
            if (_flow is not { } flow || flow.LastXmit <= _mstamp) return Duration.Zero;
            long us = (flow.LastXmit - _mstamp).Microseconds;
            return Duration.FromMicroseconds((us + Jiffies.Micros - 1) / Jiffies.Micros * Jiffies.Micros);
        }
    }

    /// <summary>tcp_pace_kick, tcp_tsq_write: what was held back goes on, what is lost first.</summary>
    private void PaceTimer(TcpFlow flow)
    {
        flow.PaceAt = Instant.Never;
        if (_state is not (TcpState.ESTABLISHED or TcpState.FIN_WAIT1 or TcpState.CLOSING or TcpState.CLOSE_WAIT or TcpState.LAST_ACK)) return;
        if (_lostOut > _retransOut && SndCwnd > PacketsInFlight) XmitRetransmitQueue();
        if (!_writeQueue.IsEmpty) WriteXmit(CurrentMss(), _nonagle, PushAll);
    }
}
