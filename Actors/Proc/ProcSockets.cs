// /proc/net/tcp, udp, raw, icmp, sockstat and protocols: tcp4_seq_show, udp4_seq_show, raw_seq_show, ping_v4_seq_show, sockstat_seq_show, proto_seq_show.

using System.Globalization;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>Sockets as the text files show them.</summary>
internal static class ProcSockets
{
    private const string Columns = "local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

    public static IEnumerable<string> Tcp(NetStack stack, Instant now)
    {
        yield return Line("  sl  " + Columns, 149);
        int i = 0;
        foreach (InetDiag d in SocketSnapshot.Of(stack, now))
        {
            if (d.Protocol != IpProtocol.TCP) continue;
            yield return Line(Tcp(i++, d), 149);
        }
    }

    /// <param name="width">Of a line's text, line end excluded; 0 where it is not padded.</param>
    public static IEnumerable<string> Datagrams(NetStack stack, Instant now, Predicate<InetDiag> which, string head, int number, int width)
    {
        yield return Line(head + Columns + " ref pointer drops", width);
        foreach (InetDiag d in SocketSnapshot.Of(stack, now).Where(d => which(d)).OrderBy(d => d.Local.Port))
        {
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{d.Local.Port.ToString(CultureInfo.InvariantCulture).PadLeft(number)}: {Ends(d)} {(int)d.State:X2} {d.Wqueue:X8}:{d.Rqueue:X8} 00:00000000 00000000 {d.Uid,5} {0,8} {d.Inode} {d.Refs} {Pointer(d)} {(d.IsFull ? d.SkMem[8] : 0)}");
            yield return Line(line, width);
        }
    }

    public static IEnumerable<string> Sockstat(NetStack stack, Instant now)
    {
        SockStat s = SocketSnapshot.Stat(stack, SocketSnapshot.Of(stack, now));
        yield return string.Create(CultureInfo.InvariantCulture,
            $"sockets: used {s.Used}\nTCP: inuse {s.TcpInuse} orphan {s.TcpOrphan} tw {s.TcpTw} alloc {s.TcpAlloc} mem {s.TcpMem}\n"
            + $"UDP: inuse {s.UdpInuse} mem {s.UdpMem}\nUDPLITE: inuse 0\nRAW: inuse {s.RawInuse}\nFRAG: inuse {s.FragInuse} memory {s.FragMemory}\n");
    }

    /// <summary>struct proto of each protocol, with the size that its socket has in Linux 6.18.</summary>
    public static IEnumerable<string> Protocols(NetStack stack)
    {
        int tcp = 0, udp = 0, ping = 0;
        foreach ((Sock sk, _) in stack.List.All)
        {
            if (sk.Protocol == IpProtocol.TCP) tcp++;
            else if (sk.Protocol == IpProtocol.UDP) udp++;
            else if (sk.Protocol == IpProtocol.ICMP && sk.Type == SocketType.DGRAM) ping++;
        }

        string press = stack.Net.TcpMemory.UnderPressure ? "yes" : "no ";
        yield return "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n";
        yield return string.Create(CultureInfo.InvariantCulture, $"PING      1016 {ping,6}      -1   NI       0   yes  kernel      y  y  y  n  n  y  n  n  y  y  y  y  y  y  n  y  y  n\n");
        yield return string.Create(CultureInfo.InvariantCulture, $"UDP       1344 {udp,6}  {stack.Net.UdpMemory.Allocated,6}   NI       0   yes  kernel      y  y  y  n  y  y  y  n  y  y  y  y  n  n  y  y  y  n\n");
        yield return string.Create(CultureInfo.InvariantCulture, $"TCP       2304 {tcp,6}  {stack.Net.TcpMemory.Allocated,6}   {press}    192   yes  kernel      y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y  y  y\n");
    }

    private static string Tcp(int i, InetDiag d)
    {
        TcpProcFields p = d.Proc;
        // A request sock and TIME_WAIT end with their address; a socket goes on with its times and windows.
        string rest = d.IsFull ? string.Create(CultureInfo.InvariantCulture, $" {p.Rto} {p.Ato} {p.QuickAck} {p.SndCwnd} {p.Ssthresh}") : "";
        int retransmits = d.IsFull ? p.Retransmits : d.Retrans;
        return string.Create(CultureInfo.InvariantCulture,
            $"{i,4}: {Ends(d)} {(int)d.State:X2} {d.Wqueue * (d.State == TcpState.LISTEN ? 0 : 1):X8}:{d.Rqueue:X8} {(int)d.Timer:X2}:{TcpSock.ToClock(d.Expires):X8} {retransmits:X8} {(d.State == TcpState.TIME_WAIT ? 0 : d.Uid),5} {p.ProbesOut,8} {d.Inode} {d.Refs} {Pointer(d)}{rest}");
    }

    private static string Ends(InetDiag d) =>
        string.Create(CultureInfo.InvariantCulture, $"{Hex(d.Local.Address)}:{d.Local.Port:X4} {Hex(d.Peer.Address)}:{d.Peer.Port:X4}");

    // __be32 as this little-endian machine reads it.
    private static string Hex(IpAddress a) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a.V4).ToString("X8", CultureInfo.InvariantCulture);

    // %pK: the kernel hashes addresses to 32 bits; here it is the socket's number that is hashed.
    private static string Pointer(InetDiag d) => ((uint)(d.Cookie * 0x9E37_79B1) | 1).ToString("x16", CultureInfo.InvariantCulture);

    private static string Line(string text, int width) => text.PadRight(width) + "\n";
}
