// Accurate ECN, the data sender: what an acknowledgement tells of marks (tcp_accecn_process, tcp_accecn_process_option). RFC 9768 sections 3.2.2.2, 3.2.3.1, appendix A.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>What is newly marked, counted. An acknowledgement that brings neither data nor a newer timestamp has been overtaken, and is not asked (RFC 9768 A.1).</summary>
    /// <param name="delivered">Segments that it newly acknowledges or SACKs.</param>
    /// <param name="isNewer">Its timestamp is newer than any before.</param>
    /// <returns><see cref="AckFlags.Ece"/> when anything is: the window is cut as for RFC 3168's ECE.</returns>
    private AckFlags AccEcnProcess(SkBuff skb, in TcpOptionsReceived o, AckFlags flag, int delivered, bool isNewer)
    {
        // No counter with SYN, nor while the handshake's own code is awaited.
        if (((TcpFlags)skb.Tcp.Flags & TcpFlags.SYN) != 0 || (flag & AckFlags.SynAcked) != 0 || _state == TcpState.SYN_RECV) return AckFlags.None;
        TcpAccEcn acc = AccEcnState!;
        if (acc.Failed(AccEcnFail.AceRecv) || !((flag & AckFlags.ForwardProgress) != 0 || isNewer)) return AckFlags.None;
        uint before = acc.Delivered(EcnCe);
        long markedBytes = AccEcnTakeOption(acc, o.AccEcn) ? acc.Delivered(EcnCe) - before : -1;
        int marks = AccEcn.NewMarks(new TcpHeader(HeaderOf(skb)).Ace, DeliveredCe, delivered, acc.Ewma, markedBytes, _mssCache);
        if (delivered > 0) acc.Ewma = AccEcn.Average(acc.Ewma, delivered);
        if (marks == 0) return AckFlags.None;
        Flow.DeliveredCe += marks;
        Net.Mib.Add(Snmp.TcpExtTCPDeliveredCE, marks);
        return AckFlags.Ece;
    }

    /// <summary>With AccECN the header prediction asks for the counter that is known already (__tcp_fast_path_on).</summary>
    private bool IsPredictedAce(TcpHeader th) =>
        (th.Flags & ~(TcpFlags.PSH | TcpFlags.ECE | TcpFlags.CWR)) == TcpFlags.ACK && th.Ace == (int)(DeliveredCe + AccEcn.InitialPackets & 7);

    /// <summary>The byte counters. Without the option, what is delivered was probably marked as what the last one told of.</summary>
    /// <returns>Whether the counter of CE may be believed.</returns>
    private static bool AccEcnTakeOption(TcpAccEcn acc, in AccEcnOption option)
    {
        if (!option.IsPresent)
        {
            if (acc.Estimated != 0) acc.Delivered(acc.Estimated) += (uint)acc.AckedBytes;
            return false;
        }

        AccEcnSee(acc, option);
        if (acc.Failed(AccEcnFail.OptRecv)) return false;
        int raised = 0;
        bool alone = true, forward = true;
        for (int ecn = 1; ecn <= EcnCe; ecn++)
        {
            if (!option.TryGet(ecn, out uint field)) continue;
            int change = AccEcn.Difference(field, ecn == EcnCe ? 0u : AccEcn.InitialBytes, acc.Delivered(ecn));
            if (change == 0) continue;
            acc.Delivered(ecn) += (uint)change;
            forward &= change > 0;
            alone &= raised == 0;
            raised = ecn;
        }

        if (raised != 0) acc.Estimated = alone && forward ? (byte)raised : (byte)0;
        return forward;
    }
}
