// CUBIC: RFC 9438 in integers, with HyStart's two detectors (Ha and Rhee) as Linux runs them by default (tcp_cubic.c).
// Time inside is in units of 1/1024 s; windows are segments.

namespace ActorNet.Protocols.Tcp;

/// <summary>One connection's CUBIC. A connection that has not lost or grown anything yet shares <see cref="Unstarted"/>.</summary>
public sealed class Cubic : ICongestionControl
{
    /// <summary>Stands for CUBIC until a connection is established and needs state of its own.</summary>
    public static readonly Cubic Unstarted = new();

    private const int BetaScale = 1024, Beta = 717;     // beta_cubic = 0.7
    private const long C1024 = 410;                     // C = 0.4
    private const int HystartLowWindow = 16, HystartMinSamples = 8;
    private const int HystartAckDeltaUs = 2000, HystartDelayMinUs = 4000, HystartDelayMaxUs = 16_000;

    private int _cnt, _lastMaxCwnd, _lastCwnd, _originPoint, _ackCnt, _tcpCwnd;
    private long _k, _epochStart = -1, _lastTime;
    private uint _delayMinUs;

    private bool _found;
    private SeqNum _endSeq;
    private long _roundStartUs, _lastAckUs;
    private uint _currRttUs;
    private int _sampleCnt;

    public string Name => "cubic";

    public bool IsTemplate => ReferenceEquals(this, Unstarted);

    public ICongestionControl Start(TcpSock sk) => new Cubic();

    public ICongestionControl Inherited => Unstarted;

    public void Init(TcpSock sk) => ResetHystart(sk);

    public int Ssthresh(TcpSock sk)
    {
        _epochStart = -1;
        // Fast convergence: a flow whose maximum falls gives some more of it up (RFC 9438 4.7).
        _lastMaxCwnd = sk.SndCwnd < _lastMaxCwnd ? sk.SndCwnd * (BetaScale + Beta) / (2 * BetaScale) : sk.SndCwnd;
        return Math.Max(sk.SndCwnd * Beta / BetaScale, 2);
    }

    public void CongAvoid(TcpSock sk, SeqNum ack, int acked)
    {
        if (!sk.IsCwndLimited) return;
        if (sk.InSlowStart)
        {
            acked = Reno.SlowStart(sk, acked);
            if (acked == 0) return;
        }

        Update(sk, acked);
        Reno.AdditiveIncrease(sk, _cnt, acked);
    }

    public void SetState(TcpSock sk, TcpCaState state)
    {
        if (state != TcpCaState.Loss) return;
        _cnt = _lastMaxCwnd = _lastCwnd = _originPoint = _ackCnt = _tcpCwnd = 0;
        _k = _lastTime = 0;
        _epochStart = -1;
        _delayMinUs = 0;
        _found = false;
        ResetHystart(sk);
    }

    public void CwndEvent(TcpSock sk, TcpCaEvent e)
    {
        if (e != TcpCaEvent.TxStart || _epochStart < 0) return;
        // An idle time does not count as time to grow in (RFC 9438 5.8): the epoch moves on by it.
        long idle = Ticks(sk.Mstamp) - Ticks(sk.LastSent);
        if (idle > 0) _epochStart = Math.Min(_epochStart + idle, Ticks(sk.Mstamp));
    }

    public void PktsAcked(TcpSock sk, int acked, long rttUs)
    {
        if (rttUs < 0) return;
        // The first second after a fast recovery is noise.
        if (_epochStart >= 0 && Ticks(sk.Mstamp) - _epochStart < 1024) return;
        uint delay = (uint)Math.Clamp(rttUs, 1, int.MaxValue);
        if (_delayMinUs == 0 || delay < _delayMinUs) _delayMinUs = delay;
        if (!_found && sk.InSlowStart) Hystart(sk, delay);
    }

    private static long Ticks(Instant t) => t.Nanoseconds / 1_000_000 * 1024 / 1000;

