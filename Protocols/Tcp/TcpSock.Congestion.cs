// The socket's side of congestion control: choosing, starting and asking it (net/ipv4/tcp_cong.c), and what the controls see of the socket.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    internal SeqNum RcvNxt => _rcv.RcvNxt;

    /// <summary>Segments delivered, and lost, since the connection began (tp->delivered, tp->lost).</summary>
    internal long DeliveredInAll => _delivered;

    /// <inheritdoc cref="DeliveredInAll"/>
    internal long LostInAll => _lost;

    /// <summary>Segments whose delivery was told of with a mark.</summary>
    internal long DeliveredCe => _flow?.DeliveredCe ?? 0;

    /// <summary>When a delivery was heard of last (delivered_mstamp).</summary>
    internal Instant DeliveredAt => _flow?.DeliveredAt ?? default;

    /// <summary>Both sides do ECN.</summary>
    internal bool EcnAgreed => HasAnyEcn;

    /// <summary>What is sent is bounded by the application, not by the network (tp->app_limited).</summary>
    internal bool IsAppLimited => _flow is { AppLimited: not 0 };

    /// <summary>Marks what is in flight as too little to measure the path by.</summary>
    internal void LimitSamples() => Flow.AppLimited = (uint)Math.Max(1, _delivered + PacketsInFlight);

    /// <summary>Every segment says ECE from now on, or none.</summary>
    internal void DemandCwr(bool on) => _ecn = on ? _ecn | EcnFlags.DemandCwr : _ecn & ~EcnFlags.DemandCwr;

    /// <summary>The marks of what comes change (RFC 8257 3.2): an acknowledgement that is owed goes for what came before, and the next at once.</summary>
    internal void EchoChanges(bool before, SeqNum priorRcvNxt)
    {
        if ((_ackPending & AckPending.Timer) != 0)
        {
            DemandCwr(before);
            SeqNum now = _rcv.RcvNxt;
            _rcv.RcvNxt = priorRcvNxt;
            SendAck();
            _rcv.RcvNxt = now;
            _ackPending |= AckPending.Sched;
        }

        _ackPending |= AckPending.Now;
    }

    // The template gives way to a control with state.
    private void StartCa()
    {
        _ca = _ca.Start(this);
        _ca.Init(this);
    }

    /// <summary>tcp_init_congestion_control: the connection is established.</summary>
    private void InitCa()
    {
        if (_ca is { IsTemplate: true, StartsEarly: true }) StartCa();
        if (HasAnyEcn || (Tos & EcnMask) != 0) Tos = (byte)(Tos & ~EcnMask | (_ca.NeedsEcn ? EcnEct0 : 0));
    }

    /// <summary>tcp_set_congestion_control: EPERM for one that only CAP_NET_ADMIN may take; a connection begins with it anew.</summary>
    private Errno ChangeCa(ICongestionControl ca)
    {
        if (ca.Name == _ca.Name) return Errno.OK;
        if (!CongestionControls.IsAllowed(Sysctl, ca.Name) && !Net.Current.Credentials.Capable(Capability.NET_ADMIN)) return Errno.EPERM;
        _ca = ca;
        if (_state is not (TcpState.CLOSE or TcpState.LISTEN or TcpState.SYN_SENT or TcpState.SYN_RECV)) InitCa();
        return Errno.OK;
    }

    // tcp_cong_control of those that do all by themselves.
    private void ControlByRate(int delivered, int lost)
    {
        if (_ca.IsTemplate) return; // the handshake
        _ca.Control(this, Flow.Sample(delivered, lost));
        _cwndStamp = _mstamp;
    }

    private Errno GetCcInfo(Span<byte> value, out int length)
    {
        Span<byte> full = stackalloc byte[20];
        full.Clear();
        length = _ca.WriteInfo(this, full);
        length = Math.Min(length, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }
}
