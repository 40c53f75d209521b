// /proc/sys/net: a host's settings under the kernel's names, with the defaults of Linux 6.x.

namespace ActorNet.Protocols;

/// <summary>Settings of one host. Fields carry the sysctl's own name; their comments give unit and range.</summary>
public sealed class NetSysctl
{
    // net.core (bytes; sockets)
    public int rmem_default = 212_992, rmem_max = 4_194_304, wmem_default = 212_992, wmem_max = 4_194_304;
    public int somaxconn = 4096;
    public int netdev_budget = 300, netdev_budget_usecs = 8000;
    public int optmem_max = 131_072;

    // net.ipv4: addresses and forwarding
    public bool ip_forward;

    /// <summary>net.ipv4.conf.default.forwarding; null: as ip_forward.</summary>
    public bool? conf_default_forwarding;

    /// <summary>What was written to a switch when it was neither 0 nor 1: it is read back.</summary>
    public Dictionary<string, long> Raw { get; } = new(StringComparer.Ordinal);

    public int ip_default_ttl = 64;
    public bool ip_no_pmtu_disc;
    public int ip_local_port_range_min = 32_768, ip_local_port_range_max = 60_999;
    public bool ip_nonlocal_bind, ip_autobind_reuse;

    /// <summary>ip_local_reserved_ports: 65,536 bits; null for none. What the kernel chooses by itself is none of these.</summary>
    public ulong[]? ip_local_reserved_ports;

    /// <summary>inet_is_local_reserved_port.</summary>
    public bool IsLocalReserved(ushort port) => ip_local_reserved_ports is { } bits && (bits[port >> 6] >> port & 1) != 0;

    public int ip_unprivileged_port_start = 1024;
    public int ping_group_range_min, ping_group_range_max = int.MaxValue;

    // net.ipv4: IGMP (memberships and sources of one socket; how often a change is said), and net.ipv4.conf.all and .default (a version, 0 for none; milliseconds)
    public bool igmp_link_local_mcast_reports = true;
    public int igmp_max_memberships = 20, igmp_max_msf = 10, igmp_qrv = 2;
    public int conf_all_force_igmp_version, conf_default_force_igmp_version;
    public int conf_default_igmpv2_unsolicited_report_interval = 10_000, conf_default_igmpv3_unsolicited_report_interval = 1000;

    // net.ipv4: fragments (bytes; seconds)
    public int ipfrag_high_thresh = 4 * 1024 * 1024, ipfrag_time = 30, ipfrag_max_dist = 64;

    // net.ipv4: ICMP (milliseconds; a mask of types; messages per second; burst)
    public bool icmp_echo_ignore_all, icmp_echo_ignore_broadcasts = true;
    public int icmp_ratelimit = 1000, icmp_ratemask = 0x1818, icmp_msgs_per_sec = 1000, icmp_msgs_burst = 50;

    // net.ipv4: TCP buffers (bytes: min, default, max)
    public int tcp_rmem_min = 4096, tcp_rmem_default = 131_072, tcp_rmem_max = 6_291_456;
    public int tcp_wmem_min = 4096, tcp_wmem_default = 16_384, tcp_wmem_max = 4_194_304;
    public int tcp_adv_win_scale = 1;

    // net.ipv4: the window offered: may it shrink; the application's share of it (a power of two; 0: none); whether peers may take its field for a signed number
    public bool tcp_shrink_window, tcp_workaround_signed_windows;
    public int tcp_app_win = 31;

    // net.ipv4: ACKs: one for a whole backlog; how many SACKs one may stand for, and how long it may wait (nanoseconds; the slack of its timer is kept, timers have
    // none here); after how many answers the user is taken to answer
    public bool tcp_backlog_ack_defer = true;
    public int tcp_comp_sack_nr = 44, tcp_pingpong_thresh = 1;
    public ulong tcp_comp_sack_delay_ns = 1_000_000, tcp_comp_sack_slack_ns = 100_000;

    // net.ipv4: memory of all TCP and of all UDP sockets (pages: low, pressure, high), as a host with 4 GiB has it
    public int tcp_mem_low = 49_152, tcp_mem_pressure = 65_536, tcp_mem_high = 98_304;
    public int udp_mem_low = 98_304, udp_mem_pressure = 131_072, udp_mem_high = 196_608;
    public bool tcp_moderate_rcvbuf = true;

