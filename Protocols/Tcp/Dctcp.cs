// DCTCP: RFC 8257 (tcp_dctcp.c). The window is cut by half the share of bytes that came marked; the receiver echoes marks exactly.

namespace ActorNet.Protocols.Tcp;

/// <summary>One connection's DCTCP. Where the peer does not agree on ECN, <see cref="DctcpReno"/> takes its place.</summary>
public sealed class Dctcp : ICongestionControl
{
    /// <summary>Stands for DCTCP until a connection is established.</summary>
    public static readonly Dctcp Unstarted = new();

    // alpha is in 1/1024; g = 1/16 (RFC 8257 4.2).
    private const int AlphaOne = 1024, AlphaShift = 10, GainShift = 4;

    private int _alpha = AlphaOne, _lossCwnd;
    private SeqNum _windowEnd, _priorRcvNxt;
    private long _oldDelivered, _oldDeliveredCe;
    private bool _ce;

    public string Name => "dctcp";

    public bool IsTemplate => ReferenceEquals(this, Unstarted);

    public bool StartsEarly => true;

    public bool NeedsEcn => true;

    public ICongestionControl Inherited => Unstarted;

    /// <summary>The estimate of the share of marked segments, in 1/1024.</summary>
    public int Alpha => _alpha;

    public ICongestionControl Start(TcpSock sk) => sk.EcnAgreed ? new Dctcp() : DctcpReno.Instance;

    public void Init(TcpSock sk)
    {
        _priorRcvNxt = sk.RcvNxt;
        BeginWindow(sk);
    }

    /// <summary>RFC 8257 3.3: cwnd = cwnd * (1 - alpha / 2), once per window.</summary>
    public int Ssthresh(TcpSock sk)
    {
        _lossCwnd = sk.SndCwnd;
        return Math.Max(sk.SndCwnd - (int)((long)sk.SndCwnd * _alpha >> (AlphaShift + 1)), 2);
    }

    public void CongAvoid(TcpSock sk, SeqNum ack, int acked) => Reno.Instance.CongAvoid(sk, ack, acked);

    public int UndoCwnd(TcpSock sk) => Math.Max(sk.SndCwnd, _lossCwnd);

    /// <summary>RFC 8257 3.3, steps 4 to 8: once per window of data, alpha = (1 - g) * alpha + g * M, M the share of what was delivered marked.</summary>
    public void InAck(TcpSock sk)
    {
        if (IsTemplate || sk.SndUna < _windowEnd) return;
        long delivered = sk.DeliveredInAll - _oldDelivered, marked = sk.DeliveredCe - _oldDeliveredCe;
        // Down to zero in the end, though the last steps are less than one.
        int decay = _alpha >> GainShift;
        _alpha -= decay > 0 ? decay : _alpha;
        if (marked > 0) _alpha = (int)Math.Min(_alpha + (marked << (AlphaShift - GainShift)) / Math.Max(1, delivered), AlphaOne);
        BeginWindow(sk);
    }

    public void SetState(TcpSock sk, TcpCaState state)
    {
        // RFC 8257 3.5: a loss is answered as any other TCP does.
        if (state == TcpCaState.Recovery && sk.CaState != TcpCaState.Recovery) ReactToLoss(sk);
    }

    public void CwndEvent(TcpSock sk, TcpCaEvent e)
    {
        if (IsTemplate) return;
        switch (e)
        {
            case TcpCaEvent.EcnIsCe or TcpCaEvent.EcnNoCe:
                Echo(sk, e == TcpCaEvent.EcnIsCe);
                break;
            case TcpCaEvent.Loss:
                ReactToLoss(sk);
                break;
            case TcpCaEvent.TxStart:
                BeginWindow(sk);
                break;
        }
    }

    /// <summary>struct tcp_dctcp_info.</summary>
    public int WriteInfo(TcpSock sk, Span<byte> to)
    {
        to[..16].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(to, 1);
        if (IsTemplate) return 16;
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], _ce ? (ushort)1 : (ushort)0);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], _alpha);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], (uint)(sk.MssCache * (sk.DeliveredCe - _oldDeliveredCe)));
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], (uint)(sk.MssCache * (sk.DeliveredInAll - _oldDelivered)));
        return 16;
    }

    // RFC 8257 3.2: ECE tells of the segments since the last acknowledgement; when that changes, what is owed goes first, and the new state at once.
    private void Echo(TcpSock sk, bool ce)
    {
        if (ce != _ce) sk.EchoChanges(_ce, _priorRcvNxt);
        _priorRcvNxt = sk.RcvNxt;
        _ce = ce;
        sk.DemandCwr(ce);
    }

    private void ReactToLoss(TcpSock sk)
    {
        _lossCwnd = sk.SndCwnd;
        sk.SndSsthresh = Math.Max(sk.SndCwnd >> 1, 2);
    }

    private void BeginWindow(TcpSock sk)
    {
        _windowEnd = sk.SndNxt;
        _oldDelivered = sk.DeliveredInAll;
        _oldDeliveredCe = sk.DeliveredCe;
    }
}

/// <summary>DCTCP without ECN: Reno by another name.</summary>
public sealed class DctcpReno : ICongestionControl
{
    public static readonly DctcpReno Instance = new();

    private DctcpReno()
    {
    }

    public string Name => "dctcp-reno";

    public int Ssthresh(TcpSock sk) => Reno.Instance.Ssthresh(sk);

    public void CongAvoid(TcpSock sk, SeqNum ack, int acked) => Reno.Instance.CongAvoid(sk, ack, acked);

    /// <summary>struct tcp_dctcp_info: not enabled.</summary>
    public int WriteInfo(TcpSock sk, Span<byte> to)
    {
        to[..16].Clear();
        return 16;
    }
}
