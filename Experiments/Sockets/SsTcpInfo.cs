// `ss -i`: TCP_INFO in ss's order and words (iproute2 6.1's tcp_stats_print).

using System.Globalization;
using System.Text;
using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments;

/// <summary>Prints the TCP_INFO of a socket.</summary>
internal static class SsTcpInfo
{
    private const int TcpiOptTimestamps = 1, TcpiOptSack = 2, TcpiOptWscale = 4, TcpiOptEcn = 8, TcpiOptEcnSeen = 16, TcpiOptSynData = 32;

    public static void Print(StringBuilder b, SocketEntry e, Instant now, SsOptions options)
    {
        long wscale = e["tcpi_wscale"], agreed = options.Timers || options.Extended ? e["tcpi_options"] : 0; // with -o or -e only
        bool listens = e.State == TcpState.LISTEN;
        if ((agreed & TcpiOptTimestamps) != 0) b.Append(" ts");
        if ((agreed & TcpiOptSack) != 0) b.Append(" sack");
        if ((agreed & TcpiOptEcn) != 0) b.Append(" ecn");
        if ((agreed & TcpiOptEcnSeen) != 0) b.Append(" ecnseen");
        if ((agreed & TcpiOptSynData) != 0) b.Append(" fastopen");
        if (e.Texts.TryGetValue("cong", out string? cong)) b.Append(' ').Append(cong);
        if ((e["tcpi_options"] & TcpiOptWscale) != 0) Put($" wscale:{wscale & 15},{wscale >> 4}");
        if (e["tcpi_rto"] is not (0 or 3_000_000)) Put($" rto:{Milli(e["tcpi_rto"])}");
        If("backoff");
        if (e["tcpi_rtt"] != 0) Put($" rtt:{Milli(e["tcpi_rtt"])}/{Milli(e["tcpi_rttvar"])}");
        if (e["tcpi_ato"] != 0) Put($" ato:{Milli(e["tcpi_ato"])}");
        If("mss", "snd_mss");
        If("pmtu");
        If("rcvmss", "rcv_mss");
        If("advmss");
        If("cwnd", "snd_cwnd");
        if (e["tcpi_snd_ssthresh"] is > 0 and < 0xFFFF) Put($" ssthresh:{e["tcpi_snd_ssthresh"]}");
        foreach (string name in (ReadOnlySpan<string>)["bytes_sent", "bytes_retrans", "bytes_acked", "bytes_received", "segs_out", "segs_in", "data_segs_out", "data_segs_in"]) If(name);
        if (e["tcpi_rtt"] > 0 && e["tcpi_snd_mss"] > 0 && e["tcpi_snd_cwnd"] > 0)
            Put($" send {Rate(e["tcpi_snd_cwnd"] * (double)e["tcpi_snd_mss"] * 8_000_000 / e["tcpi_rtt"])}bps");
        Age("lastsnd", "last_data_sent");
        Age("lastrcv", "last_data_recv");
        Age("lastack", "last_ack_recv");
        if (e["tcpi_pacing_rate"] is not (0 or -1))
        {
            Put($" pacing_rate {Rate(e["tcpi_pacing_rate"] * 8.0)}bps");
            if (e["tcpi_max_pacing_rate"] is not (0 or -1)) Put($"/{Rate(e["tcpi_max_pacing_rate"] * 8.0)}bps");
        }

        if (e["tcpi_delivery_rate"] != 0) Put($" delivery_rate {Rate(e["tcpi_delivery_rate"] * 8.0)}bps");
        If("delivered");
        If("delivered_ce");
        if ((e["tcpi_flags"] & 1) != 0) b.Append(" app_limited");
        long busy = e["tcpi_busy_time"];
        if (busy != 0)
        {
            Put($" busy:{busy / 1000}ms");
            foreach (string name in (ReadOnlySpan<string>)["rwnd_limited", "sndbuf_limited"])
                if (e["tcpi_" + name] != 0) Put($" {name}:{e["tcpi_" + name] / 1000}ms({100.0 * e["tcpi_" + name] / busy:0.0}%)");
        }

        If("unacked");
        if (e["tcpi_retrans"] != 0 || e["tcpi_total_retrans"] != 0) Put($" retrans:{e["tcpi_retrans"]}/{e["tcpi_total_retrans"]}");
        If("lost");
        if (!listens) If("sacked");
        If("dsack_dups");
        If("fackets");
        if (e["tcpi_reordering"] is not (0 or 3)) Put($" reordering:{e["tcpi_reordering"]}");
        If("reord_seen");
        if (e["tcpi_rcv_rtt"] != 0) Put($" rcv_rtt:{Milli(e["tcpi_rcv_rtt"])}");
        If("rcv_space");
        If("rcv_ssthresh");
        If("notsent", "notsent_bytes");
        if (e["tcpi_min_rtt"] is not (0 or 0xFFFF_FFFF)) Put($" minrtt:{Milli(e["tcpi_min_rtt"])}");
        If("rcv_ooopack");
        If("snd_wnd");

        void Put(FormattableString text) => b.Append(text.ToString(CultureInfo.InvariantCulture));

        void If(string name, string? field = null)
        {
            if (e["tcpi_" + (field ?? name)] is var n && n != 0) Put($" {name}:{n}");
        }

        void Age(string name, string field)
        {
            if (!listens && now.Milliseconds - e["tcpi_" + field + "_at"] is var ago and not 0) Put($" {name}:{ago}");
        }

        string Rate(double bits) => options.Numeric ? bits.ToString("0", CultureInfo.InvariantCulture) : bits switch
        {
            > 1e9 => General(bits / 1e9) + "G",
            > 1e6 => General(bits / 1e6) + "M",
            > 1e3 => General(bits / 1e3) + "K",
            _ => General(bits),
        };
    }

    /// <summary>Microseconds as milliseconds, by printf's %g.</summary>
    private static string Milli(long us) => (us / 1000.0).ToString("g6", CultureInfo.InvariantCulture);

    private static string General(double x) => x.ToString("g3", CultureInfo.InvariantCulture);
}
