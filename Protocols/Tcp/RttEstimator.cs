// Round-trip estimation: RFC 6298 with Linux's refinements (tcp_rtt_estimator, tcp_set_rto): the mean deviation's maximum over one flight bounds
// the variance from below, a falling RTT shrinks the deviation at an eighth of the gain, and the floor (200 ms) is on the variance, not on the sum.

namespace ActorNet.Protocols.Tcp;

/// <summary>Smoothed round-trip time and what follows from it. Times are microseconds, scaled as the kernel's fields are.</summary>
public struct RttEstimator
{
    /// <summary>Eight times the smoothed RTT (srtt_us); 0 before the first sample.</summary>
    public int Srtt8;

    /// <summary>Four times the mean deviation (mdev_us).</summary>
    public int Mdev4;

    /// <summary>The largest deviation of the current flight (mdev_max_us).</summary>
    public int MdevMax4;

    /// <summary>Four times the variation that RTO uses (rttvar_us).</summary>
    public int RttVar4;

    /// <summary>Where the current flight ends (rtt_seq).</summary>
    private SeqNum _flightEnd;

    public readonly bool HasSample => Srtt8 != 0;

    public readonly int SrttMicros => Srtt8 >> 3;

    /// <summary>SRTT + 4·RTTVAR, before any backoff or ceiling (__tcp_set_rto).</summary>
    public readonly Duration Rto => Duration.FromMicroseconds((Srtt8 >> 3) + RttVar4);

    /// <summary>Before any sample: the deviation that makes one second of the first RTO.</summary>
    public void Init() => Mdev4 = 1_000_000;

    /// <summary>Takes one measurement.</summary>
    /// <param name="micros">The sample; 0 counts as 1.</param>
    /// <param name="rtoMinMicros">tcp_rto_min_us, the least variation.</param>
    public void Sample(long micros, int rtoMinMicros, SeqNum sndUna, SeqNum sndNxt)
    {
        int m = (int)Math.Clamp(micros, 1, 120_000_000);
        int srtt = Srtt8;
        if (srtt == 0)
        {
            // RFC 6298 (2.2): SRTT = R, RTTVAR = R/2.
            srtt = m << 3;
            Mdev4 = m << 1;
            RttVar4 = Math.Max(Mdev4, rtoMinMicros);
            MdevMax4 = RttVar4;
            _flightEnd = sndNxt;
        }
        else
        {
            m -= srtt >> 3;
            srtt += m;
            if (m < 0)
            {
                m = -m - (Mdev4 >> 2);
                // Falling RTT: a gain of 1/32 instead of 1/4, so that a sudden drop does not blow RTO up.
                if (m > 0) m >>= 3;
            }
            else
            {
                m -= Mdev4 >> 2;
            }

            Mdev4 += m;
            if (Mdev4 > MdevMax4)
            {
                MdevMax4 = Mdev4;
                if (MdevMax4 > RttVar4) RttVar4 = MdevMax4;
            }

            if (sndUna > _flightEnd)
            {
                if (MdevMax4 < RttVar4) RttVar4 -= (RttVar4 - MdevMax4) >> 2;
                _flightEnd = sndNxt;
                MdevMax4 = rtoMinMicros;
            }
        }

        Srtt8 = Math.Max(1, srtt);
    }
}
