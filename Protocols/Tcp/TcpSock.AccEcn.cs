// Accurate ECN, the handshake: asking, agreeing, falling back (tcp_ecn_send_syn, tcp_ecn_rcv_synack, tcp_ecn_rcv_syn, tcp_accecn_third_ack of
// include/net/tcp_ecn.h; net.ipv4.tcp_ecn 3 to 5). RFC 9768 sections 3.1 and 3.2.2.1.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    // net.ipv4.tcp_ecn: who asks for AccECN (3), who grants it (3 to 5).
    private const int EcnAccurateOut = 3, EcnClassicOut = 4;

    private TcpAccEcn? AccEcnState => _flow?.AccEcn;

    /// <summary>AccECN is agreed on: then there is an <see cref="AccEcnState"/>.</summary>
    private bool IsAccEcn => (_ecn & (EcnFlags.Ok | EcnFlags.Accurate)) == EcnFlags.Accurate;

    /// <summary>Our SYN asks for it (TCP_ECN_MODE_PENDING).</summary>
    private bool AsksAccEcn => (_ecn & (EcnFlags.Ok | EcnFlags.Accurate)) == (EcnFlags.Ok | EcnFlags.Accurate);

    private TcpAccEcn EnterAccEcn(int synEctSnt, int synEctRcv)
    {
        _ecn = _ecn & ~EcnFlags.Ok | EcnFlags.Accurate;
        TcpAccEcn acc = Flow.AccEcn ??= new TcpAccEcn();
        acc.SynEctSnt = (byte)synEctSnt;
        acc.SynEctRcv = acc.LastField = (byte)synEctRcv;
        return acc;
    }

    /// <summary>The flags of a SYN or SYN-ACK of our own, once AccECN is asked for or agreed on; a SYN that has fallen back has none.</summary>
    private TcpFlags AccEcnSyn(TcpFlags flags) =>
        (flags & TcpFlags.ACK) != 0 ? flags & ~SynEcn | AccEcn.Reflect(AccEcnState!.SynEctRcv)
        : (flags & SynEcn) == SynEcn ? flags | TcpFlags.AE
        : flags;

    /// <summary>tcp_ecn_rcv_synack: the mode is the one that the SYN-ACK names, and stays (RFC 9768 3.1.2).</summary>
    private void EcnRcvSynAck(SkBuff skb, TcpHeader th, in AccEcnOption option)
    {
        int ace = th.Ace, sent = Tos & EcnMask, arrived = skb.Ip.Tos & EcnMask;
        switch (ace)
        {
            case 0 or 0b111: // no ECN; or all flags of the SYN mirrored, which is broken
                _ecn = EcnFlags.None;
                return;
            case 0b001:
            case 0b101 when !AsksAccEcn: // Linux 6.18, of a SYN that asked for RFC 3168's
                _ecn = EcnFlags.Ok;
                return;
        }

        // Linux does not ask what the SYN was: a SYN-ACK that grants AccECN to one of RFC 3168 is taken at its word.
        TcpAccEcn acc = EnterAccEcn(sent, arrived);
        acc.LastField = 0;
        if (option.IsPresent)
        {
            AccEcnSee(acc, option);
            acc.Demand = 2;
        }

        // Where RFC 9768 3.2.2.3 would look at what the SYN arrived with in any case, Linux does so only beside a mark. 0b101 says that it arrived as it went (3.1.3).
        if (arrived == EcnCe && AccEcnIsFeedbackValid(acc, ace == 0b101 ? sent : AccEcn.Reflected(ace))) acc.ReceivedCe++;
    }

    /// <summary>tcp_ecn_rcv_syn: a SYN crosses ours, which asks for the mode that it would be granted (RFC 9768 3.1.2).</summary>
    private void EcnRcvCrossingSyn(SkBuff skb, TcpHeader th)
    {
        int ace = th.Ace;
        if (AsksAccEcn && AccEcn.IsAskedFor(ace)) EnterAccEcn(Tos & EcnMask, skb.Ip.Tos & EcnMask);
        else _ecn = (ace & 3) == 3 ? EcnFlags.Ok : EcnFlags.None;
    }

    /// <summary>tcp_accecn_validate_syn_feedback: an IP-ECN field that cannot have become what arrived was mangled; then neither is ECT set, nor a mark believed.</summary>
    private bool AccEcnIsFeedbackValid(TcpAccEcn acc, int arrived)
    {
        if (!Sysctl.tcp_ecn_fallback || AccEcn.MayBecome(acc.SynEctSnt, arrived)) return true;
        acc.Fail |= AccEcnFail.AceRecv;
        return false;
    }

    /// <summary>tcp_accecn_option_init: the first option with counters says whether they survive the path (RFC 9768 3.2.3.2.4).</summary>
    private static void AccEcnSee(TcpAccEcn acc, in AccEcnOption option)
    {
        if (!option.IsPresent || acc.Seen >= AccEcnSeen.Counter) return;
        acc.Seen = option.Fields == 0 ? AccEcnSeen.Empty : option.IsZeroed ? AccEcnSeen.Fail : AccEcnSeen.Counter;
        if (acc.Seen == AccEcnSeen.Fail) acc.Fail |= AccEcnFail.OptRecv;
    }

    /// <summary>tcp_ecn_openreq_child and tcp_accecn_third_ack: the last segment of the handshake. A pure ACK without SACK tells how the SYN-ACK arrived (RFC 9768 3.2.2.1).</summary>
    private void AccEcnThirdAck(SkBuff skb, in TcpOptionsReceived o, RequestSock? req)
    {
        TcpAccEcn acc = AccEcnState!;
        if (req is { AccEcnNoEct: true }) acc.Fail |= AccEcnFail.AceSend;
        if (((TcpFlags)skb.Tcp.Flags & TcpFlags.SYN) != 0) return;
        acc.Demand = Math.Max(acc.Demand, (byte)1);
        AccEcnSee(acc, o.AccEcn);
        CountEcn(skb.Ip.Tos, skb.Length - skb.Tcp.HeaderLength, 1);
        if (skb.Tcp.EndSeq != skb.Tcp.Seq || o.SackCount > 0) return;
        int ace = new TcpHeader(HeaderOf(skb)).Ace;
        switch (ace)
        {
            case 0:
                acc.Fail |= AccEcnFail.AceRecv; // the peer has fallen back, or its flags do not arrive: no ECT, and no mark is believed
                break;
            case 0b001 or 0b101 or 0b111:
                break; // for later protocols
            default:
                int arrived = AccEcn.Reflected(ace);
                if (AccEcnIsFeedbackValid(acc, arrived) && arrived == EcnCe && DeliveredCe == 0) Flow.DeliveredCe = 1;
                break;
        }
    }
}
