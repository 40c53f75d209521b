// sk_error_queue: what went wrong with what was sent, each with what is known of it (struct sock_exterr_skb, include/linux/errqueue.h). A socket has one
// once it asks for it (IP_RECVERR) and there is something to say.

namespace ActorNet.Protocols;

/// <summary>SO_EE_ORIGIN_*: who found the error.</summary>
public enum ErrorOrigin : byte { NONE = 0, LOCAL = 1, ICMP = 2, TIMESTAMPING = 4, ZEROCOPY = 5 }

/// <summary>One error: struct sock_extended_err, and the packet it is about.</summary>
/// <param name="Info">The path's MTU of EMSGSIZE, the pointer of a parameter problem; else 0.</param>
/// <param name="Destination">Where the packet was to go.</param>
/// <param name="Payload">What is quoted of its data.</param>
/// <param name="Icmp">Of an ICMP error: addresses and the rest of the packet that brought it.</param>
/// <param name="At">When.</param>
internal sealed record QueuedError(
    Errno Errno, ErrorOrigin Origin, byte Type, byte Code, uint Info, SockAddr Destination, byte[] Payload, IpControl Icmp, Instant At)
{
    /// <summary>ee_info.</summary>
    public uint Info { get; set; } = Info;

    /// <summary>ee_data: of a stamp the byte or datagram, of zerocopy the last call.</summary>
    public uint Data { get; set; }
}

/// <summary>A queue of errors, bounded together with what waits to be read by sk_rcvbuf.</summary>
internal sealed class ErrorQueue
{
    /// <summary>What an entry is charged: a small packet's truesize, bytes.</summary>
    public const int Truesize = 768;

    private readonly Queue<QueuedError> _errors = new();

    private QueuedError? _last;
    private int _charged;

    // One of zerocopy that has been read: such notifications come as often as calls.
    private QueuedError? _spare;

    public int Count => _errors.Count;

    /// <summary>What the socket's receive memory is charged; notifications of MSG_ZEROCOPY have been charged to optmem (sock_omalloc).</summary>
    public int Alloc => _charged * Truesize;

    public void Add(QueuedError error)
    {
        if (error.Origin != ErrorOrigin.ZEROCOPY) _charged++;
        _errors.Enqueue(error);
        _last = error;
    }

    /// <summary>skb_zerocopy_notify_extend: calls that follow those of the last entry become part of it.</summary>
    public bool TryExtend(uint low, uint high)
    {
        if (_errors.Count == 0 || _last is not { Origin: ErrorOrigin.ZEROCOPY } last || last.Data + 1 != low) return false;
        last.Data = high;
        return true;
    }

    public void Clear()
    {
        _errors.Clear();
        _charged = 0;
    }

    /// <summary>A notification of zerocopy.</summary>
    public void AddZerocopy(byte code, uint low, uint high)
    {
        QueuedError error = _spare is { } spare && spare.Code == code ? spare : new QueuedError(Errno.OK, ErrorOrigin.ZEROCOPY, 0, code, low, default, [], default, default);
        _spare = null;
        (error.Info, error.Data) = (low, high);
        Add(error);
    }

    /// <summary>The reader is done with it.</summary>
    public void Release(QueuedError error)
    {
        if (error.Origin == ErrorOrigin.ZEROCOPY) _spare = error;
    }

    /// <summary>sock_dequeue_err_skb.</summary>
    /// <param name="pending">What sk_err is from now on: the next ICMP error's; null: as it was.</param>
    public bool TryTake([NotNullWhen(true)] out QueuedError? error, out Errno? pending)
    {
        pending = null;
        if (!_errors.TryDequeue(out error)) return false;
        if (error.Origin != ErrorOrigin.ZEROCOPY) _charged--;
        if (_errors.TryPeek(out QueuedError? next) && next.Origin == ErrorOrigin.ICMP) pending = next.Errno;
        else if (error.Origin == ErrorOrigin.ICMP) pending = Errno.OK;
        return true;
    }
}

/// <summary>What an ICMP error quotes of the packet that it is about, and of the packet that brought it.</summary>
/// <param name="Transport">From the quoted transport header on.</param>
/// <param name="Ip">Addresses, TTL, TOS and interface of the ICMP message itself.</param>
public sealed record IcmpQuoted(byte[] Transport, IpControl Ip);
