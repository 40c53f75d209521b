// struct tcp_request_sock: a connection in SYN_RECV that a listener keeps, small until its handshake is done (RFC 9293 3.10.7.2, RFC 4987).

namespace ActorNet.Protocols.Tcp;

/// <summary>The two ends of a request.</summary>
internal readonly record struct RequestKey(IpAddress Local, IpAddress Peer, ushort LocalPort, ushort PeerPort)
{
    public override int GetHashCode() =>
        (int)((Peer.Low * 0x9E3779B97F4A7C15 ^ (Local.Low + ((ulong)LocalPort << 16 | PeerPort)) * 0xD6E8FEB86659FD93) >> 32);
}

/// <summary>One half-open connection.</summary>
internal sealed class RequestSock
{
    public required RequestKey Key;
    public SeqNum RcvIsn, SntIsn, RcvNxt;
    public uint TsRecent, TsOffset;

    /// <summary>The timestamps of the first SYN-ACK and of the last: an echo lies between them.</summary>
    public uint SntTsFirst, SntTsLast;

    /// <summary>When the first SYN-ACK went out; Never when nobody remembers (a SYN cookie).</summary>
    public Instant SynAckAt;

    public Instant TsRecentStamp, Due;
    public Instant LastOowAck = Instant.Never;
    public int RcvWnd, WindowClamp, RouteMtu, InitCwnd;
    public ushort PeerMss, AdvMss;
    public byte SndWscale, RcvWscale, NumTimeout, NumRetrans, Tos;
    public bool TimestampOk, SackOk, WscaleOk, EcnOk;

    /// <summary>AccECN is agreed on; the SYN-ACK no longer says so; ECT is forbidden (RFC 9768 3.1.5).</summary>
    public bool AccEcnOk, AccEcnIsPlain, AccEcnNoEct;

    /// <summary>The IP-ECN field of the latest SYN, and of the SYN-ACK.</summary>
    public byte SynEctRcv, SynEctSnt;

    /// <summary>The handshake's ACK came but the accept queue was full or TCP_DEFER_ACCEPT holds it back (inet_rsk(req)->acked).</summary>
    public bool Acked;

    /// <summary>Fast Open: accept(2) has given the connection away.</summary>
    public bool Accepted;

    /// <summary>TCP_SAVED_SYN: the headers of the SYN; null unless the listener asked for them.</summary>
    public byte[]? SavedSyn;

    // The list of requests with the same number of time-outs, in the order in which they fall due.
    public RequestSock? Next, Prev;

    public SockAddr Local => SockAddr.In(Key.Local, Key.LocalPort);

    public SockAddr Peer => SockAddr.In(Key.Peer, Key.PeerPort);
}