    // net.ipv4: TCP features
    public bool tcp_window_scaling = true, tcp_sack = true, tcp_dsack = true, tcp_slow_start_after_idle = true;
    public int tcp_timestamps = 1;
    public string tcp_congestion_control = "cubic", tcp_allowed_congestion_control = "reno cubic";

    // net.ipv4: the pacing rate, per cent of cwnd per round trip: early in slow start; later
    public int tcp_pacing_ss_ratio = 200, tcp_pacing_ca_ratio = 120;
    public bool tcp_abort_on_overflow, tcp_rfc1337, tcp_stdurg;
    public int tcp_tw_reuse = 2;

    // net.ipv4: what of a burst waits for more room (a share of the window; 0: up to three segments), and how much unsent data makes a socket not writable (bytes)
    public int tcp_tso_win_divisor = 3, tcp_notsent_lowat = -1;

    // net.ipv4: loss (tcp_recovery: TCP_RACK_*; tcp_early_retrans: 3 and 4 probe for tail losses); min RTT's window, s; SYNs that go at even distances; tso_rtt_log
    public bool tcp_retrans_collapse = true, tcp_thin_linear_timeouts;
    public int tcp_frto = 2, tcp_recovery = 1, tcp_early_retrans = 3, tcp_max_reordering = 300, tcp_min_rtt_wlen = 300, tcp_syn_linear_timeouts = 4, tcp_tso_rtt_log = 9;

    // net.ipv4: SYN cookies (0: never; 1: with a full queue; 2: always), and without them how many half-open connections are kept, a quarter of them for known peers
    public int tcp_syncookies = 1, tcp_max_syn_backlog = 4096;

    // net.ipv4: ECN (0: never; 1: asked for; 2: when asked; 3: AccECN asked for; 4, 5: as 1, 2, and AccECN when asked); AccECN's option (0: never; 1: sparingly; 2, 3: always) and how
    // often per round trip at least
    public int tcp_ecn = 2, tcp_ecn_option = 2, tcp_ecn_option_beacon = 3;
    public bool tcp_ecn_fallback = true;

    // net.ipv4: path MTU probing (0: never; 1: after a black hole; 2: always; bytes; seconds; bytes)
    public int tcp_mtu_probing, tcp_base_mss = 1024, tcp_mtu_probe_floor = 48, tcp_probe_interval = 600, tcp_probe_threshold = 8;

    // net.ipv4: Fast Open (a mask; the pause after a path that swallows it, seconds)
    public int tcp_fastopen = 1, tcp_fastopen_blackhole_timeout_sec;

    /// <summary>No setting: how often Fast Open has paused (tfo_active_disable_times); writing the seconds ends it.</summary>
    internal int FastOpenPauses { get; set; }

    /// <summary>tcp_fastopen_key: one key or two of 16 bytes; null for none.</summary>
    public byte[]? tcp_fastopen_keys;

    // net.ipv4: TCP limits
    public int tcp_syn_retries = 6, tcp_synack_retries = 5, tcp_retries1 = 3, tcp_retries2 = 15, tcp_orphan_retries;
    public int tcp_max_tw_buckets = 262_144, tcp_max_orphans = 262_144;
    public int tcp_challenge_ack_limit = 0x7FFF_FFFF, tcp_invalid_ratelimit = 500;
    public int tcp_fin_timeout = 60, tcp_keepalive_time = 7200, tcp_keepalive_intvl = 75, tcp_keepalive_probes = 9;
    public int tcp_min_snd_mss = 48, tcp_reordering = 3, tcp_min_tso_segs = 2;
    public int tcp_rto_min_us = 200_000, tcp_rto_max_ms = 120_000;

    // net.ipv4.neigh.default (seconds; milliseconds; probes; bytes)
    public int neigh_base_reachable_time = 30, neigh_delay_first_probe_time = 5, neigh_gc_stale_time = 60, neigh_retrans_time_ms = 1000;
    public int neigh_ucast_solicit = 3, neigh_mcast_solicit = 3, neigh_unres_qlen_bytes = 212_992, neigh_gc_thresh1 = 128, neigh_gc_thresh2 = 512, neigh_gc_thresh3 = 1024;
}
