// What one connection's data has come to, for TCP_INFO: delivery rate (net/ipv4/tcp_rate.c), what it waited for (tcp_chrono of include/net/tcp.h), counts.
// Made with the first data in either direction: an idle connection has none.

namespace ActorNet.Protocols.Tcp;

/// <summary>What holds a sender back (enum tcp_chrono); the higher one counts.</summary>
internal enum TcpChrono : byte { Unspec, Busy, RwndLimited, SndbufLimited }

/// <summary>Rates, waits and counts of one connection.</summary>
internal sealed class TcpFlow
{
    // ---- counts
    public int DataSegsIn, DataSegsOut, DsackDups, RcvOooPack, TimeoutRehash;
    public long BytesSent, BytesRetrans;

    /// <summary>RTOs in all, recoveries that they began, and the time that finished ones took, milliseconds; when the present one began, Never when none.</summary>
    public int TotalRto, TotalRtoRecoveries;
    public long TotalRtoTime;
    public Instant RtoStamp = Instant.Never;

    /// <summary>When a writer that found no memory asks again; Never when none waits.</summary>
    public Instant MemoryAt = Instant.Never;

    /// <summary>When something was last sent again; Never when nothing was.</summary>
    public Instant RetransmittedAt = Instant.Never;

    /// <summary>What the route's device does for its host, and of which state of the routes that is (sk_route_caps).</summary>
    public NetIfFeature Features;
    public int FeaturesGen = -1;

    // ---- receive buffer tuning: the round trip as a receiver sees it (rcv_rtt_est), µs times eight; and the last full segment's size
    public int RcvRttUs8, LastSegSize;
    public SeqNum RcvRttSeq;
    public Instant RcvRttTime;

    // ---- rate samples
    /// <summary>When the packet was sent that was delivered last, and when the last delivery was heard of (first_tx_mstamp, delivered_mstamp).</summary>
    public Instant FirstTx, DeliveredAt;

    /// <summary>The number of the last packet that the present lack of data holds (tp->app_limited); 0 when not limited.</summary>
    public uint AppLimited;

    /// <summary>A call of send waits for room: what comes next goes on with it, and is no new write.</summary>
    public bool SendWaits;

    /// <summary>The last sample worth keeping: segments, microseconds (rate_delivered, rate_interval_us), and whether the application limited it.</summary>
    public long RateDelivered, RateInterval;

    /// <summary>When anything was last sent; of a paced socket, when the next may be (tcp_wstamp_ns).</summary>
    public Instant LastXmit;

    /// <summary>Segments that were delivered under a mark (delivered_ce).</summary>
    public long DeliveredCe;
    public bool RateAppLimited = true;

    /// <summary>sk_pacing_rate, bytes per second; 0 before it is known.</summary>
    public ulong PacingRate;

    /// <summary>A congestion control asked for pacing.</summary>
    public bool PacingNeeded;

    /// <summary>When what pacing holds back may go (pacing_timer); Never when nothing waits for it.</summary>
    public Instant PaceAt = Instant.Never;

    // The sample of the ACK that is being handled (struct rate_sample).
    private bool _hasPrior, _isAppLimited;
    private long _priorDelivered, _interval, _count = -1, _span = -1;
    private int _priorInFlight;

    /// <summary>The round trip that this ACK measured, µs, below zero when none; what had been delivered when its segment was sent; whether it was probably delayed.</summary>
    public long RttUs = -1;
    public bool IsAckDelayed;
    private Instant _priorAt;
    private SeqNum _lastEnd;

    // ---- chronograph
    private Chronos _chrono;
    private Instant _chronoStart;
    private TcpChrono _chronoType;

    /// <summary>ECN, where it is used: null for a connection that neither agreed on AccECN nor ever received an ECN-capable packet.</summary>
    public TcpAccEcn? AccEcn;

    /// <summary>tcp_rate_skb_sent.</summary>
    public void Sent(SkBuff seg, Instant now, long delivered, bool nothingInFlight)
    {
        // A flight begins: nothing that is measured reaches back beyond it.
        if (nothingInFlight) FirstTx = DeliveredAt = now;
        seg.Tcp.FirstSentTime = FirstTx;
        seg.Tcp.DeliveredTime = DeliveredAt;
        seg.Tcp.DeliveredAtSend = delivered;
        seg.Tcp.AppLimited = AppLimited != 0;
    }

