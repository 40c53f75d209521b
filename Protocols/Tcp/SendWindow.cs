// The send sequence space: RFC 9293 section 3.3.1 (SND.*), and the part of struct tcp_sock that tcp_ack_update_window keeps.

namespace ActorNet.Protocols.Tcp;

/// <summary>What has been written, sent and acknowledged, and what the peer allows.</summary>
public struct SendWindow
{
    /// <summary>SND.UNA ≤ SND.NXT ≤ WriteSeq: oldest unacknowledged, next to send, end of what the user wrote.</summary>
    public SeqNum SndUna, SndNxt, WriteSeq;

    /// <summary>Last byte marked for PSH, and end of the last small packet (for Minshall's Nagle).</summary>
    public SeqNum PushedSeq, SndSml;

    /// <summary>SND.WL1: the sequence number of the segment that last updated the window.</summary>
    public SeqNum SndWl1;

    /// <summary>SND.WND in bytes, scaled.</summary>
    public uint SndWnd;

    /// <summary>The largest window that the peer ever offered.</summary>
    public uint MaxWindow;

    /// <summary>tcp_wnd_end: the first byte that may not be sent.</summary>
    public readonly SeqNum WndEnd => SndUna + SndWnd;

    /// <summary>RFC 9293 3.10.7.4 with RFC 1122's correction: newer, or as new and a larger window (or a zero one, which Linux takes too).</summary>
    public readonly bool MayUpdate(SeqNum ack, SeqNum seq, uint window) =>
        ack > SndUna || seq > SndWl1 || (seq == SndWl1 && (window > SndWnd || window == 0));

    /// <summary>tcp_snd_wnd_test: whether a segment of at most one MSS that ends here fits the window.</summary>
    public readonly bool Allows(SeqNum end) => end <= WndEnd;

    public readonly bool IsValid => SndUna <= SndNxt && SndNxt <= WriteSeq;
}
