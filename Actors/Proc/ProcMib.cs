// /proc/net/snmp and /proc/net/netstat (net/ipv4/proc.c): every column of Linux 6.18 in its order; what never happens here is 0.

using System.Globalization;
using System.Text;

namespace ActorNet.Actors;

/// <summary>The MIB counters as text.</summary>
internal static class ProcMib
{
    private const string Ip = "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards "
        + "OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits";

    private const string Icmp = "InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps "
        + "InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs "
        + "OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps";

    private const string Tcp = "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts "
        + "InCsumErrors";

    private const string Udp = "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors";

    private const string TcpExt = "SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned OutOfWindowIcmps LockDroppedIcmps ArpFilter TW "
        + "TWRecycled TWKilled PAWSActive PAWSEstab BeyondWindow TSEcrRejected PAWSOldAck PAWSTimewait DelayedACKs DelayedACKLocked DelayedACKLost "
        + "ListenOverflows ListenDrops TCPHPHits TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPSACKReorder TCPRenoReorder "
        + "TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures "
        + "TCPFastRetrans TCPSlowStartRetrans TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed "
        + "TCPBacklogCoalesce TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory "
        + "TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed TCPMemoryPressures TCPMemoryPressuresChrono TCPSACKDiscard TCPDSACKIgnoredOld "
        + "TCPDSACKIgnoredNoUndo TCPSpuriousRTOs TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPSackShifted TCPSackMerged TCPSackShiftFallback "
        + "TCPBacklogDrop PFMemallocDrop TCPMinTTLDrop TCPDeferAcceptDrop IPReversePathFilter TCPTimeWaitOverflow TCPReqQFullDoCookies TCPReqQFullDrop "
        + "TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge TCPChallengeACK TCPSYNChallenge TCPFastOpenActive TCPFastOpenActiveFail "
        + "TCPFastOpenPassive TCPFastOpenPassiveFail TCPFastOpenListenOverflow TCPFastOpenCookieReqd TCPFastOpenBlackhole TCPSpuriousRtxHostQueues "
        + "BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv TCPToZeroWindowAdv TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent "
        + "TCPHystartTrainDetect TCPHystartTrainCwnd TCPHystartDelayDetect TCPHystartDelayCwnd TCPACKSkippedSynRecv TCPACKSkippedPAWS TCPACKSkippedSeq "
        + "TCPACKSkippedFinWait2 TCPACKSkippedTimeWait TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail TCPMTUPSuccess TCPDelivered "
        + "TCPDeliveredCE TCPAckCompressed TCPZeroWindowDrop TCPRcvQDrop TCPWqueueTooBig TCPFastOpenPassiveAltKey TcpTimeoutRehash "
        + "TcpDuplicateDataRehash TCPDSACKRecvSegs TCPDSACKIgnoredDubious TCPMigrateReqSuccess TCPMigrateReqFailure TCPPLBRehash TCPAORequired "
        + "TCPAOBad TCPAOKeyNotFound TCPAOGood TCPAODroppedIcmps";

    private const string IpExt = "InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets InMcastOctets OutMcastOctets InBcastOctets "
        + "OutBcastOctets InCsumErrors InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts ReasmOverlaps";

    // ICMP's types beside the counters that count them: snmp_put_icmpmsg's line is of types that were seen.
    private static readonly (int Type, Snmp In)[] s_in =
    [
        (0, Protocols.Snmp.IcmpInEchoReps), (3, Protocols.Snmp.IcmpInDestUnreachs), (4, Protocols.Snmp.IcmpInSrcQuenchs), (5, Protocols.Snmp.IcmpInRedirects),
        (8, Protocols.Snmp.IcmpInEchos), (11, Protocols.Snmp.IcmpInTimeExcds), (12, Protocols.Snmp.IcmpInParmProbs), (13, Protocols.Snmp.IcmpInTimestamps),
        (14, Protocols.Snmp.IcmpInTimestampReps),
    ];

    private static readonly (int Type, Snmp Out)[] s_out =
    [
        (0, Protocols.Snmp.IcmpOutEchoReps), (3, Protocols.Snmp.IcmpOutDestUnreachs), (5, Protocols.Snmp.IcmpOutRedirects), (8, Protocols.Snmp.IcmpOutEchos),
        (11, Protocols.Snmp.IcmpOutTimeExcds), (12, Protocols.Snmp.IcmpOutParmProbs), (14, Protocols.Snmp.IcmpOutTimestampReps),
    ];

    public static IEnumerable<string> Snmp(Net net)
    {
        var b = new StringBuilder();
        Group(b, net, "Ip", Ip, first: $"{(net.Sysctl.ip_forward ? 1 : 2)} {net.Sysctl.ip_default_ttl}");
        Group(b, net, "Icmp", Icmp);
        IcmpMsg(b, net);
        Group(b, net, "Tcp", Tcp, first: "1 200 120000 -1");
        Group(b, net, "Udp", Udp);
        Group(b, net, "UdpLite", Udp);
        yield return b.ToString();
    }

    public static IEnumerable<string> Netstat(Net net)
    {
        var b = new StringBuilder();
        Group(b, net, "TcpExt", TcpExt);
        Group(b, net, "IpExt", IpExt);
        yield return b.ToString();
    }

    /// <param name="first">Columns that are no counters.</param>
    private static void Group(StringBuilder b, Net net, string group, string names, string first = "")
    {
        b.Append(group).Append(": ").Append(names).Append('\n').Append(group).Append(':');
        string[] all = names.Split(' ');
        int skip = 0;
        if (first.Length > 0)
        {
            b.Append(' ').Append(first);
            skip = first.Split(' ').Length;
        }

        foreach (string name in all.Skip(skip)) b.Append(' ').Append(CultureInfo.InvariantCulture, $"{(Enum.TryParse(group + name, out Snmp counter) ? net.Mib[counter] : 0)}");
        b.Append('\n');
    }

    private static void IcmpMsg(StringBuilder b, Net net)
    {
        List<(string Name, long Value)> seen =
        [
            .. s_in.Select(t => (string.Create(CultureInfo.InvariantCulture, $"InType{t.Type}"), net.Mib[t.In])),
            .. s_out.Select(t => (string.Create(CultureInfo.InvariantCulture, $"OutType{t.Type}"), net.Mib[t.Out])),
        ];
        seen.RemoveAll(t => t.Value == 0);
        if (seen.Count == 0) return;
        b.Append("IcmpMsg:").AppendJoin("", seen.Select(t => " " + t.Name)).Append('\n');
        b.Append("IcmpMsg:").AppendJoin("", seen.Select(t => string.Create(CultureInfo.InvariantCulture, $" {t.Value}"))).Append('\n');
    }
}
