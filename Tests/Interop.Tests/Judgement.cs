// What must hold of every case: counters of both ends without surprises, and a capture in which all that tshark remarks is explained.

using System.Globalization;

namespace ActorNet.Interop.Tests;

/// <summary>Says what is wrong with a case's outcome.</summary>
internal static class Judgement
{
    /// <summary>What either end counts only when the other has sent something that it should not have, by nstat's names.</summary>
    private static readonly string[] s_surprises =
    [
        "IpInHdrErrors", "IpInAddrErrors", "IpInDiscards", "IpReasmReqds", "TcpInErrs", "TcpAttemptFails", "TcpEstabResets", "TcpOutRsts", "TcpInCsumErrors",
        "TcpExtPAWSActive", "TcpExtTSEcrRejected", "TcpExtBeyondWindow", "TcpExtTCPSYNChallenge", "TcpExtTCPChallengeACK", "TcpExtTCPAbortOnData", "TcpExtTCPAbortOnClose",
        "TcpExtTCPAbortOnMemory", "TcpExtTCPAbortOnTimeout", "TcpExtTCPAbortFailed", "TcpExtTCPMemoryPressures", "TcpExtListenOverflows", "TcpExtListenDrops", "TcpExtPruneCalled",
        "TcpExtRcvPruned", "TcpExtOfoPruned", "TcpExtTCPRcvQDrop", "TcpExtTCPOFODrop", "TcpExtTCPSACKReneging", "TcpExtTCPSACKDiscard", "TcpExtTCPDSACKIgnoredOld", "TcpExtTCPZeroWindowDrop",
        "TcpExtSyncookiesSent", "TcpExtSyncookiesFailed", "TcpExtTCPFastOpenActiveFail", "TcpExtTCPFastOpenPassiveFail", "TcpExtTCPFastOpenListenOverflow",
        "TcpExtTCPFastOpenBlackhole", "TcpExtTCPMD5Unexpected", "TcpExtTCPWqueueTooBig", "TcpExtTCPBacklogDrop",
    ];

    /// <summary>tshark's chats and notes that say only what a connection is.</summary>
    private static readonly string[] s_ordinary =
    [
        "Connection establish request (SYN)", "Connection establish acknowledge (SYN+ACK)", "Connection finish (FIN)", "This frame initiates the connection closing",
        "This frame undergoes the connection closing", "TCP window specified by the receiver is now completely full",
    ];

    /// <summary>What a segment that is lost, late or sent twice looks like.</summary>
    private static readonly string[] s_ofLoss =
    [
        "This frame is a (suspected) retransmission", "This frame is a (suspected) fast retransmission", "This frame is a (suspected) spurious retransmission",
        "This frame is a (suspected) out-of-order segment", "Duplicate ACK (#", "Previous segment(s) not captured", "D-SACK Sequence",
    ];

    public static List<string> Of(InteropCase c, InteropResult result, List<Frame> frames)
    {
        List<string> wrong = [];
        Counters(wrong, "the kernel", result.Kernel);
        Counters(wrong, "here", result.Here);
        foreach (Frame f in frames)
        {
            if (!f.Checksums) wrong.Add($"frame {f.Number}: bad checksum");
            foreach ((int severity, string message) in f.Experts)
                if (!IsExplained(c, message)) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"frame {f.Number} of {f.Source} at {f.Time:0.0000}: {message} ({severity:x})"));
        }

        wrong.AddRange(Negotiation.Of(c, frames));
        return wrong;
    }

    private static bool IsExplained(InteropCase c, string message)
    {
        bool Begins(string with) => message.StartsWith(with, StringComparison.Ordinal);
        if (s_ordinary.Any(Begins)) return true;
        if (!c.IsClean && s_ofLoss.Any(Begins)) return true;
        if (c.Sack != Feature.On && Begins("The SYN packet does not contain a SACK PERM option")) return true;
        return c.FastOpen == Feature.On && (Begins("TCP SYN with TFO Cookie") || Begins("TCP SYN-ACK accepting TFO data"));
    }

    private static void Counters(List<string> wrong, string who, IReadOnlyDictionary<string, long> counters)
    {
        foreach (string name in s_surprises)
            if (counters.GetValueOrDefault(name) is > 0 and long n) wrong.Add($"{who}: {name} {n}");
    }
}