    /// <inheritdoc cref="RttUs"/>
    public long PriorDelivered => _hasPrior ? _priorDelivered : 0;

    /// <summary>An ACK begins.</summary>
    public void BeginAck(int inFlight)
    {
        _hasPrior = _isAppLimited = IsAckDelayed = false;
        _interval = 0;
        _priorInFlight = inFlight;
        _count = _span = RttUs = -1;
    }

    /// <summary>tcp_rate_skb_delivered: of what an ACK acknowledges or SACKs, the packet that was sent last makes the sample.</summary>
    public void Delivered(SkBuff seg)
    {
        ref TcpControl tcb = ref seg.Tcp;
        if (tcb.DeliveredTime == default) return;
        if (!_hasPrior || tcb.SentAt > FirstTx || (tcb.SentAt == FirstTx && (SeqNum)tcb.EndSeq > _lastEnd))
        {
            _hasPrior = true;
            _priorDelivered = tcb.DeliveredAtSend;
            _priorAt = tcb.DeliveredTime;
            _isAppLimited = tcb.AppLimited;
            _lastEnd = tcb.EndSeq;
            FirstTx = tcb.SentAt;
            _interval = (FirstTx - tcb.FirstSentTime).Microseconds;
        }

        if ((tcb.Sacked & Tcpcb.SackedAcked) != 0) tcb.DeliveredTime = default; // not again when it is acknowledged
    }

    /// <summary>tcp_rate_gen: segments over the longer of the time that sending and that hearing of them took.</summary>
    public void Generate(long delivered, bool anyDelivered, bool reneging, uint minRttUs, Instant now)
    {
        if (AppLimited != 0 && (int)(AppLimited - (uint)delivered) < 0) AppLimited = 0;
        if (anyDelivered) DeliveredAt = now;
        if (!_hasPrior || reneging) return;
        long interval = Math.Max(_interval, (now - _priorAt).Microseconds), count = delivered - _priorDelivered;
        _count = count;
        // Less than the least round trip: segments that came together, no rate.
        if (interval < minRttUs) return;
        _span = interval;
        if (_isAppLimited && (Int128)count * RateInterval < (Int128)RateDelivered * interval) return;
        RateDelivered = count;
        RateInterval = interval;
        RateAppLimited = _isAppLimited;
    }

    /// <summary>What this ACK has measured (struct rate_sample), once <see cref="Generate"/> is done.</summary>
    public RateSample Sample(int acked, int losses) => new(_count, _span, PriorDelivered, RttUs, acked, losses, _priorInFlight, _isAppLimited, IsAckDelayed);

    /// <summary>tcp_compute_delivery_rate, bytes per second.</summary>
    public long DeliveryRate(int mss) => RateDelivered == 0 || RateInterval == 0 ? 0 : (long)((Int128)RateDelivered * mss * 1_000_000 / RateInterval);

    /// <summary>tcp_chrono_start.</summary>
    public void ChronoStart(TcpChrono type, Instant now)
    {
        if (type > _chronoType) ChronoSet(type, now);
    }

    /// <summary>tcp_chrono_stop.</summary>
    /// <param name="isIdle">Nothing waits to be sent or acknowledged.</param>
    public void ChronoStop(TcpChrono type, bool isIdle, Instant now)
    {
        if (isIdle) ChronoSet(TcpChrono.Unspec, now);
        else if (type == _chronoType) ChronoSet(TcpChrono.Busy, now);
    }

    /// <summary>Time spent so far, microseconds.</summary>
    public long Chrono(TcpChrono type, Instant now)
    {
        long nanos = _chrono[(int)type - 1];
        if (type == _chronoType) nanos += (now - _chronoStart).Nanoseconds;
        return nanos / 1000;
    }

    private void ChronoSet(TcpChrono type, Instant now)
    {
        if (type == _chronoType && type == TcpChrono.Unspec) return;
        if (_chronoType != TcpChrono.Unspec) _chrono[(int)_chronoType - 1] += (now - _chronoStart).Nanoseconds;
        _chronoStart = now;
        _chronoType = type;
    }

    // Nanoseconds of each kind.
    [System.Runtime.CompilerServices.InlineArray(3)]
    private struct Chronos
    {
        private long _first;
    }
}
