// What BBR sets: the pacing rate (draft section 4.2.1), the size of bursts (4.2.2), the window (4.2.3), with room for acknowledgements that come in heaps.

namespace ActorNet.Protocols.Tcp;

public sealed partial class Bbr
{
    private const int PacingPercent = 99;                   // a little below, so that the queue drains
    private const long SlowRate = 1_200_000 / 8;            // bytes per second: below, bursts of one segment
    private const int AggregationRounds = 5, AggregationMaxUs = 100_000, AggregationMaxAcked = 1 << 20;

    private Instant _ackEpoch;
    private int _ackEpochAcked, _extraAckedRounds, _extraAckedIndex;
    private (int First, int Second) _extraAcked;

    /// <summary>One segment at a time where one takes long, two elsewhere.</summary>
    public int MinTsoSegments(TcpSock sk) => sk.PacingRate < SlowRate ? 1 : 2;

    private static ulong BytesPerSecond(TcpSock sk, ulong bw, int gain) =>
        (ulong)((UInt128)bw * (ulong)sk.MssCache * (ulong)gain * (1_000_000 / 100 * PacingPercent) >> (BwScale + GainScale));

    // The initial window over the round trip of the handshake, or over a millisecond.
    private void InitPacingRate(TcpSock sk)
    {
        long rttUs = 1000;
        if (sk.Rtt.Srtt8 > 0)
        {
            rttUs = Math.Max(sk.Rtt.Srtt8 >> 3, 1);
            _hasSeenRtt = true;
        }

        sk.PacingRate = BytesPerSecond(sk, ((ulong)sk.SndCwnd << BwScale) / (ulong)rttUs, HighGain);
    }

    // While the pipe is not known to be full the rate only grows.
    private void SetPacingRate(TcpSock sk, ulong bw, int gain)
    {
        ulong rate = Math.Min(BytesPerSecond(sk, bw, gain), sk.MaxPacingRate);
        if (!_hasSeenRtt && sk.Rtt.Srtt8 > 0) InitPacingRate(sk);
        if (_fullBwReached || rate > sk.PacingRate) sk.PacingRate = rate;
    }

    private void SaveCwnd(TcpSock sk)
    {
        // During recovery and PROBE_RTT the window is small for other reasons.
        if (_prevState < TcpCaState.Recovery && _mode != Mode.ProbeRtt) _priorCwnd = sk.SndCwnd;
        else _priorCwnd = Math.Max(_priorCwnd, sk.SndCwnd);
    }

    private int Bdp(ulong bw, int gain)
    {
        if (_minRttUs == uint.MaxValue) return TcpConst.InitCwnd; // nothing is known yet
        UInt128 segments = ((UInt128)bw * _minRttUs * (ulong)gain >> GainScale) + ((1UL << BwScale) - 1);
        return (int)Math.Min((ulong)(segments >> BwScale), int.MaxValue / 8);
    }

    private int BurstGoal(TcpSock sk)
    {
        ulong bytes = Math.Min(sk.PacingRate >> TcpSock.PacingShift, 65_536 - 1 - 320);
        return Math.Min(Math.Max((int)bytes / sk.MssCache, MinTsoSegments(sk)), 0x7F);
    }

    // Bursts, delayed acknowledgements and GRO must not starve the pipe: three bursts more, an even number, and two more to probe with.
    private int Quantize(TcpSock sk, int cwnd)
    {
        cwnd += 3 * BurstGoal(sk);
        cwnd = (cwnd + 1) & ~1;
        return _mode == Mode.ProbeBw && _cycleIndex == 0 ? cwnd + 2 : cwnd;
    }

    private int Inflight(TcpSock sk, ulong bw, int gain) => Quantize(sk, Bdp(bw, gain));

    // How much will be in the network when the next packet may go: what is delivered until then is gone.
    private int InNetAtDeparture(TcpSock sk, int inFlight)
    {
        long us = (sk.EarliestDeparture - sk.Mstamp).Microseconds;
        ulong delivered = (ulong)((UInt128)Bandwidth * (ulong)us >> BwScale);
        if (_pacingGain > Unit) inFlight += BurstGoal(sk);
        return delivered >= (ulong)inFlight ? 0 : inFlight - (int)delivered;
    }

    private void SetCwnd(TcpSock sk, in RateSample sample)
    {
        int acked = sample.Acked, cwnd = sk.SndCwnd;
        if (acked > 0 && !Recovering(sk, sample, ref cwnd))
        {
            int target = Quantize(sk, Bdp(Bandwidth, _cwndGain) + AggregationRoom());
            if (_fullBwReached) cwnd = Math.Min(cwnd + acked, target);
            else if (cwnd < target || sk.DeliveredInAll < TcpConst.InitCwnd) cwnd += acked;
            cwnd = Math.Max(cwnd, MinCwnd);
        }

        sk.SndCwnd = _mode == Mode.ProbeRtt ? Math.Min(cwnd, MinCwnd) : cwnd;
    }

    // 4.2.3.4: in the first round of recovery a packet goes for each delivered; after it the window is what it was.
    private bool Recovering(TcpSock sk, in RateSample sample, ref int cwnd)
    {
        TcpCaState state = sk.CaState, before = _prevState;
        if (sample.Losses > 0) cwnd = Math.Max(cwnd - sample.Losses, 1);
        if (state == TcpCaState.Recovery && before != TcpCaState.Recovery)
        {
            _packetConservation = true;
            _nextRoundDelivered = sk.DeliveredInAll;
            cwnd = sk.PacketsInFlight + sample.Acked;
        }
        else if (before >= TcpCaState.Recovery && state < TcpCaState.Recovery)
        {
            cwnd = Math.Max(cwnd, _priorCwnd);
            _packetConservation = false;
        }

        _prevState = state;
        if (!_packetConservation) return false;
        cwnd = Math.Max(cwnd, sk.PacketsInFlight + sample.Acked);
        return true;
    }

    // How many segments more than the bandwidth explains came acknowledged at once; the most of the last five to ten rounds.
    private void UpdateAggregation(TcpSock sk, in RateSample sample)
    {
        if (sample.Acked <= 0 || sample.Delivered < 0 || sample.IntervalUs <= 0) return;
        if (_roundStart && ++_extraAckedRounds >= AggregationRounds)
        {
            _extraAckedRounds = 0;
            _extraAckedIndex ^= 1;
            if (_extraAckedIndex == 0) _extraAcked.First = 0;
            else _extraAcked.Second = 0;
        }

        long us = (sk.DeliveredAt - _ackEpoch).Microseconds;
        ulong expected = (ulong)((UInt128)Bandwidth * (ulong)us >> BwScale);
        if ((ulong)_ackEpochAcked <= expected || _ackEpochAcked + sample.Acked >= AggregationMaxAcked)
        {
            _ackEpochAcked = 0;
            _ackEpoch = sk.DeliveredAt;
            expected = 0;
        }

        _ackEpochAcked = Math.Min(AggregationMaxAcked - 1, _ackEpochAcked + sample.Acked);
        int extra = (int)Math.Min((ulong)_ackEpochAcked - expected, (ulong)sk.SndCwnd);
        if (_extraAckedIndex == 0) _extraAcked.First = Math.Max(_extraAcked.First, extra);
        else _extraAcked.Second = Math.Max(_extraAcked.Second, extra);
    }

    private int AggregationRoom()
    {
        if (!_fullBwReached) return 0;
        ulong most = (ulong)((UInt128)Bandwidth * AggregationMaxUs >> BwScale);
        return (int)Math.Min((ulong)Math.Max(_extraAcked.First, _extraAcked.Second), most);
    }
}
