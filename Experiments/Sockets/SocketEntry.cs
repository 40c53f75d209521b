// One socket as `ss` shows it: names and numbers, flat, so that a run's record can say what changed.

using System.Globalization;
using ActorNet.Actors;
using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments;

/// <summary>A socket at a moment. Times are kept as moments of the run, so that an idle socket does not change.</summary>
public sealed class SocketEntry
{
    /// <summary>The names of SK_MEMINFO_*, as ss abbreviates them.</summary>
    private static readonly string[] MemNames = ["r", "rb", "t", "tb", "f", "w", "o", "bl", "d"];

    public Dictionary<string, long> Numbers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>What it is called in a record: unique within its namespace at a moment.</summary>
    public string Id => Netid + ":" + this["sk"].ToString("x", CultureInfo.InvariantCulture);

    /// <summary>tcp, udp, icmp6, raw…</summary>
    public string Netid => Texts["netid"];

    public TcpState State => (TcpState)this["state"];

    public SockAddr Local => SockAddr.Parse(Texts["local"]);

    public SockAddr Peer => SockAddr.Parse(Texts["peer"]);

    public bool HasInfo => Numbers.ContainsKey("tcpi_rto");

    public bool HasMemory => Numbers.ContainsKey("rb");

    /// <summary>A number; 0 where there is none.</summary>
    public long this[string name] => Numbers.GetValueOrDefault(name);

    /// <summary>The socket of a snapshot; null for a kind that ss does not show (ping sockets).</summary>
    public static SocketEntry? Of(InetDiag d, NetnsSockets all, Instant now)
    {
        string? netid = (d.Protocol, d.Type) switch
        {
            (IpProtocol.TCP, SocketType.STREAM) => "tcp",
            (IpProtocol.UDP, _) => "udp",
            (_, SocketType.RAW) => "raw",
            _ => null,
        };
        if (netid is null) return null;
        var e = new SocketEntry();
        e.Texts["netid"] = netid;
        e.Texts["local"] = d.Local.ToString();
        e.Texts["peer"] = d.Peer.ToString();
        if (d.BoundIfIndex != 0) e.Texts["dev"] = all.Devices.GetValueOrDefault(d.BoundIfIndex, "if" + d.BoundIfIndex.ToString(CultureInfo.InvariantCulture));
        if (d.Congestion is { } cong) e.Texts["cong"] = cong;
        if (d.Inode != 0 && all.Owners.TryGetValue(d.Inode, out List<SocketOwner>? owners))
            e.Texts["users"] = string.Join(',', owners.Select(o => string.Create(CultureInfo.InvariantCulture, $"(\"{o.Program}\",pid={o.Pid},fd={o.Fd})")));
        e.Set("state", (int)d.State).Set("rq", d.Rqueue).Set("wq", d.Wqueue).Set("uid", d.Uid).Set("ino", d.Inode).Set("sk", (long)d.Cookie).Set("mark", d.Mark)
            .Set("tos", d.Tos).Set("shutdown", d.Shutdown);
        if (d.Timer != DiagTimer.OFF) e.Set("timer", (int)d.Timer).Set("timer_at_ns", (now + d.Expires).Nanoseconds).Set("retrans", d.Retrans);
        for (int i = 0; i < d.SkMem.Length; i++) e.Set(MemNames[i], d.SkMem[i]);
        if (d.TcpInfo.Length > 0)
        {
            foreach ((string name, long value) in TcpInfoFields.Read(d.TcpInfo, now))
            {
                // A listener has had no traffic to count from.
                bool age = name.EndsWith("_at", StringComparison.Ordinal);
                if (name == "tcpi_rto" || (value != 0 && !(age && d.State == TcpState.LISTEN))) e.Numbers[name] = value;
            }
        }

        return e;
    }

    private SocketEntry Set(string name, long value)
    {
        if (value != 0) Numbers[name] = value;
        return this;
    }
}
