// The layers' notes on a packet (skb->cb and the flow it belongs to), as typed fields instead of 48 untyped bytes.

namespace ActorNet.Protocols;

/// <summary>What a transport asks of IP on the way out, and what IP found on the way in.</summary>
public struct IpControl
{
    public IpAddress Saddr, Daddr;

    /// <summary>IPPROTO_*.</summary>
    public byte Protocol;

    /// <summary>TOS / traffic class with the ECN bits.</summary>
    public byte Tos;

    /// <summary>Hop limit; 0 on the way out means the host's default.</summary>
    public byte Ttl;

    /// <summary>Out: set DF (path MTU discovery). In: DF was set.</summary>
    public bool DontFragment;

    /// <summary>Out: may be fragmented locally even so (IP_PMTUDISC_PROBE/DONT are the socket's business; this is their result).</summary>
    public bool AllowLocalFragmentation;

    /// <summary>Out: the device's MTU counts, not what was learnt of the path (IP_PMTUDISC_PROBE, INTERFACE and OMIT).</summary>
    public bool IgnorePathMtu;

    /// <summary>In, of a datagram that came in fragments: the longest of them, header included, bytes (frag_max_size); else 0.</summary>
    public ushort FragMaxSize;

    /// <summary>Out: the identification a connected socket chose (inet_id), when <see cref="HasId"/>; else IP chooses.</summary>
    public ushort Id;
    public bool HasId;

    /// <summary>In, of a queued datagram: its socket wanted IP_PKTINFO when it came (ipv4_pktinfo_prepare).</summary>
    public bool HasPktInfo;

    /// <summary>Out, once routed: whom the frame goes to on its device, an address in host order.</summary>
    public uint NextHop;

    /// <summary>In, of a fragment that waits for the others: its place in the datagram, bytes (ip_defrag_offset).</summary>
    public int FragOffset;

    /// <summary>Out: local copies of a multicast datagram are wanted (IP_MULTICAST_LOOP).</summary>
    public bool MulticastLoop;

    /// <summary>Out: the transport just heard from the peer; the neighbour is reachable (sk_dst_pending_confirm).</summary>
    public bool ConfirmNeighbour;

    /// <summary>Out: the interface it must leave by (SO_BINDTODEVICE), 0 for any. In: where it arrived (inet_iif).</summary>
    public int BoundIfIndex;

    /// <summary>Out: raw IP options to insert, null for none. In: null; read them from the header.</summary>
    public byte[]? Options;
}

/// <summary>TCP's notes on a segment (struct tcp_skb_cb).</summary>
public struct TcpControl
{
    public uint Seq, EndSeq, AckSeq;
    public byte Flags;
    public byte Sacked;

    /// <summary>In: bytes of the header, options included, once it has been checked; 0 before.</summary>
    public byte HeaderLength;

    /// <summary>In: the sequence number to start from when this SYN takes over a TIME_WAIT pair (tcp_tw_isn); 0 for none.</summary>
    public uint TwIsn;

    /// <summary>
    /// Out: goes on where the segment before it ends, as one large packet of the kernel's would (for PSH and bursts). In, in the receive queue: the kernel
    /// would have joined it to the one before it.
    /// </summary>
    public bool Continues;

    /// <summary>In: the pieces of the kernel's packet up to here (nr_frags), and what was read of it and is still charged for.</summary>
    public byte Frags;
    public int Held;

    /// <summary>When it was last sent (skb_mstamp_ns).</summary>
    public Instant SentAt;

    /// <summary>How often it was sent again.</summary>
    public int Retransmits;

    /// <summary>Delivery accounting at the time of sending (tcp_rate_skb_sent): for rate samples.</summary>
    public long DeliveredAtSend;
    public Instant DeliveredTime, FirstSentTime;

    /// <summary>The application had no more to send when this was sent (tx.is_app_limited).</summary>
    public bool AppLimited;

    /// <summary>End of record: MSG_EOR forbids appending.</summary>
    public bool Eor;
}
