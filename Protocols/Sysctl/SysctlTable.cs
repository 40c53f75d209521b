// /proc/sys/net of Linux 6.18, those settings that this stack honours: ipv4_net_table, ipv4_table, netns_core_table, net_core_table, neigh_sysctl_template,
// devinet_sysctl. One line makes one: its name, its kind, its range, its field. What is not here is not there: ENOENT.

namespace ActorNet.Protocols;

/// <summary>All settings, by name.</summary>
public static class SysctlTable
{
    private const string Core = "net.core.", V4 = "net.ipv4.";

    // HZ is 250: more seconds than this do not fit in jiffies.
    private const int MaxSeconds = Jiffies.MaxSeconds;

    private static readonly CtlTable[] s_entries =
    [
        // net.core
        new CtlInts(Core + "rmem_default", Sock.MinRcvbuf, int.MaxValue, s => ref s.rmem_default) { InitWritable = true },
        new CtlInts(Core + "optmem_max", 0, int.MaxValue, s => ref s.optmem_max),
        new CtlInts(Core + "rmem_max", Sock.MinRcvbuf, int.MaxValue, s => ref s.rmem_max) { InitWritable = true },
        new CtlInts(Core + "wmem_default", Sock.MinSndbuf, int.MaxValue, s => ref s.wmem_default) { InitWritable = true },
        new CtlInts(Core + "wmem_max", Sock.MinSndbuf, int.MaxValue, s => ref s.wmem_max) { InitWritable = true },
        new CtlInts(Core + "somaxconn", 0, int.MaxValue, s => ref s.somaxconn),
        new CtlInts(Core + "netdev_budget", int.MinValue, int.MaxValue, s => ref s.netdev_budget) { InitOnly = true },
        new CtlInts(Core + "netdev_budget_usecs", int.MinValue, int.MaxValue, s => ref s.netdev_budget_usecs) { InitOnly = true },

        // net.ipv4: addresses, forwarding, fragments
        new CtlForwardAll(V4 + "ip_forward"),
        new CtlUint(V4 + "ip_default_ttl", 1, 255, s => ref s.ip_default_ttl),
        new CtlFlag(V4 + "ip_no_pmtu_disc", 255, s => ref s.ip_no_pmtu_disc),
        new CtlPortRange(V4 + "ip_local_port_range"),
        new CtlPorts(V4 + "ip_local_reserved_ports", s => ref s.ip_local_reserved_ports),
        new CtlFlag(V4 + "ip_autobind_reuse", 1, s => ref s.ip_autobind_reuse),
        new CtlFlag(V4 + "ip_nonlocal_bind", 255, s => ref s.ip_nonlocal_bind),
        new CtlPrivilegedPorts(V4 + "ip_unprivileged_port_start"),
        new CtlPingGroups(V4 + "ping_group_range"),
        new CtlLongs(V4 + "ipfrag_high_thresh", 0, int.MaxValue, s => ref s.ipfrag_high_thresh),
        new CtlInts(V4 + "ipfrag_time", -MaxSeconds, MaxSeconds, s => ref s.ipfrag_time),
        new CtlInts(V4 + "ipfrag_max_dist", 0, int.MaxValue, s => ref s.ipfrag_max_dist),

        // net.ipv4: ICMP
        new CtlFlag(V4 + "icmp_echo_ignore_all", 1, s => ref s.icmp_echo_ignore_all),
        new CtlFlag(V4 + "icmp_echo_ignore_broadcasts", 1, s => ref s.icmp_echo_ignore_broadcasts),
        new CtlMilliseconds(V4 + "icmp_ratelimit", s => ref s.icmp_ratelimit),
        new CtlInts(V4 + "icmp_ratemask", int.MinValue, int.MaxValue, s => ref s.icmp_ratemask),
        new CtlInts(V4 + "icmp_msgs_per_sec", 0, int.MaxValue, s => ref s.icmp_msgs_per_sec),
        new CtlInts(V4 + "icmp_msgs_burst", 0, int.MaxValue, s => ref s.icmp_msgs_burst),

        // net.ipv4: TCP's and UDP's memory
        new CtlInts(V4 + "tcp_rmem", 1, int.MaxValue, s => ref s.tcp_rmem_min, s => ref s.tcp_rmem_default, s => ref s.tcp_rmem_max),
        new CtlInts(V4 + "tcp_wmem", 1, int.MaxValue, s => ref s.tcp_wmem_min, s => ref s.tcp_wmem_default, s => ref s.tcp_wmem_max),
        new CtlLongs(V4 + "tcp_mem", 0, int.MaxValue, s => ref s.tcp_mem_low, s => ref s.tcp_mem_pressure, s => ref s.tcp_mem_high) { InitOnly = true },
        new CtlLongs(V4 + "udp_mem", 0, int.MaxValue, s => ref s.udp_mem_low, s => ref s.udp_mem_pressure, s => ref s.udp_mem_high) { InitOnly = true },
        new CtlInts(V4 + "tcp_adv_win_scale", -31, 31, s => ref s.tcp_adv_win_scale),
        new CtlFlag(V4 + "tcp_moderate_rcvbuf", 255, s => ref s.tcp_moderate_rcvbuf),
        new CtlFlag(V4 + "tcp_shrink_window", 1, s => ref s.tcp_shrink_window),
        new CtlUint(V4 + "tcp_app_win", 0, 31, s => ref s.tcp_app_win),
        new CtlFlag(V4 + "tcp_workaround_signed_windows", 255, s => ref s.tcp_workaround_signed_windows),
        new CtlFlag(V4 + "tcp_backlog_ack_defer", 1, s => ref s.tcp_backlog_ack_defer),
        new CtlUint(V4 + "tcp_comp_sack_nr", 0, 255, s => ref s.tcp_comp_sack_nr),
        new CtlUlong(V4 + "tcp_comp_sack_delay_ns", s => ref s.tcp_comp_sack_delay_ns),
        new CtlUlong(V4 + "tcp_comp_sack_slack_ns", s => ref s.tcp_comp_sack_slack_ns),
        new CtlUint(V4 + "tcp_pingpong_thresh", 1, 255, s => ref s.tcp_pingpong_thresh),

        // net.ipv4: TCP's features
        new CtlFlag(V4 + "tcp_window_scaling", 255, s => ref s.tcp_window_scaling),
        new CtlFlag(V4 + "tcp_sack", 255, s => ref s.tcp_sack),
        new CtlFlag(V4 + "tcp_dsack", 255, s => ref s.tcp_dsack),
        new CtlFlag(V4 + "tcp_slow_start_after_idle", 255, s => ref s.tcp_slow_start_after_idle),
        new CtlUint(V4 + "tcp_timestamps", 0, 255, s => ref s.tcp_timestamps),
        new CtlCongestion(V4 + "tcp_congestion_control"),
        new CtlReadOnly(V4 + "tcp_available_congestion_control", _ => Tcp.CongestionControls.Available),
        new CtlAllowedCongestion(V4 + "tcp_allowed_congestion_control"),
        new CtlInts(V4 + "tcp_pacing_ss_ratio", 0, 1000, s => ref s.tcp_pacing_ss_ratio),
        new CtlInts(V4 + "tcp_pacing_ca_ratio", 0, 1000, s => ref s.tcp_pacing_ca_ratio),
        new CtlFlag(V4 + "tcp_abort_on_overflow", 255, s => ref s.tcp_abort_on_overflow),
        new CtlFlag(V4 + "tcp_rfc1337", 255, s => ref s.tcp_rfc1337),
        new CtlFlag(V4 + "tcp_stdurg", 255, s => ref s.tcp_stdurg),
        new CtlUint(V4 + "tcp_syncookies", 0, 255, s => ref s.tcp_syncookies),
        new CtlInts(V4 + "tcp_max_syn_backlog", int.MinValue, int.MaxValue, s => ref s.tcp_max_syn_backlog),
        new CtlUint(V4 + "tcp_tw_reuse", 0, 2, s => ref s.tcp_tw_reuse),
        new CtlUint(V4 + "tcp_ecn", 0, 5, s => ref s.tcp_ecn),
        new CtlUint(V4 + "tcp_ecn_option", 0, 3, s => ref s.tcp_ecn_option),
        new CtlUint(V4 + "tcp_ecn_option_beacon", 0, 3, s => ref s.tcp_ecn_option_beacon),
        new CtlFlag(V4 + "tcp_ecn_fallback", 1, s => ref s.tcp_ecn_fallback),
        new CtlUint(V4 + "tcp_tso_win_divisor", 0, 255, s => ref s.tcp_tso_win_divisor),
        new CtlUint(V4 + "tcp_tso_rtt_log", 0, 255, s => ref s.tcp_tso_rtt_log),
        new CtlFlag(V4 + "tcp_retrans_collapse", 255, s => ref s.tcp_retrans_collapse),
        new CtlUint(V4 + "tcp_frto", 0, 255, s => ref s.tcp_frto),
        new CtlFlag(V4 + "tcp_thin_linear_timeouts", 255, s => ref s.tcp_thin_linear_timeouts),
        new CtlUint(V4 + "tcp_recovery", 0, 255, s => ref s.tcp_recovery),
        new CtlUint(V4 + "tcp_early_retrans", 0, 4, s => ref s.tcp_early_retrans),
        new CtlInts(V4 + "tcp_max_reordering", int.MinValue, int.MaxValue, s => ref s.tcp_max_reordering),
        new CtlInts(V4 + "tcp_min_rtt_wlen", 0, 86_400, s => ref s.tcp_min_rtt_wlen),
        new CtlUint(V4 + "tcp_syn_linear_timeouts", 0, 127, s => ref s.tcp_syn_linear_timeouts),
        new CtlUint(V4 + "tcp_notsent_lowat", 0, uint.MaxValue, s => ref s.tcp_notsent_lowat),
        new CtlUint(V4 + "tcp_mtu_probing", 0, 255, s => ref s.tcp_mtu_probing),
        new CtlInts(V4 + "tcp_base_mss", int.MinValue, int.MaxValue, s => ref s.tcp_base_mss),
        new CtlInts(V4 + "tcp_mtu_probe_floor", 48, 65_535, s => ref s.tcp_mtu_probe_floor),
        new CtlUint(V4 + "tcp_probe_interval", 0, uint.MaxValue, s => ref s.tcp_probe_interval),
        new CtlInts(V4 + "tcp_probe_threshold", int.MinValue, int.MaxValue, s => ref s.tcp_probe_threshold),
        new CtlInts(V4 + "tcp_fastopen", int.MinValue, int.MaxValue, s => ref s.tcp_fastopen),
        new CtlFastOpenKey(V4 + "tcp_fastopen_key"),
        new CtlBlackhole(V4 + "tcp_fastopen_blackhole_timeout_sec"),

        // net.ipv4: TCP's limits
        new CtlUint(V4 + "tcp_syn_retries", 1, 127, s => ref s.tcp_syn_retries),
        new CtlUint(V4 + "tcp_synack_retries", 0, 255, s => ref s.tcp_synack_retries),
        new CtlUint(V4 + "tcp_retries1", 0, 255, s => ref s.tcp_retries1),
        new CtlUint(V4 + "tcp_retries2", 0, 255, s => ref s.tcp_retries2),
        new CtlUint(V4 + "tcp_orphan_retries", 0, 255, s => ref s.tcp_orphan_retries),
        new CtlInts(V4 + "tcp_max_tw_buckets", int.MinValue, int.MaxValue, s => ref s.tcp_max_tw_buckets),
        new CtlInts(V4 + "tcp_max_orphans", int.MinValue, int.MaxValue, s => ref s.tcp_max_orphans) { InitOnly = true },
        new CtlInts(V4 + "tcp_challenge_ack_limit", int.MinValue, int.MaxValue, s => ref s.tcp_challenge_ack_limit),
        new CtlMilliseconds(V4 + "tcp_invalid_ratelimit", s => ref s.tcp_invalid_ratelimit),
        new CtlInts(V4 + "tcp_fin_timeout", -MaxSeconds, MaxSeconds, s => ref s.tcp_fin_timeout),
        new CtlInts(V4 + "tcp_keepalive_time", -MaxSeconds, MaxSeconds, s => ref s.tcp_keepalive_time),
        new CtlInts(V4 + "tcp_keepalive_intvl", -MaxSeconds, MaxSeconds, s => ref s.tcp_keepalive_intvl),
        new CtlUint(V4 + "tcp_keepalive_probes", 0, 255, s => ref s.tcp_keepalive_probes),
        new CtlInts(V4 + "tcp_min_snd_mss", 48, 65_535, s => ref s.tcp_min_snd_mss),
        new CtlInts(V4 + "tcp_reordering", 1, 300, s => ref s.tcp_reordering),
        new CtlUint(V4 + "tcp_min_tso_segs", 1, 255, s => ref s.tcp_min_tso_segs),
        new CtlInts(V4 + "tcp_rto_min_us", 1, int.MaxValue, s => ref s.tcp_rto_min_us),
        new CtlInts(V4 + "tcp_rto_max_ms", 1000, 120_000, s => ref s.tcp_rto_max_ms),

        // net.ipv4.neigh.default, and each device's own
        new CtlNeigh("base_reachable_time", -MaxSeconds, MaxSeconds, s => ref s.neigh_base_reachable_time, d => ref d.neigh_base_reachable_time),
        new CtlNeigh("delay_first_probe_time", -MaxSeconds, MaxSeconds, s => ref s.neigh_delay_first_probe_time, d => ref d.neigh_delay_first_probe_time),
        new CtlNeigh("gc_stale_time", -MaxSeconds, MaxSeconds, s => ref s.neigh_gc_stale_time, d => ref d.neigh_gc_stale_time),
        new CtlNeighMilliseconds("retrans_time_ms", s => ref s.neigh_retrans_time_ms, d => ref d.neigh_retrans_time_ms),
        new CtlNeigh("ucast_solicit", 0, int.MaxValue, s => ref s.neigh_ucast_solicit, d => ref d.neigh_ucast_solicit),
        new CtlNeigh("mcast_solicit", 0, int.MaxValue, s => ref s.neigh_mcast_solicit, d => ref d.neigh_mcast_solicit),
        new CtlNeigh("unres_qlen_bytes", 0, int.MaxValue, s => ref s.neigh_unres_qlen_bytes, d => ref d.neigh_unres_qlen_bytes),
        new CtlInts(V4 + "neigh.default.gc_thresh1", 0, int.MaxValue, s => ref s.neigh_gc_thresh1) { InitOnly = true },
        new CtlInts(V4 + "neigh.default.gc_thresh2", 0, int.MaxValue, s => ref s.neigh_gc_thresh2) { InitOnly = true },
        new CtlInts(V4 + "neigh.default.gc_thresh3", 0, int.MaxValue, s => ref s.neigh_gc_thresh3) { InitOnly = true },

        // net.ipv4.conf.all, .default, and each device's own
        new CtlForwardAll(V4 + "conf.all.forwarding"),
        new CtlForward(V4 + "conf.DEV.forwarding"),
        new CtlInts(V4 + "conf.all.force_igmp_version", int.MinValue, int.MaxValue, s => ref s.conf_all_force_igmp_version),
        new CtlConf("force_igmp_version", int.MinValue, int.MaxValue, s => ref s.conf_default_force_igmp_version, d => ref d.force_igmp_version),
        new CtlConf("igmpv2_unsolicited_report_interval", int.MinValue, int.MaxValue, s => ref s.conf_default_igmpv2_unsolicited_report_interval, d => ref d.igmpv2_unsolicited_report_interval),
        new CtlConf("igmpv3_unsolicited_report_interval", int.MinValue, int.MaxValue, s => ref s.conf_default_igmpv3_unsolicited_report_interval, d => ref d.igmpv3_unsolicited_report_interval),

        // net.ipv4: IGMP
        new CtlFlag(V4 + "igmp_link_local_mcast_reports", 255, s => ref s.igmp_link_local_mcast_reports),
        new CtlInts(V4 + "igmp_max_memberships", int.MinValue, int.MaxValue, s => ref s.igmp_max_memberships),
        new CtlInts(V4 + "igmp_max_msf", int.MinValue, int.MaxValue, s => ref s.igmp_max_msf),
        new CtlInts(V4 + "igmp_qrv", 1, int.MaxValue, s => ref s.igmp_qrv),
    ];

    private static readonly Dictionary<string, CtlTable> s_byName = s_entries.ToDictionary(e => e.Name, StringComparer.Ordinal);

    /// <summary>In the order of their names. Those of devices have DEV in the place of a device's name.</summary>
    public static IReadOnlyList<CtlTable> All { get; } = [.. s_entries.OrderBy(e => e.Name, StringComparer.Ordinal)];

    /// <summary>The setting of a dotted name, and the device that the name is about.</summary>
    /// <param name="device">"default", a device's name, or null for a setting of no device.</param>
    public static CtlTable? Find(string name, out string? device)
    {
        device = null;
        if (s_byName.TryGetValue(name, out CtlTable? entry)) return entry.Name.Contains(".DEV.", StringComparison.Ordinal) ? null : entry;
        foreach (string folder in (ReadOnlySpan<string>)[V4 + "neigh.", V4 + "conf."])
        {
            int leaf = name.LastIndexOf('.');
            if (!name.StartsWith(folder, StringComparison.Ordinal) || leaf <= folder.Length) continue;
            device = name[folder.Length..leaf];
            return device == "all" ? null : s_byName.GetValueOrDefault(folder + "DEV" + name[leaf..]);
        }

        return null;
    }
}
