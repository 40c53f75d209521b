// Fast Open's part of struct netns_ipv4 and of the destination cache (net/ipv4/tcp_fastopen.c, tcp_metrics.c): keys, cookies of servers that were met, and the
// pause after a path that swallows SYNs with data. RFC 7413 sections 4.1.2, 4.1.3.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpNetns
{
    /// <summary>TCP_FASTOPEN_KEY_LENGTH, bytes.</summary>
    internal const int KeyLength = 16;

    private readonly Dictionary<(IpAddress Local, IpAddress Peer), FastOpenMetrics> _fastOpen = [];
    private Instant _disabledAt;

    /// <summary>What is known of a server (struct tcp_fastopen_metrics).</summary>
    private sealed class FastOpenMetrics
    {
        public ushort Mss;
        public byte TryExperiment;
        public FastOpenCookie Cookie;
    }

    /// <summary>`ip tcp_metrics flush`: what was learned of destinations is forgotten.</summary>
    public void FlushMetrics() => _fastOpen.Clear();

    /// <summary>tcp_fastopen_init_key_once: a key, if nobody has set one.</summary>
    internal void InitFastOpenKey()
    {
        if (_net.Sysctl.tcp_fastopen_keys is not null) return;
        RandomStream random = _net.Random("tcp-fastopen-key");
        byte[] key = new byte[KeyLength];
        BinaryPrimitives.WriteUInt64LittleEndian(key, random.NextUInt64());
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(8), random.NextUInt64());
        _net.Sysctl.tcp_fastopen_keys = key;
    }

    /// <summary>The cookie of a client: SipHash of both addresses (__tcp_fastopen_cookie_gen_cipher).</summary>
    internal static FastOpenCookie MakeCookie(ReadOnlySpan<byte> key, IpAddress client, IpAddress server)
    {
        Span<byte> addresses = stackalloc byte[8], bytes = stackalloc byte[FastOpenCookie.OwnLength];
        BinaryPrimitives.WriteUInt32BigEndian(addresses, client.V4);
        BinaryPrimitives.WriteUInt32BigEndian(addresses[4..], server.V4);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SipHash.Compute(key, addresses));
        FastOpenCookie cookie = default;
        cookie.Set(bytes);
        return cookie;
    }

    /// <summary>tcp_fastopen_cache_get.</summary>
    internal FastOpenCookie CachedCookie(IpAddress local, IpAddress peer, ref ushort mss)
    {
        FastOpenCookie cookie = default;
        cookie.Length = 0;
        if (!_fastOpen.TryGetValue((local, peer), out FastOpenMetrics? known)) return cookie;
        if (known.Mss != 0) mss = known.Mss;
        cookie = known.Cookie;
        if (cookie.Length <= 0)
        {
            cookie.Length = 0;
            if (known.TryExperiment == 1) cookie.Experimental = true;
        }

        return cookie;
    }

    /// <summary>tcp_fastopen_cache_set.</summary>
    /// <param name="tryExperiment">1: the server did not know the option: the next request is the experiment's; 2: nor that one.</param>
    internal void CacheCookie(IpAddress local, IpAddress peer, ushort mss, in FastOpenCookie cookie, byte tryExperiment)
    {
        if (!_fastOpen.TryGetValue((local, peer), out FastOpenMetrics? known)) _fastOpen[(local, peer)] = known = new FastOpenMetrics();
        if (mss != 0) known.Mss = mss;
        if (cookie.Length > 0) known.Cookie = cookie;
        else if (tryExperiment > known.TryExperiment && known.Cookie.Length <= 0 && !known.Cookie.Experimental) known.TryExperiment = tryExperiment;
    }

    /// <summary>tcp_fastopen_active_disable: SYNs go without data for a while, twice as long each time.</summary>
    internal void DisableFastOpen(Instant now)
    {
        if (_net.Sysctl.tcp_fastopen_blackhole_timeout_sec == 0) return;
        _disabledAt = now;
        _net.Sysctl.FastOpenPauses++;
        _net.Mib.Inc(Snmp.TcpExtTCPFastOpenBlackhole);
    }

    /// <summary>tcp_fastopen_active_should_disable.</summary>
    /// <param name="check">The pause is over: this connection is to tell whether it may end for good.</param>
    internal bool IsFastOpenDisabled(Instant now, out bool check)
    {
        check = false;
        int seconds = _net.Sysctl.tcp_fastopen_blackhole_timeout_sec, times = _net.Sysctl.FastOpenPauses;
        if (seconds == 0 || times == 0) return false;
        if (now < _disabledAt + Duration.FromSeconds((long)seconds << Math.Min(times - 1, 6))) return true;
        check = true;
        return false;
    }
}
