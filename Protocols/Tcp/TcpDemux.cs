// tcp_v4_rcv up to the socket (net/ipv4/tcp_ipv4.c) over the hash tables (inet_hashtables.c), and what remains of connections that have ended
// (tcp_minisocks.c: TIME_WAIT, which stands in the table in its socket's place).

namespace ActorNet.Protocols.Tcp;

/// <summary>TCP's demultiplexer. The table's owners are whatever its driver delivers to, and rows of TIME_WAIT.</summary>
public sealed class TcpDemux(Net net, PortTable<object> ports)
{
    private readonly PriorityQueue<TimewaitRow, long> _expiry = new();
    private TcpTimewait? _taken;
    private Instant _now;

    /// <summary>When the next TIME_WAIT may end; <see cref="Instant.Never"/> without any.</summary>
    public Instant NextTimer => _expiry.TryPeek(out _, out long at) ? new Instant(at) : Instant.Never;

    /// <summary>What is kept in TIME_WAIT, in no order.</summary>
    public IEnumerable<TcpTimewait> Timewaits => _expiry.UnorderedItems.Where(r => !r.Element.Gone).Select(r => r.Element.Timewait);

    /// <summary>One segment: the owner in the table that takes it; null when it is dealt with.</summary>
    /// <param name="reply">What goes back for it: a reset, an acknowledgement from TIME_WAIT.</param>
    public object? Rcv(SkBuff skb, Instant now, out SkBuff? reply)
    {
        reply = null;
        DropReason bad = TcpInput.Check(skb, net);
        if (bad != DropReason.NOT_DROPPED_YET)
        {
            net.Mib.Drop(skb, bad);
            return null;
        }

        ReadOnlySpan<byte> data = skb.Data;
        ushort sport = BinaryPrimitives.ReadUInt16BigEndian(data), dport = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        if (ports.TryLookup(skb.Ip.Saddr, sport, skb.Ip.Daddr, dport, skb.Ip.BoundIfIndex, out object? owner, out PortHandle handle))
            return owner is TimewaitRow row ? RcvTimewait(row, handle, skb, now, sport, dport, out reply) : owner;
        if (TcpReset.TryReply(skb, net, now, out SkBuff? rst)) reply = rst;
        net.Mib.Drop(skb, DropReason.NO_SOCKET);
        return null;
    }

    /// <summary>tcp_time_wait, inet_twsk_hashdance: a connection's rest takes over the row of its socket, tuple and port.</summary>
    public void Keep(TcpTimewait timewait, TcpSock sk)
    {
        if (sk.Port.IsNone)
        {
            timewait.Expire(); // it has no pair to stand for: counted out
            return;
        }

        var row = new TimewaitRow(timewait, sk.Port);
        ports.SetOwner(sk.Port, row, isTimewait: true);
        sk.Port = default;
        _expiry.Enqueue(row, timewait.Expires.Nanoseconds);
    }

    /// <summary>tcp_twsk_unique: whether a connect takes the pair over; the table releases its row then.</summary>
    public bool MayReuse(object owner)
    {
        if (owner is not TimewaitRow row || !row.Timewait.TryReuse(_now)) return false;
        row.Gone = true;
        _taken = row.Timewait;
        return true;
    }

    /// <summary>A connect begins: it may come upon pairs in TIME_WAIT.</summary>
    public void BeginConnect(Instant now) => _now = now;

    /// <summary>The pair in TIME_WAIT whose place the connect just tried has taken, or null.</summary>
    public TcpTimewait? TakeTakenOver()
    {
        TcpTimewait? taken = _taken;
        _taken = null;
        return taken;
    }

    /// <summary>Ends what has stood for long enough.</summary>
    public void OnTimer(Instant now)
    {
        while (_expiry.TryPeek(out TimewaitRow? row, out long at) && at <= now.Nanoseconds)
        {
            _expiry.Dequeue();
            if (row.Gone) continue;
            // Its time may have been put off by a segment that came late.
            if (row.Timewait.Expires > now)
            {
                _expiry.Enqueue(row, row.Timewait.Expires.Nanoseconds);
                continue;
            }

            row.Timewait.Expire();
            End(row, row.Handle);
        }
    }

    private object? RcvTimewait(TimewaitRow row, PortHandle handle, SkBuff skb, Instant now, ushort sport, ushort dport, out SkBuff? reply)
    {
        TimewaitVerdict verdict = row.Timewait.Rcv(skb, now, out reply);
        if (verdict is TimewaitVerdict.Reset or TimewaitVerdict.Dead) End(row, handle);
        if (verdict != TimewaitVerdict.Syn) return null;
        if (!ports.TryGetListener(skb.Ip.Saddr, sport, skb.Ip.Daddr, dport, skb.Ip.BoundIfIndex, out object? listener, out _))
        {
            reply = row.Timewait.Refuse(skb, now);
            return null;
        }

        // A new incarnation: the old one goes, the listener takes the segment.
        row.Timewait.GiveWay();
        End(row, handle);
        return listener;
    }

    private void End(TimewaitRow row, PortHandle handle)
    {
        row.Gone = true;
        ports.Release(handle);
    }

    /// <summary>What stands in the table in the place of a connection that has ended.</summary>
    private sealed class TimewaitRow(TcpTimewait timewait, PortHandle handle)
    {
        public readonly TcpTimewait Timewait = timewait;
        public readonly PortHandle Handle = handle;
        public bool Gone;
    }
}
