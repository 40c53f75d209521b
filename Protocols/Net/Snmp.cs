// The counters by the names that nstat prints: the group (Ip, Icmp, Udp, Tcp, IpExt, TcpExt) and the kernel's name in it.

namespace ActorNet.Protocols;

/// <summary>MIB counters, named as `nstat` names them.</summary>
public enum Snmp
{
    // Ip (RFC 4293 through snmp4_ipstats_list)
    IpInReceives, IpInHdrErrors, IpInAddrErrors, IpForwDatagrams, IpInUnknownProtos, IpInDiscards, IpInDelivers, IpOutRequests, IpOutDiscards,
    IpOutNoRoutes, IpReasmTimeout, IpReasmReqds, IpReasmOKs, IpReasmFails, IpFragOKs, IpFragFails, IpFragCreates, IpOutTransmits,

    // Icmp
    IcmpInMsgs, IcmpInErrors, IcmpInCsumErrors, IcmpInDestUnreachs, IcmpInTimeExcds, IcmpInParmProbs, IcmpInSrcQuenchs, IcmpInRedirects, IcmpInEchos,
    IcmpInEchoReps, IcmpInTimestamps, IcmpInTimestampReps, IcmpOutMsgs, IcmpOutErrors, IcmpOutRateLimitGlobal, IcmpOutRateLimitHost, IcmpOutDestUnreachs,
    IcmpOutTimeExcds, IcmpOutParmProbs, IcmpOutRedirects, IcmpOutEchos, IcmpOutEchoReps, IcmpOutTimestampReps,

    // Udp
    UdpInDatagrams, UdpNoPorts, UdpInErrors, UdpOutDatagrams, UdpRcvbufErrors, UdpSndbufErrors, UdpInCsumErrors, UdpIgnoredMulti, UdpMemErrors,

    // Tcp (RFC 4022 through snmp4_tcp_list)
    TcpActiveOpens, TcpPassiveOpens, TcpAttemptFails, TcpEstabResets, TcpCurrEstab, TcpInSegs, TcpOutSegs, TcpRetransSegs, TcpInErrs, TcpOutRsts, TcpInCsumErrors,

    // IpExt
    IpExtInNoRoutes, IpExtInTruncatedPkts, IpExtInMcastPkts, IpExtOutMcastPkts, IpExtInBcastPkts, IpExtOutBcastPkts, IpExtInOctets, IpExtOutOctets,
    IpExtInMcastOctets, IpExtOutMcastOctets, IpExtInBcastOctets, IpExtOutBcastOctets,
    IpExtInCsumErrors, IpExtInNoECTPkts, IpExtInECT1Pkts, IpExtInECT0Pkts, IpExtInCEPkts, IpExtReasmOverlaps,

