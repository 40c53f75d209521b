// Explicit congestion notification, RFC 3168 sections 6.1.1 to 6.1.5 (tcp_ecn_* of include/net/tcp_ecn.h, tcp_input.c, tcp_output.c; net.ipv4.tcp_ecn 0 to 2).
// Accurate ECN: TcpSock.AccEcn.*.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private const byte EcnMask = 3, EcnEct0 = 2, EcnCe = 3;
    private const TcpFlags SynEcn = TcpFlags.ECE | TcpFlags.CWR;

    private EcnFlags _ecn;

    /// <summary>TCP_ECN_*.</summary>
    [Flags]
    private enum EcnFlags : byte
    {
        None = 0,

        /// <summary>Both sides do it; of a SYN: we asked.</summary>
        Ok = 1,

        /// <summary>The window was cut: the next new data says so (CWR).</summary>
        QueueCwr = 2,

        /// <summary>A mark came: every segment says so (ECE) until the peer has answered with CWR.</summary>
        DemandCwr = 4,

        /// <summary>The peer's packets are ECN-capable.</summary>
        Seen = 8,

        /// <summary>TCP_ECN_MODE_ACCECN, without Ok; beside Ok: our SYN asks for it.</summary>
        Accurate = 16,
    }

    /// <summary>RFC 3168's, not AccECN.</summary>
    private bool HasEcn => (_ecn & (EcnFlags.Ok | EcnFlags.Accurate)) == EcnFlags.Ok;

    private bool HasAnyEcn => (_ecn & (EcnFlags.Ok | EcnFlags.Accurate)) != 0;

    /// <summary>tcp_ecn_send_syn: the flags of our SYN.</summary>
    private TcpFlags EcnSyn()
    {
        _ecn = Sysctl.tcp_ecn == EcnAccurateOut ? EcnFlags.Ok | EcnFlags.Accurate
            : Sysctl.tcp_ecn is 1 or EcnClassicOut || _ca.NeedsEcn ? EcnFlags.Ok
            : EcnFlags.None;
        if (_ca.NeedsEcn) Tos = (byte)(Tos & ~EcnMask | EcnEct0);
        return HasAnyEcn ? TcpFlags.SYN | SynEcn : TcpFlags.SYN;
    }

    /// <summary>tcp_ecn_clear_syn: a SYN that is sent again may have been dropped for its flags (RFC 3168 6.1.1.1). One for AccECN tries twice (RFC 9768 3.1.4.1).</summary>
    private void EcnClearSyn(SkBuff syn)
    {
        if (AsksAccEcn && syn.Tcp.Retransmits == 0) return;
        if (Sysctl.tcp_ecn_fallback && ((TcpFlags)syn.Tcp.Flags & SynEcn) == SynEcn) syn.Tcp.Flags &= unchecked((byte)~SynEcn);
    }

    /// <summary>tcp_ecn_create_request: a SYN that asks, and is not itself ECN-capable, is answered with ECE.</summary>
    private bool EcnRequested(SkBuff skb, TcpHeader th)
    {
        if (((TcpFlags)skb.Tcp.Flags & SynEcn) != SynEcn) return false;
        if (_ca.NeedsEcn) return true; // whatever else the SYN says: a data centre's own
        if (Sysctl.tcp_ecn == 0) return false;
        return (skb.Ip.Tos & EcnMask) == 0 || th.Reserved != 0;
    }

    /// <summary>tcp_ecn_send: new data is ECN-capable, and tells of a cut; acknowledgements and what is sent again are not.</summary>
    private TcpFlags EcnSend(TcpFlags flags, bool newData)
    {
        Tos = (byte)(Tos & ~EcnMask | (newData || _ca.NeedsEcn ? EcnEct0 : 0));
        if (newData && (_ecn & EcnFlags.QueueCwr) != 0)
        {
            _ecn &= ~EcnFlags.QueueCwr;
            flags |= TcpFlags.CWR;
        }

        return (_ecn & EcnFlags.DemandCwr) != 0 ? flags | TcpFlags.ECE : flags;
    }

    /// <summary>tcp_data_ecn_check: a mark on data is told to the sender at once, for its window may be small.</summary>
    private void EcnCheckData(byte tos)
    {
        switch (tos & EcnMask)
        {
            case 0:
                // After ECN-capable packets one that is not is likely sent again.
                if ((_ecn & EcnFlags.Seen) != 0) EnterQuickAck(2);
                break;
            case EcnCe:
                if (_ca.NeedsEcn) _ca.CwndEvent(this, TcpCaEvent.EcnIsCe);
                if (!HasEcn) break; // the counters tell
                if ((_ecn & EcnFlags.DemandCwr) == 0)
                {
                    EnterQuickAck(2);
                    _ecn |= EcnFlags.DemandCwr;
                }

                _ecn |= EcnFlags.Seen;
                break;
            default:
                if (_ca.NeedsEcn) _ca.CwndEvent(this, TcpCaEvent.EcnNoCe);
                if (HasEcn) _ecn |= EcnFlags.Seen;
                break;
        }
    }

    /// <summary>tcp_ecn_accept_cwr: the sender has heard, and may have to wait for this acknowledgement.</summary>
    private void EcnAcceptCwr(SkBuff skb)
    {
        if (((TcpFlags)skb.Tcp.Flags & TcpFlags.CWR) == 0) return;
        _ecn &= ~EcnFlags.DemandCwr;
        _ackPending |= AckPending.Now;
    }

    /// <summary>tcp_ecn_queue_cwr and tcp_ecn_withdraw_cwr.</summary>
    private void EcnQueueCwr()
    {
        if (HasEcn) _ecn |= EcnFlags.QueueCwr;
    }

    /// <summary>tcp_enter_cwr: the window is cut though nothing is lost.</summary>
    private void EnterCwr()
    {
        _priorSsthresh = 0;
        if (_caState >= TcpCaState.CWR) return;
        _undoMarker = default;
        InitCwndReduction();
        SetCaState(TcpCaState.CWR);
    }
}
