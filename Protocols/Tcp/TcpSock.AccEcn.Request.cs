// Accurate ECN, the listener's part: which SYN asks for it, what the SYN-ACK says, and how it falls back when nobody answers (tcp_ecn_create_request,
// tcp_ecn_make_synack, tcp_accecn_ok of net/ipv4/syncookies.c). RFC 9768 sections 3.1.2 to 3.1.5, 3.2.3.2 and 4.1.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>A SYN that asks for AccECN, of a host that grants it.</summary>
    private bool AccEcnRequested(TcpHeader th) => Sysctl.tcp_ecn >= EcnAccurateOut && AccEcn.IsAskedFor(th.Ace);

    // What the request remembers of the SYN.
    private void AccEcnCreate(RequestSock req, SkBuff skb, TcpHeader th)
    {
        if (!AccEcnRequested(th)) return;
        req.AccEcnOk = true;
        req.EcnOk = false;
        req.SynEctRcv = (byte)(skb.Ip.Tos & EcnMask);
        req.SynEctSnt = (byte)(Tos & EcnMask);
    }

    /// <summary>tcp_ecn_make_synack.</summary>
    private static TcpFlags SynAckEcn(RequestSock req) =>
        req.AccEcnOk ? req.AccEcnIsPlain ? TcpFlags.None : AccEcn.Reflect(req.SynEctRcv)
        : req.EcnOk ? TcpFlags.ECE
        : TcpFlags.None;

    /// <summary>The option of a first SYN-ACK, with counters that have just begun; one that is sent again has none (RFC 9768 3.2.3.2.2).</summary>
    private void SynAckAccEcn(RequestSock req, ref TcpOptionsWriter options)
    {
        if (!req.AccEcnOk || req.NumRetrans > 0 || Sysctl.tcp_ecn_option == 0) return;
        options.AccEcn = new AccEcnFields { Ect1 = AccEcn.InitialBytes, Ect0 = AccEcn.InitialBytes };
        options.AccEcn.SetFields(AccEcnFields.Fit(0, TcpOptionsWriter.MaxLength - options.Length, options.AccEcnLead));
    }

    /// <summary>A SYN-ACK is about to go again: after two time-outs without any flag, and then ECT is forbidden (RFC 9768 3.2.3.2.2, 3.1.5).</summary>
    private static void AccEcnFallBack(RequestSock req, bool timedOut)
    {
        if (req.AccEcnOk && req.NumTimeout >= (timedOut ? 1 : 2)) req.AccEcnIsPlain = req.AccEcnNoEct = true;
    }

    /// <summary>The SYN comes again: its IP-ECN field is the one to tell of, and no flags mean a client that fell back (RFC 9768 3.1.5).</summary>
    /// <returns>False: it asks for another kind of ECN than before, and earns a RST.</returns>
    private bool AccEcnSynAgain(RequestSock req, SkBuff skb)
    {
        int ace = new TcpHeader(HeaderOf(skb)).Ace;
        if (!req.AccEcnOk) return !(req.EcnOk && Sysctl.tcp_ecn >= EcnAccurateOut && AccEcn.IsAskedFor(ace));
        if (ace == 0b011) return false;
        if (ace == 0) req.AccEcnNoEct = true;
        req.SynEctRcv = (byte)(skb.Ip.Tos & EcnMask);
        return true;
    }

    /// <summary>RFC 9768 4.1: the ACK of a SYN cookie reminds its sender, for no other client's has such flags.</summary>
    private void AccEcnFromCookie(RequestSock req, TcpHeader th)
    {
        if (Sysctl.tcp_ecn < EcnAccurateOut || th.Ace < 2) return;
        req.AccEcnOk = true;
        req.EcnOk = false;
        req.SynEctSnt = (byte)(Tos & EcnMask);
    }

    // The request's part of a new connection.
    private void InheritAccEcn(RequestSock req)
    {
        if (req.AccEcnOk) EnterAccEcn(req.SynEctSnt, req.SynEctRcv).Fail = req.AccEcnNoEct ? AccEcnFail.AceSend : AccEcnFail.None;
    }
}
