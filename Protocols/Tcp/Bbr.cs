// BBR version 1 as Linux has it (tcp_bbr.c): draft-cardwell-iccrg-bbr-congestion-control-00 and its section numbers. The model of the path and the states;
// window and pacing are in Bbr.Control.cs, policers in Bbr.LongTerm.cs. Gains are in 1/256, bandwidth in segments per µs times 2^24.

namespace ActorNet.Protocols.Tcp;

/// <summary>One connection's BBR: sends at the measured bottleneck bandwidth, with about a bandwidth-delay product in flight.</summary>
public sealed partial class Bbr : ICongestionControl
{
    /// <summary>Stands for BBR until a connection is established.</summary>
    public static readonly Bbr Unstarted = new();

    private const int BwScale = 24, GainScale = 8, Unit = 1 << GainScale;
    private const int HighGain = Unit * 2885 / 1000 + 1;    // 2 / ln 2, rounded up
    private const int DrainGain = Unit * 1000 / 2885;       // its inverse
    private const int CwndGain = 2 * Unit;
    private const int CycleLength = 8, MinCwnd = 4;
    private const int BwWindow = CycleLength + 2;           // rounds that a bandwidth counts
    private const int FullBwThreshold = Unit * 5 / 4, FullBwRounds = 3;

    private static readonly Duration s_minRttWindow = Duration.FromSeconds(10), s_probeRttTime = Duration.FromMilliseconds(200);

    private Mode _mode;
    private TcpCaState _prevState;
    private WindowedBest<ulong, Greatest> _maxBw;
    private uint _round;
    private long _nextRoundDelivered;
    private bool _roundStart, _packetConservation, _idleRestart, _probeRttRoundDone, _fullBwReached, _hasSeenRtt;
    private ulong _fullBw;
    private int _fullBwCount, _cycleIndex, _priorCwnd, _pacingGain, _cwndGain;
    private uint _minRttUs = uint.MaxValue;
    private Instant _minRttStamp, _cycleStamp, _probeRttDone;

    private enum Mode : byte { Startup, Drain, ProbeBw, ProbeRtt }

    public string Name => "bbr";

    public bool IsTemplate => ReferenceEquals(this, Unstarted);

    public bool StartsEarly => true;

    public bool ControlsAll => true;

    public ICongestionControl Inherited => Unstarted;

    private ulong Bandwidth => _ltUse ? _ltBw : _maxBw.Value;

    public ICongestionControl Start(TcpSock sk) => new Bbr();

    public void Init(TcpSock sk)
    {
        sk.SndSsthresh = TcpConst.InfiniteSsthresh;
        _nextRoundDelivered = sk.DeliveredInAll;
        _minRttUs = sk.MinRttUs;
        _minRttStamp = _ackEpoch = sk.Mstamp;
        sk.NeedPacing();
        InitPacingRate(sk);
        ResetLongTerm(sk);
        EnterStartup();
    }

    /// <summary>No loss tells BBR of a threshold; the window is kept to come back to.</summary>
    public int Ssthresh(TcpSock sk)
    {
        SaveCwnd(sk);
        return sk.SndSsthresh;
    }

    public void CongAvoid(TcpSock sk, SeqNum ack, int acked)
    {
    }

    public int UndoCwnd(TcpSock sk)
    {
        _fullBw = 0; // a slow-down that was none must not end the search for bandwidth
        _fullBwCount = 0;
        ResetLongTerm(sk);
        return sk.SndCwnd;
    }

    public void SetState(TcpSock sk, TcpCaState state)
    {
        if (state != TcpCaState.Loss) return;
        _prevState = TcpCaState.Loss;
        _fullBw = 0;
        _roundStart = true; // a time-out ends the round
        SampleLongTerm(sk, new RateSample(-1, -1, 0, -1, 0, 1, 0, false, false));
    }

    public void CwndEvent(TcpSock sk, TcpCaEvent e)
    {
        // 4.3.4.4: after idling send at the bandwidth itself: the pipe is empty, no more is needed to probe.
        if (e != TcpCaEvent.TxStart || IsTemplate || !sk.IsAppLimited) return;
        _idleRestart = true;
        _ackEpoch = sk.Mstamp;
        _ackEpochAcked = 0;
        if (_mode == Mode.ProbeBw) SetPacingRate(sk, Bandwidth, Unit);
        else if (_mode == Mode.ProbeRtt) CheckProbeRttDone(sk);
    }

    public void Control(TcpSock sk, in RateSample sample)
    {
        UpdateBandwidth(sk, sample);
        UpdateAggregation(sk, sample);
        UpdateCyclePhase(sk, sample);
        CheckFullPipe(sample);
        CheckDrain(sk);
        UpdateMinRtt(sk, sample);
        UpdateGains();
        SetPacingRate(sk, Bandwidth, _pacingGain);
        SetCwnd(sk, sample);
    }

