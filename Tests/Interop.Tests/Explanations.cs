// Which remarks of tshark's say only what the wire does, or what Linux is: everything that is not here fails a case.

namespace ActorNet.Interop.Tests;

/// <summary>The remarks that a case explains.</summary>
internal sealed class Explanations(InteropCase c, List<Frame> frames, bool synAgain)
{
    /// <summary>What a connection is.</summary>
    private static readonly string[] s_ordinary =
    [
        "Connection establish request (SYN)", "Connection establish acknowledge (SYN+ACK)", "Connection finish (FIN)", "This frame initiates the connection closing",
        "This frame undergoes the connection closing", "TCP window specified by the receiver is now completely full", "TCP window update",
    ];

    /// <summary>What a segment that is lost, late or sent twice looks like.</summary>
    private static readonly string[] s_ofLoss =
    [
        "This frame is a (suspected) retransmission", "This frame is a (suspected) fast retransmission", "This frame is a (suspected) spurious retransmission",
        "This frame is a (suspected) out-of-order segment", "Duplicate ACK (#", "Previous segment(s) not captured", "D-SACK Sequence",
    ];

    /// <summary>The kernel's own: a checksum of 0 is sent as 0xffff, which is the same number (skb_checksum_help), and its reader is a thread, which
    /// a busy machine makes slower than the wire.</summary>
    private static readonly string[] s_ofTheKernel =
    [
        "TCP Checksum 0xffff instead of 0x0000", "TCP Zero Window segment",
    ];

    /// <summary>An ACK overtaken by the FIN or the byte behind it begins one byte before what tshark expects.</summary>
    private static readonly string[] s_ofOvertaking = ["TCP keep-alive segment", "ACK to a TCP keep-alive segment"];

    private readonly bool _probed = Probed(frames);

    /// <summary>Whether a remark is explained.</summary>
    public bool Covers(Frame f, string message)
    {
        bool Begins(string with) => message.StartsWith(with, StringComparison.Ordinal);
        bool fromKernel = f.Source == InteropRun.KernelAddress;
        if (Array.Exists(s_ordinary, Begins)) return true;
        if ((!c.IsClean || _probed) && Array.Exists(s_ofLoss, Begins)) return true;
        if (fromKernel && Array.Exists(s_ofTheKernel, Begins)) return true;
        if (!c.IsClean && Begins("TCP Zero Window segment")) return true; // a buffer full of what cannot be read before the hole is filled
        if (c.Reorder && Array.Exists(s_ofOvertaking, Begins)) return true;
        if (!c.IsClean && Begins("ACKed segment that wasn't captured")) return WasSeen(f);
        if (Begins("Connection reset (RST)")) return IsLate(f);
        if (c.Sack != Feature.On && Begins("The SYN packet does not contain a SACK PERM option")) return true;
        if ((f.IsSyn || f.IsSynAck) && Begins("4 NOP in a row")) return true; // each option is padded by itself, as Linux's are
        return c.FastOpen == Feature.On && CoversFastOpen(f, Begins);
    }

    private bool CoversFastOpen(Frame f, Func<string, bool> begins) =>
        begins("TCP SYN with TFO Cookie") || begins("TCP SYN-ACK accepting TFO data")
        || (synAgain && begins("TCP SYN-ACK ignoring TFO data"))
        // A server that has the request in the SYN answers at once, and its data may overtake its SYN-ACK.
        || (!c.IsClean && f.IsSynAck && begins("A new tcp session is started with the same ports"));

    // tshark loses count where data and SYN overtake each other: what is acknowledged is in the capture.
    private bool WasSeen(Frame ack) => frames.Exists(f => f.Stream == ack.Stream && f.Source != ack.Source && f.Number < ack.Number
        && f.Seq + (uint)f.Length + (f.Has(Frame.FIN) ? 1u : 0) >= ack.AckSeq);

    // Where nothing is lost a segment is sent again only by a probe or a time-out, which is to say that this machine has stood still for some round trips.
    private static bool Probed(List<Frame> frames)
    {
        const double late = 0.015; // a round trip and a half
        return frames.Exists(again => again.Experts.Any(e => e.Message.Contains("retransmission", StringComparison.Ordinal))
            && frames.Exists(f => f.Stream == again.Stream && f.Source == again.Source && f.Seq == again.Seq && f.Length > 0 && again.Time - f.Time > late));
    }

    // A RST that answers what comes late for a connection that is over: whoever closes last keeps nothing behind (LAST-ACK ends at the ACK of the FIN).
    private bool IsLate(Frame reset)
    {
        List<Frame> before = frames.FindAll(f => f.Stream == reset.Stream && f.Number < reset.Number);
        Frame? fin = before.FindLast(f => f.Source == reset.Source && f.Has(Frame.FIN));
        if (reset.Has(Frame.ACK) || fin is null) return false;
        uint end = fin.Seq + (uint)fin.Length + 1;
        return before.Exists(f => f.Source != reset.Source && f.AckSeq == end) && before.Exists(f => f.Source != reset.Source && f.AckSeq == reset.Seq);
    }
}
