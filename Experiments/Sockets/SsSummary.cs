// `ss -s`.

using System.Globalization;
using System.Text;
using ActorNet.Actors;

namespace ActorNet.Experiments;

/// <summary>Prints how many sockets there are of each kind.</summary>
internal static class SsSummary
{
    public static void Print(StringBuilder b, SocketTable table)
    {
        SockStat s = table.Stat;
        // Neither hashed nor in TIME_WAIT: made and not bound, or at their end.
        int closed = s.TcpAlloc - (s.TcpInuse - s.TcpTw);
        b.Append(CultureInfo.InvariantCulture, $"Total: {s.Used}\n");
        b.Append(CultureInfo.InvariantCulture, $"TCP:   {s.TcpAlloc + s.TcpTw} (estab {s.TcpEstab}, closed {closed}, orphaned {s.TcpOrphan}, timewait {s.TcpTw})\n\n");
        b.Append("Transport Total     IP        IPv6\n");
        Row(b, "RAW", s.RawInuse);
        Row(b, "UDP", s.UdpInuse);
        Row(b, "TCP", s.TcpInuse);
        Row(b, "INET", s.RawInuse + s.UdpInuse + s.TcpInuse);
        Row(b, "FRAG", s.FragInuse);
        b.Append('\n');
    }

    private static void Row(StringBuilder b, string name, int count) => b.Append(CultureInfo.InvariantCulture, $"{name}\t  {count,-9} {count,-9} {0,-9}\n");
}
