// What all TCP sockets of one host share (the tcp part of struct netns_ipv4, net/core/secure_seq.c): keys, the challenge-ACK budget, orphans.

namespace ActorNet.Protocols.Tcp;

/// <summary>One host's TCP: initial sequence numbers (RFC 6528), timestamp offsets (RFC 7323 5.4), RFC 5961's budget.</summary>
public sealed partial class TcpNetns
{
    private readonly Net _net;
    private readonly RandomStream _random;
    private readonly ulong _isnKey0, _isnKey1, _tsKey0, _tsKey1;
    private long _challengeSecond = long.MinValue;
    private int _challengeLeft;

    public TcpNetns(Net net)
    {
        _net = net;
        _random = net.Random("tcp");
        RandomStream keys = net.Random("isn");
        _isnKey0 = keys.NextUInt64();
        _isnKey1 = keys.NextUInt64();
        _tsKey0 = keys.NextUInt64();
        _tsKey1 = keys.NextUInt64();
    }

    /// <summary>Sockets that no descriptor names any more and that are not closed yet (tcp_orphan_count).</summary>
    public int Orphans { get; internal set; }

    /// <summary>TIME_WAIT sockets alive (tw_count), bounded by tcp_max_tw_buckets.</summary>
    public int TimewaitCount { get; internal set; }

    /// <summary>Small random decisions of TCP.</summary>
    internal RandomStream Random => _random;

    /// <summary>ISN = M + F(4-tuple, key), M ticking every 64 ns (secure_tcp_seq).</summary>
    public SeqNum SecureSeq(in SockAddr local, in SockAddr peer, Instant now) =>
        (uint)(Hash(_isnKey0, _isnKey1, local, peer, true) + (ulong)(now.Nanoseconds >> 6));

    /// <summary>The offset of this pair's timestamps (secure_tcp_ts_off); 0 when tcp_timestamps is 2.</summary>
    public uint SecureTsOffset(in SockAddr local, in SockAddr peer) =>
        _net.Sysctl.tcp_timestamps == 1 ? (uint)Hash(_tsKey0, _tsKey1, local, peer, false) : 0;

    /// <summary>Whether this host may send one more challenge ACK this second (RFC 5961 section 10).</summary>
    internal bool TakeChallenge(Instant now)
    {
        int limit = _net.Sysctl.tcp_challenge_ack_limit;
        if (limit is int.MaxValue or <= 0) return true; // of none or less Linux makes a budget that nobody uses up
        long second = now.Nanoseconds / 1_000_000_000;
        if (second != _challengeSecond)
        {
            // Half of the limit plus a random half, so that an off-path guesser cannot read the counter (CVE-2016-5696).
            int half = (limit + 1) >> 1;
            _challengeSecond = second;
            _challengeLeft = half + (int)_random.Below((uint)limit);
        }

        return _challengeLeft-- > 0;
    }

    /// <summary>tcp_memory_allocated with tcp_enter_memory_pressure and tcp_leave_memory_pressure, which count how often and for how long.</summary>
    internal static ProtoMemory MemoryOf(Net net)
    {
        Instant since = default;
        return new ProtoMemory(() => (net.Sysctl.tcp_mem_low, net.Sysctl.tcp_mem_pressure, net.Sysctl.tcp_mem_high), pressures: true, (now, on) =>
        {
            if (on)
            {
                net.Mib.Inc(Snmp.TcpExtTCPMemoryPressures);
                since = now;
            }
            else
            {
                net.Mib.Add(Snmp.TcpExtTCPMemoryPressuresChrono, Math.Max(0, (now - since).Milliseconds));
            }
        });
    }

    private static ulong Hash(ulong k0, ulong k1, in SockAddr a, in SockAddr b, bool ports)
    {
        ulong h = k0;
        h = Mix(h ^ a.Address.High, k1);
        h = Mix(h ^ a.Address.Low, k1);
        h = Mix(h ^ b.Address.High, k1);
        h = Mix(h ^ b.Address.Low, k1);
        if (ports) h = Mix(h ^ ((ulong)a.Port << 16 | b.Port), k1);
        return Mix(h, k0) >> 16;
    }

    // One round of a keyed multiply-xorshift mix: unpredictable enough inside a simulation, and the same on every machine.
    private static ulong Mix(ulong x, ulong key)
    {
        x = (x ^ x >> 32 ^ key) * 0xD6E8FEB86659FD93;
        x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9;
        return x ^ x >> 32;
    }
}
