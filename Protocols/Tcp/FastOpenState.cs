// What Fast Open (RFC 7413) keeps for the sockets that use it: settings, the request that is under way, what became of a SYN with data, a listener's bound.
// The fields are those of struct tcp_sock, tcp_fastopen_request and fastopen_queue.

namespace ActorNet.Protocols.Tcp;

/// <summary>net.ipv4.tcp_fastopen.</summary>
[Flags]
internal enum FastOpenModes
{
    None = 0,
    ClientEnable = 1, ServerEnable = 2,

    /// <summary>SYNs carry data without a cookie (TFO_CLIENT_NO_COOKIE).</summary>
    ClientNoCookie = 4,

    /// <summary>SYNs with data need no cookie (TFO_SERVER_COOKIE_NOT_REQD).</summary>
    ServerCookieNotRequired = 0x200,

    /// <summary>Every listener does it, without TCP_FASTOPEN (TFO_SERVER_WO_SOCKOPT1).</summary>
    ServerWithoutOption = 0x400,
}

/// <summary>tcpi_fastopen_client_fail.</summary>
internal enum FastOpenFail : byte { None, CookieUnavailable, DataNotAcked, SynRetransmitted }

/// <summary>One socket's Fast Open.</summary>
internal sealed class FastOpenState
{
    /// <summary>TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE.</summary>
    public bool Connect, NoCookie;

    /// <summary>TCP_FASTOPEN_KEY: one key or two, 16 bytes each; null for the namespace's.</summary>
    public byte[]? Keys;

    /// <summary>Active: a call is under way that opens and sends (fastopen_req), and the option that its SYN carries.</summary>
    public bool HasRequest;
    public FastOpenCookie Cookie;

    /// <summary>Active: connect(2) answered, and the first write sends the SYN (DEFER_CONNECT).</summary>
    public bool IsDeferred;

    /// <summary>Active: the SYN had the option, as an experiment's; and its connection is to tell whether Fast Open works again.</summary>
    public bool SynFastopen, SynFastopenExp, SynFastopenCheck;

    /// <summary>Active: the SYN had data. Either: data in the SYN was taken.</summary>
    public bool SynData, SynDataAcked;

    public FastOpenFail Fail;

    /// <summary>Passive: a SYN opened it (TCPI_OPT_TFO_CHILD).</summary>
    public bool IsChild;

    /// <summary>Passive: the handshake of a connection that is open already (fastopen_rsk).</summary>
    public RequestSock? Request;

    /// <summary>A listener's bound, or that of the listener this connection is counted by.</summary>
    public FastOpenQueue? Queue;

    /// <summary>tcp_disconnect: all but settings, and but <see cref="SynData"/>, as Linux has it: the next connection shows TCPI_OPT_SYN_DATA.</summary>
    public void Reset()
    {
        HasRequest = IsDeferred = SynFastopen = SynFastopenExp = SynFastopenCheck = SynDataAcked = IsChild = false;
        Cookie = default;
        Fail = FastOpenFail.None;
    }
}

/// <summary>How many connections of a listener are open before their handshake is done (struct fastopen_queue).</summary>
internal sealed class FastOpenQueue
{
    private static readonly Duration s_penalty = Duration.FromSeconds(60);
    private readonly Queue<Instant> _resets = new();
    private int _count;

    /// <summary>TCP_FASTOPEN; 0: not at all.</summary>
    public int MaxLength { get; set; }

    /// <summary>The listener takes no more.</summary>
    public bool IsClosed { get; set; }

    /// <summary>reqsk_queue_alloc: it listens, anew perhaps.</summary>
    public void Begin()
    {
        IsClosed = false;
        _count = 0;
        _resets.Clear();
    }

    /// <summary>tcp_fastopen_queue_check: whether one more may come; one that a reset ended counts for a minute.</summary>
    public bool HasRoom(Instant now, NetnsMib mib)
    {
        if (MaxLength == 0) return false;
        if (_count < MaxLength) return true;
        if (!_resets.TryPeek(out Instant until) || until > now)
        {
            mib.Inc(Snmp.TcpExtTCPFastOpenListenOverflow);
            return false;
        }

        _resets.Dequeue();
        _count--;
        return true;
    }

    public void Add() => _count++;

    /// <summary>reqsk_fastopen_remove: a handshake is over. A reset of one that was accepted already may be an attack: it goes on counting for a minute.</summary>
    public void Remove(Instant now, bool suspect)
    {
        if (suspect && !IsClosed) _resets.Enqueue(now + s_penalty);
        else if (_count > 0) _count--;
    }
}
