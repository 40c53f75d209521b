// /tcp: tcp_v4_rcv up to the socket (net/ipv4/tcp_ipv4.c), the hash tables (inet_hashtables.c) and what remains of connections that have
// ended (tcp_minisocks.c: TIME_WAIT).

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>TCP's demultiplexer. Besides what <see cref="DemuxActor"/> handles, it takes <see cref="TimewaitHandover"/>s and answers strays with RSTs.</summary>
internal sealed class TcpActor : DemuxActor
{
    private readonly PriorityQueue<TimewaitRow, long> _expiry = new();
    private readonly ActorTimer _timer;
    private readonly Func<object, bool> _mayReuse;
    private TcpTimewait? _taken;

    public TcpActor(NetStack stack)
        : base(stack, PortRules.TCP, "ports-tcp")
    {
        _timer = new ActorTimer(Cell, ReapTimewaits.Instance);
        _mayReuse = MayTake;
        stack.Timewaits = () => _expiry.UnorderedItems.Where(r => !r.Element.Gone).Select(r => r.Element.Timewait);
    }

    protected override Func<object, bool> MayReuse => _mayReuse;

    protected override void OnConnected(DemuxRequest request)
    {
        request.TakenOver = _taken;
        _taken = null;
    }

    protected override void Rcv(SkBuff skb, Instant now)
    {
        DropReason bad = TcpInput.Check(skb, Net);
        if (bad != DropReason.NOT_DROPPED_YET)
        {
            Net.Mib.Drop(skb, bad);
            return;
        }

        ReadOnlySpan<byte> data = skb.Data;
        ushort sport = BinaryPrimitives.ReadUInt16BigEndian(data), dport = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        if (Ports.TryLookup(skb.Ip.Saddr, sport, skb.Ip.Daddr, dport, skb.Ip.BoundIfIndex, out object? owner, out PortHandle handle))
        {
            if (owner is IActorRef socket) Deliver(socket, skb);
            else RcvTimewait((TimewaitRow)owner, handle, skb, now, sport, dport);
            return;
        }

        Stray(skb, now);
    }

    protected override bool OnOther(object message)
    {
        switch (message)
        {
            case TimewaitHandover m: Keep(m); return true;
            case ReapTimewaits: Reap(); return true;
            case RunEnded: _timer.Disarm(); return true;
            default: return false;
        }
    }

    private void Stray(SkBuff skb, Instant now)
    {
        if (TcpReset.TryReply(skb, Net, now, out SkBuff? rst)) Stack.Ip.Tell(rst, Me);
        Net.Mib.Drop(skb, DropReason.NO_SOCKET);
    }

    // The rest takes over the row of its socket, tuple and port.
    private void Keep(TimewaitHandover m)
    {
        if (m.Sk.Port.IsNone)
        {
            m.Timewait.Expire(); // it has no pair to stand for: counted out
            return;
        }

        var row = new TimewaitRow(m.Timewait, m.Sk.Port);
        Ports.SetOwner(m.Sk.Port, row, isTimewait: true);
        m.Sk.Port = default;
        _expiry.Enqueue(row, row.Timewait.Expires.Nanoseconds);
        Arm();
    }

    private void RcvTimewait(TimewaitRow row, PortHandle handle, SkBuff skb, Instant now, ushort sport, ushort dport)
    {
        TimewaitVerdict verdict = row.Timewait.Rcv(skb, now, out SkBuff? reply);
        if (reply is not null) Stack.Ip.Tell(reply, Me);
        if (verdict is TimewaitVerdict.Reset or TimewaitVerdict.Dead) End(row, handle);
        if (verdict != TimewaitVerdict.Syn) return;
        if (!Ports.TryGetListener(skb.Ip.Saddr, sport, skb.Ip.Daddr, dport, skb.Ip.BoundIfIndex, out object? listener, out _))
        {
            Stack.Ip.Tell(row.Timewait.Refuse(skb, now), Me);
            return;
        }

        // A new incarnation: the old one goes, the listener takes the segment.
        row.Timewait.GiveWay();
        End(row, handle);
        Deliver((IActorRef)listener, skb);
    }

    // tcp_twsk_unique: a connect takes the pair over; the table releases its row.
    private bool MayTake(object owner)
    {
        if (owner is not TimewaitRow row || !row.Timewait.TryReuse(Now)) return false;
        row.Gone = true;
        _taken = row.Timewait;
        return true;
    }

    private void End(TimewaitRow row, PortHandle handle)
    {
        row.Gone = true;
        Ports.Release(handle);
    }

    private void Reap()
    {
        Instant now = Now;
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

        Arm();
    }

    private void Arm() => _timer.Arm(_expiry.TryPeek(out _, out long at) ? at : long.MaxValue);

    private sealed class ReapTimewaits
    {
        public static readonly ReapTimewaits Instance = new();
    }

    /// <summary>What stands in the table in the place of a connection that has ended.</summary>
    private sealed class TimewaitRow(TcpTimewait timewait, PortHandle handle)
    {
        public readonly TcpTimewait Timewait = timewait;
        public readonly PortHandle Handle = handle;
        public bool Gone;
    }
}
