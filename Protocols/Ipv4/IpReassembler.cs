// All datagrams of a host that are being put together: ip_defrag, ip_frag_reasm and ip_expire (net/ipv4/ip_fragment.c), bounded in memory
// (ipfrag_high_thresh), in time (ipfrag_time) and in how far fragments of one source may overtake each other (ipfrag_max_dist).

namespace ActorNet.Protocols;

/// <summary>Reassembly. Deadlines follow the order in which datagrams began, so the oldest is always at the head of one list.</summary>
internal sealed class IpReassembler(Net net)
{
    private const int Headroom = 128;

    private readonly Dictionary<FragKey, IpFragQueue> _queues = [];
    private readonly Dictionary<uint, (uint Rid, int Queues)> _sources = [];
    private readonly Stack<IpFragQueue> _spare = new();
    private IpFragQueue? _oldest, _newest;
    private long _memory;

    /// <summary>Queues, and the bytes that they hold (the FRAG line of /proc/net/sockstat).</summary>
    public (int Queues, long Bytes) Held => (_queues.Count, _memory);

    public Instant NextTimer => _oldest?.Deadline ?? Instant.Never;

    /// <summary>Takes a fragment (data at the IP header). True when its datagram is whole now: one packet, its header as if it had never been cut.</summary>
    public bool TryAdd(SkBuff skb, in Ipv4Header h, Instant now, [NotNullWhen(true)] out SkBuff? whole)
    {
        whole = null;
        NetnsMib mib = net.Mib;
        mib.Inc(Snmp.IpReasmReqds);
        var key = new FragKey(h.Saddr, h.Daddr, h.Id, h.Protocol);
        if (!_queues.TryGetValue(key, out IpFragQueue? q))
        {
            if (_memory > net.Sysctl.ipfrag_high_thresh || net.Sysctl.ipfrag_high_thresh <= 0)
            {
                mib.Inc(Snmp.IpReasmFails);
                mib.Drop(skb, DropReason.NOMEM);
                return false;
            }

            q = Begin(key, now);
        }

        if (IsTooFar(q)) Restart(q, now);
        _memory -= q.Truesize;
        FragInsert result = q.Add(skb, h);
        _memory += q.Truesize;
        switch (result)
        {
            case FragInsert.DUPLICATE:
                mib.Drop(skb, DropReason.DUP_FRAG);
                return false;
            case FragInsert.OVERLAP:
            case FragInsert.CORRUPT:
                if (result == FragInsert.OVERLAP) mib.Inc(Snmp.IpExtReasmOverlaps);
                mib.Inc(Snmp.IpReasmFails);
                mib.Drop(skb, DropReason.NOT_SPECIFIED);
                Kill(q, DropReason.NOT_SPECIFIED);
                return false;
        }

        return q.IsComplete && TryAssemble(q, skb, out whole);
    }

    /// <summary>Gives up the oldest datagram if its time is over; its first fragment is handed out for the error that quotes it.</summary>
    /// <param name="first">Data at the IP header; null when the fragment at offset 0 never came. The caller owns it.</param>
    public bool TryExpire(Instant now, out SkBuff? first)
    {
        first = null;
        IpFragQueue? q = _oldest;
        if (q is null || q.Deadline > now) return false;
        net.Mib.Inc(Snmp.IpReasmFails);
        net.Mib.Inc(Snmp.IpReasmTimeout);
        if (q.FirstIn) first = q.First;
        Kill(q, DropReason.FRAG_REASM_TIMEOUT, keep: first);
        if (first is not null) first.Next = null;
        return true;
    }

    public void Destroy()
    {
        while (_oldest is not null) Kill(_oldest, DropReason.RUN_ENDED);
    }

    private IpFragQueue Begin(FragKey key, Instant now)
    {
        if (!_spare.TryPop(out IpFragQueue? q)) q = new IpFragQueue();
        q.Key = key;
        (uint rid, int queues) = _sources.GetValueOrDefault(key.Saddr);
        _sources[key.Saddr] = (rid, queues + 1);
        q.Rid = rid;
        _queues.Add(key, q);
        Append(q, now);
        return q;
    }

    private void Append(IpFragQueue q, Instant now)
    {
        q.Deadline = now + Duration.FromSeconds(net.Sysctl.ipfrag_time);
        q.Older = _newest;
        q.Newer = null;
        if (_newest is null) _oldest = q;
        else _newest.Newer = q;
        _newest = q;
    }

