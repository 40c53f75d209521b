// What a connection knows of ECN beyond a few flags: AccECN's counters of both directions, and what is known of the way (the accecn_* and *_ecn_bytes of
// struct tcp_sock). Made when AccECN is agreed on, or when a packet comes that is ECN-capable.

namespace ActorNet.Protocols.Tcp;

/// <summary>TCP_ACCECN_*_FAIL_*: what does not work on this path.</summary>
[Flags]
internal enum AccEcnFail : byte
{
    None = 0,

    /// <summary>Packets are not to be sent as ECN-capable: the peer may have taken us for a host without ECN.</summary>
    AceSend = 1,

    /// <summary>Nor is the peer's counter of marks believed.</summary>
    AceRecv = 2,

    /// <summary>Segments with the option are lost.</summary>
    OptSend = 4,

    /// <summary>The peer's option is not believed.</summary>
    OptRecv = 8,
}

/// <summary>TCP_ACCECN_OPT_*: what has been seen of the peer's option.</summary>
internal enum AccEcnSeen : byte { NotSeen, Empty, Counter, Fail }

/// <summary>One connection's counts of ECN.</summary>
internal sealed class TcpAccEcn
{
    // ---- as receiver
    /// <summary>Packets that came with CE, and bytes of data by IP-ECN field, from zero (RFC 9768 3.2: r.cep, r.e1b, r.e0b, r.ceb).</summary>
    public int ReceivedCe;
    private uint _receivedE1, _receivedE0, _receivedCe;

    /// <summary>The IP-ECN field of the last packet.</summary>
    public byte LastField;

    /// <summary>How many fields of the option have changed since it was last sent (accecn_minlen).</summary>
    public byte MinFields;

    /// <summary>The acknowledgements that must have the option still (accecn_opt_demand); when it was last sent.</summary>
    public byte Demand;
    public Instant OptionAt = Instant.Never;

    /// <summary>The option went with a D-SACK that began here (accecn_opt_sent_w_dsack).</summary>
    public bool SentWithDsack;
    public SeqNum DsackStart;

    /// <summary>The next pure ACK is that of a SYN-ACK, and tells of its IP-ECN field; this segment goes in one burst with the one before it.</summary>
    public bool Reflects, InRun;

    /// <summary>The segment before had the option.</summary>
    public bool LastHadOption;

    // ---- as sender
    private uint _deliveredE1, _deliveredE0, _deliveredCe;

    /// <summary>The only counter that the last option raised; 0 for none (est_ecnfield).</summary>
    public byte Estimated;

    /// <summary>Bytes that this ACK delivers; the average of segments per ACK, 1/64.</summary>
    public int AckedBytes, Ewma;

    // ---- the handshake, and the way
    /// <summary>The IP-ECN field of the peer's SYN or SYN-ACK, and of ours.</summary>
    public byte SynEctRcv, SynEctSnt;
    public AccEcnSeen Seen;
    public AccEcnFail Fail;

    public bool Failed(AccEcnFail how) => (Fail & how) != 0;

    /// <summary>Bytes received with an IP-ECN field: 1 to 3.</summary>
    public ref uint Received(int ecn)
    {
        if (ecn == 1) return ref _receivedE1;
        if (ecn == 2) return ref _receivedE0;
        return ref _receivedCe;
    }

    /// <summary>Bytes that the peer says it has received with an IP-ECN field: 1 to 3.</summary>
    public ref uint Delivered(int ecn)
    {
        if (ecn == 1) return ref _deliveredE1;
        if (ecn == 2) return ref _deliveredE0;
        return ref _deliveredCe;
    }
}
