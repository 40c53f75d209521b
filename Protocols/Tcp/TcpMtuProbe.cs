// icsk_mtup: packetization layer path MTU discovery of one connection (RFC 4821).

namespace ActorNet.Protocols.Tcp;

/// <summary>The search for a larger segment, between sizes of whole packets.</summary>
internal sealed class TcpMtuProbe
{
    /// <summary>It searches: from the beginning (tcp_mtu_probing=2), or since a black hole was suspected (1).</summary>
    public bool Enabled;

    /// <summary>What is known to pass, and what is not known not to; bytes with the IP header.</summary>
    public int SearchLow, SearchHigh;

    /// <summary>The probe that is under way, bytes; 0 for none; and its bytes of the stream.</summary>
    public int ProbeSize;
    public SeqNum Start, End;

    /// <summary>When the range was last set.</summary>
    public Instant Since;
}