    private void Unlink(IpFragQueue q)
    {
        if (q.Older is null) _oldest = q.Newer;
        else q.Older.Newer = q.Newer;
        if (q.Newer is null) _newest = q.Older;
        else q.Newer.Older = q.Older;
    }

    // ip_frag_too_far: more than ipfrag_max_dist fragments of the same source since this datagram's last one: the identification has come round.
    private bool IsTooFar(IpFragQueue q)
    {
        int max = net.Sysctl.ipfrag_max_dist;
        if (max <= 0) return false;
        (uint rid, int queues) = _sources[q.Key.Saddr];
        uint start = q.Rid, end = rid + 1;
        _sources[q.Key.Saddr] = (end, queues);
        q.Rid = end;
        bool far = q.First is not null && end - start > (uint)max;
        if (far) net.Mib.Inc(Snmp.IpReasmFails);
        return far;
    }

    // ip_frag_reinit: the old fragments go, the new one begins anew with a full time-out.
    private void Restart(IpFragQueue q, Instant now)
    {
        Purge(q, DropReason.FRAG_TOO_FAR, keep: null);
        Unlink(q);
        Append(q, now);
    }

    private void Kill(IpFragQueue q, DropReason reason, SkBuff? keep = null)
    {
        Purge(q, reason, keep);
        Unlink(q);
        _queues.Remove(q.Key);
        (uint rid, int queues) = _sources[q.Key.Saddr];
        if (queues == 1) _sources.Remove(q.Key.Saddr);
        else _sources[q.Key.Saddr] = (rid, queues - 1);
        if (_spare.Count < 16) _spare.Push(q);
    }

    private void Purge(IpFragQueue q, DropReason reason, SkBuff? keep)
    {
        _memory -= q.Truesize;
        for (SkBuff? skb = q.Clear(); skb is not null;)
        {
            SkBuff? next = skb.Next;
            if (skb != keep) net.Mib.Drop(skb, reason);
            skb = next;
        }
    }

    // ip_frag_reasm. The header is that of the fragment at offset 0; the notes are those of the fragment that completed it.
    private bool TryAssemble(IpFragQueue q, SkBuff last, [NotNullWhen(true)] out SkBuff? whole)
    {
        whole = null;
        SkBuff first = q.First!;
        int headerLength = new Ipv4View(first.Data).HeaderLength, length = headerLength + q.Len;
        if (length > Fib.MaxMtu || !MergeEcn(q.Ecn, out int ecn))
        {
            net.Mib.Inc(Snmp.IpReasmFails);
            Kill(q, DropReason.NOT_SPECIFIED);
            return false;
        }

        SkBuff skb = net.Pool.Alloc(Headroom, length);
        Span<byte> to = skb.Put(length);
        first.Data[..headerLength].CopyTo(to);
        for (SkBuff? f = first; f is not null; f = f.Next)
        {
            ReadOnlySpan<byte> data = f.Data;
            data[new Ipv4View(data).HeaderLength..].CopyTo(to[(headerLength + f.Ip.FragOffset)..]);
        }

        to[1] |= (byte)ecn;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)length);
        // DF stays when the largest fragment carried it: the sender was probing the path with it.
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], q.MaxDfSize == q.MaxSize ? Ipv4Header.IP_DF : (ushort)0);
        Ipv4View.SendCheck(to[..headerLength]);
        skb.NetworkHeader = skb.DataOffset;
        skb.TransportHeader = skb.DataOffset + headerLength;
        skb.Protocol = EtherType.IP;
        skb.PacketType = last.PacketType;
        skb.IfIndex = last.IfIndex;
        skb.Tstamp = last.Tstamp;
        skb.Mark = last.Mark;
        skb.Ip.FragMaxSize = (ushort)q.MaxSize;
        net.Mib.Inc(Snmp.IpReasmOKs);
        Kill(q, DropReason.CONSUMED);
        whole = skb;
        return true;
    }

    // ip_frag_ecn_table (RFC 3168 5.3): a mark survives; marks or ECT beside a fragment without ECT are a forgery.
    private static bool MergeEcn(int seen, out int ecn)
    {
        const int NotEct = 1, Ce = 8;
        ecn = (seen & Ce) != 0 && (seen & ~Ce) != 0 ? 3 : 0;
        return (seen & NotEct) == 0 || seen == NotEct;
    }
}
