// Reno: RFC 5681 section 3.1 with appropriate byte counting in segments (tcp_cong.c).

namespace ActorNet.Protocols.Tcp;

/// <summary>Additive increase, halving at a loss. Stateless, so one for all.</summary>
public sealed class Reno : ICongestionControl
{
    public static readonly Reno Instance = new();

    private Reno()
    {
    }

    public string Name => "reno";

    public int Ssthresh(TcpSock sk) => Math.Max(sk.SndCwnd >> 1, 2);

    public void CongAvoid(TcpSock sk, SeqNum ack, int acked)
    {
        if (!sk.IsCwndLimited) return;
        if (sk.InSlowStart)
        {
            acked = SlowStart(sk, acked);
            if (acked == 0) return;
        }

        AdditiveIncrease(sk, sk.SndCwnd, acked);
    }

    /// <summary>Grows by a segment per segment acknowledged, up to ssthresh; gives what is left of the credit (tcp_slow_start).</summary>
    internal static int SlowStart(TcpSock sk, int acked)
    {
        int cwnd = Math.Min(sk.SndCwnd + acked, sk.SndSsthresh);
        acked -= cwnd - sk.SndCwnd;
        sk.SndCwnd = cwnd;
        return acked;
    }

    /// <summary>Grows by one for every <paramref name="w"/> segments acknowledged (tcp_cong_avoid_ai).</summary>
    internal static void AdditiveIncrease(TcpSock sk, int w, int acked)
    {
        w = Math.Max(1, w);
        if (sk.SndCwndCnt >= w)
        {
            sk.SndCwndCnt = 0;
            sk.SndCwnd++;
        }

        sk.SndCwndCnt += acked;
        if (sk.SndCwndCnt >= w)
        {
            int delta = sk.SndCwndCnt / w;
            sk.SndCwndCnt -= delta * w;
            sk.SndCwnd += delta;
        }
    }
}
