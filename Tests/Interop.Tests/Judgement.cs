// What must hold of every case: counters of both ends without surprises, and a capture in which all that tshark remarks is explained.

using System.Globalization;

namespace ActorNet.Interop.Tests;

/// <summary>Says what is wrong with a case's outcome.</summary>
internal static class Judgement
{
    /// <summary>What either end counts only when the other has sent something that it should not have, by nstat's names.</summary>
    private static readonly string[] s_surprises =
    [
        "IpInHdrErrors", "IpInAddrErrors", "IpInDiscards", "IpReasmReqds", "TcpAttemptFails", "TcpEstabResets", "TcpInCsumErrors",
        "TcpExtPAWSActive", "TcpExtTSEcrRejected", "TcpExtBeyondWindow", "TcpExtTCPAbortOnData", "TcpExtTCPAbortOnClose",
        "TcpExtTCPAbortOnMemory", "TcpExtTCPAbortOnTimeout", "TcpExtTCPAbortFailed", "TcpExtTCPMemoryPressures", "TcpExtListenOverflows", "TcpExtListenDrops",
        "TcpExtTCPSACKReneging",
        "TcpExtSyncookiesSent", "TcpExtSyncookiesFailed", "TcpExtTCPFastOpenPassiveFail", "TcpExtTCPFastOpenListenOverflow",
        "TcpExtTCPFastOpenBlackhole", "TcpExtTCPMD5Unexpected", "TcpExtTCPWqueueTooBig", "TcpExtTCPBacklogDrop",
    ];

    /// <summary>What a receiver counts whose buffer is full of what it cannot read yet: never here on a clean wire, where what arrives is read in the same instant.</summary>
    private static readonly string[] s_ofAFullBuffer =
        ["TcpExtPruneCalled", "TcpExtRcvPruned", "TcpExtOfoPruned", "TcpExtTCPRcvQDrop", "TcpExtTCPOFODrop", "TcpExtTCPZeroWindowDrop", "TcpExtTCPToZeroWindowAdv"];

    public static List<string> Of(InteropCase c, InteropResult result, List<Frame> frames)
    {
        List<string> wrong = [];
        bool synAgain = result.Kernel.GetValueOrDefault("TcpExtTCPSynRetrans") + result.Here.GetValueOrDefault("TcpExtTCPSynRetrans") > 0;
        Counters(wrong, c, "the kernel", result.Kernel, synAgain, Stale(frames, InteropRun.HostAddress));
        foreach (string name in s_ofAFullBuffer)
            if (c.IsClean && result.Here.GetValueOrDefault(name) is > 0 and long n) wrong.Add($"here: {name} {n}");
        Counters(wrong, c, "here", result.Here, synAgain, Stale(frames, InteropRun.KernelAddress));
        var explained = new Explanations(c, frames, synAgain);
        foreach (Frame f in frames)
        {
            foreach ((int severity, string message) in f.Experts)
                if (!explained.Covers(f, message)) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"frame {f.Number} of {f.Source} at {f.Time:0.0000}: {message} ({severity:x})"));
            if (!f.Checksums && f.Experts.Count == 0) wrong.Add($"frame {f.Number}: bad checksum");
        }

        wrong.AddRange(Negotiation.Of(c, frames, synAgain));
        return wrong;
    }

    // In FIN-WAIT-2 a hole that is filled up to the FIN is acknowledged before the queue is let go of: the ACK reports blocks that it covers itself. Linux
    // does so (tcp_fin), hence so do we; whoever gets it counts one that is of no use.
    private static int Stale(List<Frame> frames, string sender)
    {
        int blocks = 0;
        foreach (Frame fin in frames.Where(f => f.Source != sender && f.Has(Frame.FIN)))
        {
            uint end = fin.Seq + (uint)fin.Length + 1;
            blocks += frames.Where(f => f.Stream == fin.Stream && f.Source == sender && f.AckSeq == end).Sum(f => f.SackEnds.Count(e => e <= end));
        }

        return blocks;
    }

    // A D-SACK that rides on data is in the header of a GSO packet, hence in each segment that it is cut into. Whoever gets it so often has soon heard of more
    // duplicates than it has ever sent (tcp_dsack_seen); from then on it believes none and, as it is then a plain block below the window, discards it.
    private static long RepeatedDsacks(IReadOnlyDictionary<string, long> counters) => counters.GetValueOrDefault("TcpExtTCPDSACKIgnoredDubious");

    private static void Counters(List<string> wrong, InteropCase c, string who, IReadOnlyDictionary<string, long> counters, bool synAgain, int stale)
    {
        foreach (string name in s_surprises)
            if (counters.GetValueOrDefault(name) is > 0 and long n) wrong.Add($"{who}: {name} {n}");
        long allowed = stale + (c.IsClean ? 0 : RepeatedDsacks(counters));
        if (counters.GetValueOrDefault("TcpExtTCPSACKDiscard") is var discards && discards > allowed) wrong.Add($"{who}: TcpExtTCPSACKDiscard {discards}, and {allowed} blocks without use were sent to it");
        // A SYN or SYN-ACK that comes again, since its answer was lost, is an error to a connection that is established (RFC 5961 section 4).
        if (synAgain || !c.IsClean) return; // so is an ACK that is older than the window (5.2), where they overtake each other
        foreach (string name in (ReadOnlySpan<string>)["TcpInErrs", "TcpExtTCPSYNChallenge", "TcpExtTCPChallengeACK", "TcpExtTCPFastOpenActiveFail"])
            if (counters.GetValueOrDefault(name) is > 0 and long n) wrong.Add($"{who}: {name} {n}");
    }
}
