// BBR behind a policer ("long-term sampling"): where loss is steady and the rate between losses is the same twice, that rate is the path's, whatever the best
// rounds say; for 48 rounds it is sent at without probing.

namespace ActorNet.Protocols.Tcp;

public sealed partial class Bbr
{
    private const int LtMinRounds = 4, LtMaxRounds = 4 * LtMinRounds, LtUseRounds = 48;
    private const int LtLossThreshold = 50;                 // of 256: a policer drops a fifth and more
    private const int LtRatio = Unit / 8;                   // as equal as an eighth
    private const ulong LtDifference = 4000 / 8;            // or as 4 kbit/s

    private bool _ltSampling, _ltUse;
    private int _ltRounds;
    private long _ltDelivered, _ltLost;
    private Instant _ltStamp;
    private ulong _ltBw;

    private void ResetLongTerm(TcpSock sk)
    {
        _ltBw = 0;
        _ltUse = _ltSampling = false;
        BeginLongTermInterval(sk);
    }

    private void BeginLongTermInterval(TcpSock sk)
    {
        _ltStamp = sk.DeliveredAt;
        _ltDelivered = sk.DeliveredInAll;
        _ltLost = sk.LostInAll;
        _ltRounds = 0;
    }

    private void SampleLongTerm(TcpSock sk, in RateSample sample)
    {
        if (_ltUse)
        {
            // For so many rounds; then the path is probed anew.
            if (_mode == Mode.ProbeBw && _roundStart && ++_ltRounds >= LtUseRounds)
            {
                ResetLongTerm(sk);
                EnterProbeBw(sk);
            }

            return;
        }

        // An interval begins and ends with a loss.
        if (!_ltSampling)
        {
            if (sample.Losses == 0) return;
            BeginLongTermInterval(sk);
            _ltSampling = true;
        }

        if (sample.IsAppLimited)
        {
            ResetLongTerm(sk);
            return;
        }

        if (_roundStart) _ltRounds++;
        if (_ltRounds < LtMinRounds) return;
        if (_ltRounds > LtMaxRounds)
        {
            ResetLongTerm(sk);
            return;
        }

        if (sample.Losses == 0) return;
        long lost = sk.LostInAll - _ltLost, delivered = sk.DeliveredInAll - _ltDelivered;
        if (delivered <= 0 || lost << GainScale < LtLossThreshold * delivered) return;
        long ms = (sk.DeliveredAt - _ltStamp).Milliseconds;
        if (ms < 1) return;
        EndLongTermInterval(sk, ((ulong)delivered << BwScale) / (ulong)(ms * 1000));
    }

    private void EndLongTermInterval(TcpSock sk, ulong bw)
    {
        if (_ltBw > 0)
        {
            ulong difference = bw > _ltBw ? bw - _ltBw : _ltBw - bw;
            if (difference * Unit <= LtRatio * _ltBw || BytesPerSecond(sk, difference, Unit) <= LtDifference)
            {
                _ltBw = (bw + _ltBw) / 2;
                _ltUse = true;
                _pacingGain = Unit;
                _ltRounds = 0;
                return;
            }
        }

        _ltBw = bw;
        BeginLongTermInterval(sk);
    }
}