    private void Update(TcpSock sk, int acked)
    {
        int cwnd = sk.SndCwnd;
        long now = Ticks(sk.Mstamp);
        _ackCnt += acked;
        if (_lastCwnd == cwnd && now - _lastTime <= 32) return;
        // At the start of an epoch and then once per 1/32 s or whenever the window moved.
        if (_epochStart >= 0 && now == _lastTime)
        {
            Friendliness(cwnd);
            return;
        }

        _lastCwnd = cwnd;
        _lastTime = now;
        if (_epochStart < 0)
        {
            _epochStart = now;
            _ackCnt = acked;
            _tcpCwnd = cwnd;
            if (_lastMaxCwnd <= cwnd)
            {
                _k = 0;
                _originPoint = cwnd;
            }
            else
            {
                // K = cbrt((W_max - cwnd) / C), in 1/1024 s.
                _k = CubeRoot((ulong)(_lastMaxCwnd - cwnd) * (1UL << 40) / (ulong)C1024);
                _originPoint = _lastMaxCwnd;
            }
        }

        // W_cubic(t + RTT) = C (t - K)^3 + W_max
        long t = now - _epochStart + _delayMinUs * 1024L / 1_000_000;
        long offset = Math.Min(Math.Abs(t - _k), 1 << 17);
        long delta = (C1024 * offset * offset >> 20) * offset >> 20;
        long target = t < _k ? _originPoint - delta : _originPoint + delta;
        _cnt = target > cwnd ? (int)Math.Max(1, cwnd / (target - cwnd)) : 100 * cwnd;
        // Before the first loss there is no maximum to aim at: at least 5 % per RTT.
        if (_lastMaxCwnd == 0 && _cnt > 20) _cnt = 20;
        Friendliness(cwnd);
    }

    // RFC 9438 4.3: never slower than Reno would be with the same beta: alpha = 3 (1 - beta) / (1 + beta).
    private void Friendliness(int cwnd)
    {
        const int scale = 8 * (BetaScale + Beta) / 3 / (BetaScale - Beta); // 8 / alpha
        int perSegment = Math.Max(1, cwnd * scale >> 3);
        while (_ackCnt > perSegment)
        {
            _ackCnt -= perSegment;
            _tcpCwnd++;
        }

        if (_tcpCwnd > cwnd)
        {
            int most = cwnd / (_tcpCwnd - cwnd);
            if (_cnt > most) _cnt = most;
        }

        _cnt = Math.Max(_cnt, 2); // at most half a window per RTT and window
    }

    private void ResetHystart(TcpSock sk)
    {
        _roundStartUs = _lastAckUs = sk.Mstamp.Microseconds;
        _endSeq = sk.SndNxt;
        _currRttUs = uint.MaxValue;
        _sampleCnt = 0;
    }

    private void Hystart(TcpSock sk, uint delay)
    {
        if (sk.SndUna > _endSeq) ResetHystart(sk); // rounds are counted from the beginning, though small windows are let be
        if (sk.SndCwnd < HystartLowWindow) return;
        long now = sk.Mstamp.Microseconds;
        if (now - _lastAckUs <= HystartAckDeltaUs)
        {
            // An ACK train longer than half of the least RTT and a burst (hystart_ack_delay): the pipe is full. Pacing may have spread it over all of it.
            _lastAckUs = now;
            long threshold = _delayMinUs + (sk.PacingRate == 0 ? 0 : (long)Math.Min(1000, 4ul * 65_536 * 1_000_000 / sk.PacingRate));
            if (!sk.IsPaced) threshold >>= 1;
            if (now - _roundStartUs > threshold)
            {
                _found = true;
                sk.Net.Mib.Inc(Snmp.TcpExtTCPHystartTrainDetect);
                sk.Net.Mib.Add(Snmp.TcpExtTCPHystartTrainCwnd, sk.SndCwnd);
                sk.SndSsthresh = sk.SndCwnd;
            }
        }

        if (_found) return;
        if (delay < _currRttUs) _currRttUs = delay;
        if (_sampleCnt < HystartMinSamples)
        {
            _sampleCnt++;
        }
        else if (_currRttUs > _delayMinUs + Math.Clamp(_delayMinUs >> 3, HystartDelayMinUs, HystartDelayMaxUs))
        {
            _found = true;
            sk.Net.Mib.Inc(Snmp.TcpExtTCPHystartDelayDetect);
            sk.Net.Mib.Add(Snmp.TcpExtTCPHystartDelayCwnd, sk.SndCwnd);
            sk.SndSsthresh = sk.SndCwnd;
        }
    }

    /// <summary>The integer cube root, bit by bit: 22 rounds, once per epoch.</summary>
    public static long CubeRoot(ulong x)
    {
        ulong root = 0;
        for (int shift = 63; shift >= 0; shift -= 3)
        {
            root <<= 1;
            ulong b = 3 * root * (root + 1) + 1;
            if (x >> shift >= b)
            {
                x -= b << shift;
                root++;
            }
        }

        return (long)root;
    }
}