    // TcpExt (LINUX_MIB_*)
    TcpExtSyncookiesSent, TcpExtSyncookiesRecv, TcpExtSyncookiesFailed, TcpExtEmbryonicRsts, TcpExtPruneCalled, TcpExtRcvPruned, TcpExtOfoPruned,
    TcpExtOutOfWindowIcmps, TcpExtLockDroppedIcmps, TcpExtArpFilter, TcpExtTW, TcpExtTWRecycled, TcpExtTWKilled, TcpExtPAWSActive, TcpExtPAWSEstab,
    TcpExtBeyondWindow, TcpExtTSEcrRejected, TcpExtPAWSOldAck, TcpExtPAWSTimewait,
    TcpExtDelayedACKs, TcpExtDelayedACKLocked, TcpExtDelayedACKLost, TcpExtListenOverflows, TcpExtListenDrops, TcpExtTCPHPHits, TcpExtTCPPureAcks,
    TcpExtTCPHPAcks, TcpExtTCPRenoRecovery, TcpExtTCPSackRecovery, TcpExtTCPSACKReneging, TcpExtTCPSACKReorder, TcpExtTCPRenoReorder, TcpExtTCPTSReorder,
    TcpExtTCPFullUndo, TcpExtTCPPartialUndo, TcpExtTCPDSACKUndo, TcpExtTCPLossUndo, TcpExtTCPLostRetransmit, TcpExtTCPRenoFailures, TcpExtTCPSackFailures,
    TcpExtTCPLossFailures, TcpExtTCPFastRetrans, TcpExtTCPSlowStartRetrans, TcpExtTCPTimeouts, TcpExtTCPLossProbes, TcpExtTCPLossProbeRecovery,
    TcpExtTCPRenoRecoveryFail, TcpExtTCPSackRecoveryFail, TcpExtTCPRcvCollapsed, TcpExtTCPBacklogCoalesce, TcpExtTCPDSACKOldSent, TcpExtTCPDSACKOfoSent,
    TcpExtTCPDSACKRecv, TcpExtTCPDSACKOfoRecv, TcpExtTCPAbortOnData, TcpExtTCPAbortOnClose, TcpExtTCPAbortOnMemory, TcpExtTCPAbortOnTimeout,
    TcpExtTCPAbortOnLinger, TcpExtTCPAbortFailed, TcpExtTCPMemoryPressures, TcpExtTCPMemoryPressuresChrono, TcpExtTCPSACKDiscard, TcpExtTCPDSACKIgnoredOld,
    TcpExtTCPDSACKIgnoredNoUndo, TcpExtTCPSpuriousRTOs, TcpExtTCPMD5NotFound, TcpExtTCPMD5Unexpected, TcpExtTCPMD5Failure, TcpExtTCPSackShifted,
    TcpExtTCPSackMerged, TcpExtTCPSackShiftFallback, TcpExtTCPBacklogDrop, TcpExtPFMemallocDrop, TcpExtTCPMinTTLDrop, TcpExtTCPDeferAcceptDrop,
    TcpExtIPReversePathFilter, TcpExtTCPTimeWaitOverflow, TcpExtTCPReqQFullDoCookies, TcpExtTCPReqQFullDrop, TcpExtTCPRetransFail, TcpExtTCPRcvCoalesce,
    TcpExtTCPOFOQueue, TcpExtTCPOFODrop, TcpExtTCPOFOMerge, TcpExtTCPChallengeACK, TcpExtTCPSYNChallenge, TcpExtTCPFastOpenActive,
    TcpExtTCPFastOpenActiveFail, TcpExtTCPFastOpenPassive, TcpExtTCPFastOpenPassiveFail, TcpExtTCPFastOpenListenOverflow, TcpExtTCPFastOpenCookieReqd,
    TcpExtTCPFastOpenBlackhole, TcpExtTCPSpuriousRtxHostQueues, TcpExtBusyPollRxPackets, TcpExtTCPAutoCorking, TcpExtTCPFromZeroWindowAdv,
    TcpExtTCPToZeroWindowAdv, TcpExtTCPWantZeroWindowAdv, TcpExtTCPSynRetrans, TcpExtTCPOrigDataSent, TcpExtTCPHystartTrainDetect,
    TcpExtTCPHystartTrainCwnd, TcpExtTCPHystartDelayDetect, TcpExtTCPHystartDelayCwnd, TcpExtTCPACKSkippedSynRecv, TcpExtTCPACKSkippedPAWS,
    TcpExtTCPACKSkippedSeq, TcpExtTCPACKSkippedFinWait2, TcpExtTCPACKSkippedTimeWait, TcpExtTCPACKSkippedChallenge, TcpExtTCPWinProbe,
    TcpExtTCPKeepAlive, TcpExtTCPMTUPFail, TcpExtTCPMTUPSuccess, TcpExtTCPDelivered, TcpExtTCPDeliveredCE, TcpExtTCPAckCompressed, TcpExtTCPZeroWindowDrop,
    TcpExtTCPRcvQDrop, TcpExtTCPWqueueTooBig, TcpExtTCPFastOpenPassiveAltKey, TcpExtTcpTimeoutRehash, TcpExtTcpDuplicateDataRehash,
    TcpExtTCPDSACKRecvSegs, TcpExtTCPDSACKIgnoredDubious, TcpExtTCPMigrateReqSuccess, TcpExtTCPMigrateReqFailure,

    Count,
}