    /// <summary>struct tcp_bbr_info.</summary>
    public int WriteInfo(TcpSock sk, Span<byte> to)
    {
        to[..20].Clear();
        if (IsTemplate) return 20;
        ulong bw = (ulong)((UInt128)Bandwidth * (ulong)sk.MssCache * 1_000_000 >> BwScale);
        BinaryPrimitives.WriteUInt64LittleEndian(to, bw);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], _minRttUs);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], _pacingGain);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], _cwndGain);
        return 20;
    }

    // 4.1.1: rounds are counted by what was delivered when the acknowledged segment was sent; the bandwidth is the best of the last ten.
    private void UpdateBandwidth(TcpSock sk, in RateSample sample)
    {
        _roundStart = false;
        if (sample.Delivered < 0 || sample.IntervalUs <= 0) return;
        if (sample.PriorDelivered >= _nextRoundDelivered)
        {
            _nextRoundDelivered = sk.DeliveredInAll;
            _round++;
            _roundStart = true;
            _packetConservation = false;
        }

        SampleLongTerm(sk, sample);
        ulong bw = ((ulong)sample.Delivered << BwScale) / (ulong)sample.IntervalUs;
        if (!sample.IsAppLimited || bw >= _maxBw.Value) _maxBw.Sample(BwWindow, _round, bw);
    }

    // 4.3.2.2: the pipe is full when three rounds have not brought a quarter more.
    private void CheckFullPipe(in RateSample sample)
    {
        if (_fullBwReached || !_roundStart || sample.IsAppLimited) return;
        if (_maxBw.Value >= _fullBw * FullBwThreshold >> GainScale)
        {
            _fullBw = _maxBw.Value;
            _fullBwCount = 0;
            return;
        }

        _fullBwReached = ++_fullBwCount >= FullBwRounds;
    }

    // 4.3.3
    private void CheckDrain(TcpSock sk)
    {
        if (_mode == Mode.Startup && _fullBwReached)
        {
            _mode = Mode.Drain;
            sk.SndSsthresh = Inflight(sk, _maxBw.Value, Unit);
        }

        if (_mode == Mode.Drain && InNetAtDeparture(sk, sk.PacketsInFlight) <= Inflight(sk, _maxBw.Value, Unit)) EnterProbeBw(sk);
    }

    // 4.3.4: a cycle of eight phases of a round trip: one probes, one drains, six cruise. It begins with any but the draining one, by lot.
    private void EnterProbeBw(TcpSock sk)
    {
        _mode = Mode.ProbeBw;
        _cycleIndex = CycleLength - 1 - (int)sk.Net.Tcp.BbrPhases.Below(CycleLength - 1);
        AdvancePhase(sk);
    }

    private void AdvancePhase(TcpSock sk)
    {
        _cycleIndex = (_cycleIndex + 1) % CycleLength;
        _cycleStamp = sk.DeliveredAt;
    }

    private void UpdateCyclePhase(TcpSock sk, in RateSample sample)
    {
        if (_mode != Mode.ProbeBw) return;
        bool lasted = (sk.DeliveredAt - _cycleStamp).Microseconds > _minRttUs;
        bool next = lasted;
        if (_pacingGain != Unit)
        {
            int inFlight = InNetAtDeparture(sk, sample.PriorInFlight);
            // Probing goes on until it has put more in flight, if nothing is lost by that; draining ends when the queue is gone.
            next = _pacingGain > Unit
                ? lasted && (sample.Losses > 0 || inFlight >= Inflight(sk, _maxBw.Value, _pacingGain))
                : lasted || inFlight <= Inflight(sk, _maxBw.Value, Unit);
        }

        if (next) AdvancePhase(sk);
    }

    private void EnterStartup() => _mode = Mode.Startup;

    // 4.1.2, 4.3.5: when the least round trip is ten seconds old, look for it again with next to nothing in flight, for 200 ms and a round.
    private void UpdateMinRtt(TcpSock sk, in RateSample sample)
    {
        Instant now = sk.Mstamp;
        bool expired = now > _minRttStamp + s_minRttWindow;
        if (sample.RttUs >= 0 && (sample.RttUs < _minRttUs || (expired && !sample.IsAckDelayed)))
        {
            _minRttUs = (uint)sample.RttUs;
            _minRttStamp = now;
        }

        if (expired && !_idleRestart && _mode != Mode.ProbeRtt)
        {
            _mode = Mode.ProbeRtt;
            SaveCwnd(sk);
            _probeRttDone = Instant.Never;
        }

        if (_mode == Mode.ProbeRtt)
        {
            sk.LimitSamples();
            if (_probeRttDone == Instant.Never)
            {
                if (sk.PacketsInFlight <= MinCwnd)
                {
                    _probeRttDone = now + s_probeRttTime;
                    _probeRttRoundDone = false;
                    _nextRoundDelivered = sk.DeliveredInAll;
                }
            }
            else
            {
                if (_roundStart) _probeRttRoundDone = true;
                if (_probeRttRoundDone) CheckProbeRttDone(sk);
            }
        }

        if (sample.Delivered > 0) _idleRestart = false;
    }

    private void CheckProbeRttDone(TcpSock sk)
    {
        if (_probeRttDone == Instant.Never || sk.Mstamp <= _probeRttDone) return;
        _minRttStamp = sk.Mstamp;
        sk.SndCwnd = Math.Max(sk.SndCwnd, _priorCwnd);
        if (_fullBwReached) EnterProbeBw(sk);
        else EnterStartup();
    }

    private void UpdateGains()
    {
        switch (_mode)
        {
            case Mode.Startup:
                _pacingGain = _cwndGain = HighGain;
                break;
            case Mode.Drain:
                _pacingGain = DrainGain;
                _cwndGain = HighGain;
                break;
            case Mode.ProbeBw:
                _pacingGain = _ltUse ? Unit : _cycleIndex switch { 0 => Unit * 5 / 4, 1 => Unit * 3 / 4, _ => Unit };
                _cwndGain = CwndGain;
                break;
            default:
                _pacingGain = _cwndGain = Unit;
                break;
        }
    }
}
