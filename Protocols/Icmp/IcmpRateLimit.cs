// How many ICMP messages may be sent: icmp_global_allow, icmpv4_mask_allow, icmpv4_xrlim_allow (net/ipv4/icmp.c) and inet_peer_xrlim_allow
// (net/ipv4/inetpeer.c). Milliseconds stand for jiffies at HZ=1000.

namespace ActorNet.Protocols;

/// <summary>The host's token bucket and one for each destination.</summary>
internal sealed class IcmpRateLimit(Net net)
{
    /// <summary>XRLIM_BURST_FACTOR.</summary>
    private const int BurstFactor = 6;

    private readonly RandomStream _random = net.Random("icmp-credit");
    private readonly Dictionary<uint, Peer> _peers = [];
    private readonly List<uint> _idle = [];
    private long _stamp;
    private int _credit;

    /// <summary>Whether the host as a whole may send one more of this kind.</summary>
    public bool AllowGlobal(IcmpType type, byte code, Instant now)
    {
        if (IsExempt(type, code) || TakeGlobal(now.Milliseconds)) return true;
        net.Mib.Inc(Snmp.IcmpOutRateLimitGlobal);
        return false;
    }

    /// <summary>Whether this destination may get one more of this kind.</summary>
    public bool AllowPeer(uint daddr, InDevice device, IcmpType type, byte code, Instant now)
    {
        int timeout = net.Sysctl.icmp_ratelimit;
        if (IsExempt(type, code) || device.IsLoopback || timeout == 0 || TakePeer(daddr, timeout, now.Milliseconds)) return true;
        net.Mib.Inc(Snmp.IcmpOutRateLimitHost);
        return false;
    }

    // Path MTU discovery is never limited; other types as icmp_ratemask says.
    private bool IsExempt(IcmpType type, byte code) =>
        (byte)type > (byte)IcmpType.ADDRESSREPLY || type == IcmpType.DEST_UNREACH && code == IcmpCode.FRAG_NEEDED
        || (1 << (byte)type & net.Sysctl.icmp_ratemask) == 0;

    private bool TakeGlobal(long now)
    {
        long delta = Math.Min(now - _stamp, 1000);
        if (_stamp == 0 && _credit == 0) delta = 1000; // the bucket is full before the first message
        int fresh = 0;
        if (delta >= 1000 / 50)
        {
            fresh = (int)(net.Sysctl.icmp_msgs_per_sec * delta / 1000);
            if (fresh > 0) _stamp = now;
        }

        _credit = Math.Min(_credit + fresh, net.Sysctl.icmp_msgs_burst);
        if (_credit == 0) return false;
        // One on average, but not predictably: who counts a host's answers must not learn of its other traffic (CVE-2020-25705).
        _credit = Math.Max(_credit - (int)_random.Below(3), 0);
        return true;
    }

    private bool TakePeer(uint daddr, int timeout, long now)
    {
        long most = (long)BurstFactor * timeout;
        if (!_peers.TryGetValue(daddr, out Peer p)) p = new Peer(most, now);
        long tokens = Math.Min(p.Tokens + now - p.Last, most);
        bool allowed = tokens >= timeout;
        if (allowed) tokens -= timeout;
        if (_peers.Count >= 4096 && !_peers.ContainsKey(daddr)) Forget(most, now);
        _peers[daddr] = new Peer(tokens, now);
        return allowed;
    }

    // A destination whose bucket is full again is as one that was never heard of.
    private void Forget(long most, long now)
    {
        foreach ((uint daddr, Peer p) in _peers)
        {
            if (p.Tokens + now - p.Last >= most) _idle.Add(daddr);
        }

        foreach (uint daddr in _idle) _peers.Remove(daddr);
        _idle.Clear();
    }

    private readonly record struct Peer(long Tokens, long Last);
}
