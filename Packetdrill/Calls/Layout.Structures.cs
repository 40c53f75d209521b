// The structures: their fields as the man pages and include/uapi have them.

namespace ActorNet.Packetdrill;

public sealed partial class Layout
{
    private static void DefineAll()
    {
        DefineScalars();
        Define("sockaddr_in", "family sa_family; be16 sin_port; in_addr sin_addr; u64 pad");
        Define("linger", "s32 onoff; s32 linger");
        Define("tcp_md5sig", "sockaddr_in tcpm_addr; char pad[112]; u8 tcpm_flags; u8 tcpm_prefixlen; u16 tcpm_keylen; s32 tcpm_ifindex; char tcpm_key[80]");
        Define("timeval", "s64 tv_sec; s64 tv_usec");
        Define("timespec", "s64 tv_sec; s64 tv_nsec");
        Define("itimerspec", "timespec it_interval; timespec it_value");
        Define("pollfd", "s32 fd; pollbits events; pollbits revents");
        Define("epoll_event", "epollbits events; u64 data", packed: true);
        Define("ucred", "s32 pid; s32 uid; s32 gid");
        Define("ip_mreq", "in_addr imr_multiaddr; in_addr imr_interface");
        Define("ip_mreqn", "in_addr imr_multiaddr; in_addr imr_address; s32 imr_ifindex");
        Define("ip_mreq_source", "in_addr imr_multiaddr; in_addr imr_interface; in_addr imr_sourceaddr");
        Define("in_pktinfo", "s32 ipi_ifindex; in_addr ipi_spec_dst; in_addr ipi_addr");
        Define("sock_extended_err", "u32 ee_errno; u8 ee_origin; u8 ee_type; u8 ee_code; u8 ee_pad; u32 ee_info; u32 ee_data");
        Define("recverr", "u32 ee_errno; u8 ee_origin; u8 ee_type; u8 ee_code; u8 ee_pad; u32 ee_info; u32 ee_data; sockaddr_in offender");
        Define("scm_timestamp", "!s64 tv_sec; !s64 tv_usec");
        Define("scm_timestampns", "!s64 tv_sec; !s64 tv_nsec");
        Define("scm_timestamping", "!s64 scm_sec; !s64 scm_nsec");
        Define("f_owner_ex", "s32 type; s32 pid");
        Define("sk_meminfo", "u32 rmem_alloc; u32 rcvbuf; u32 wmem_alloc; u32 sndbuf; u32 fwd_alloc; u32 wmem_queued; u32 optmem; u32 backlog; u32 drops");
        DefineTcpInfo();
        DefineControlInfo();
        DefineIoctls();
    }

    // union tcp_cc_info (linux/inet_diag.h), each by the name of its congestion control.
    private static void DefineControlInfo()
    {
        Define("tcp_vegas_info", "u32 tcpv_enabled; u32 tcpv_rttcnt; u32 tcpv_rtt; u32 tcpv_minrtt");
        Define("tcp_dctcp_info", "u16 dctcp_enabled; u16 dctcp_ce_state; u32 dctcp_alpha; u32 dctcp_ab_ecn; u32 dctcp_ab_tot");
        Define("tcp_bbr_info", "u32 bbr_bw_lo; u32 bbr_bw_hi; u32 bbr_min_rtt; u32 bbr_pacing_gain; u32 bbr_cwnd_gain");
    }

    // struct tcp_info of Linux 6.18. Times and rates differ from run to run.
    private static void DefineTcpInfo() => Define(
        "tcp_info",
        """
        u8 tcpi_state; u8 tcpi_ca_state; u8 tcpi_retransmits; u8 tcpi_probes; u8 tcpi_backoff; u8 tcpi_options; lo4 tcpi_snd_wscale; hi4 tcpi_rcv_wscale;
        lo1 tcpi_delivery_rate_app_limited; mid2 tcpi_fastopen_client_fail; !u32 tcpi_rto; !u32 tcpi_ato; u32 tcpi_snd_mss; u32 tcpi_rcv_mss; u32 tcpi_unacked; u32 tcpi_sacked; u32 tcpi_lost;
        u32 tcpi_retrans; u32 tcpi_fackets; !u32 tcpi_last_data_sent; !u32 tcpi_last_ack_sent; !u32 tcpi_last_data_recv; !u32 tcpi_last_ack_recv; u32 tcpi_pmtu;
        u32 tcpi_rcv_ssthresh; !u32 tcpi_rtt; !u32 tcpi_rttvar; u32 tcpi_snd_ssthresh; u32 tcpi_snd_cwnd; u32 tcpi_advmss; u32 tcpi_reordering; !u32 tcpi_rcv_rtt;
        u32 tcpi_rcv_space; u32 tcpi_total_retrans; !u64 tcpi_pacing_rate; u64 tcpi_max_pacing_rate; u64 tcpi_bytes_acked; u64 tcpi_bytes_received;
        u32 tcpi_segs_out; u32 tcpi_segs_in; u32 tcpi_notsent_bytes; !u32 tcpi_min_rtt; u32 tcpi_data_segs_in; u32 tcpi_data_segs_out; !u64 tcpi_delivery_rate;
        !u64 tcpi_busy_time; !u64 tcpi_rwnd_limited; !u64 tcpi_sndbuf_limited; u32 tcpi_delivered; u32 tcpi_delivered_ce; u64 tcpi_bytes_sent;
        u64 tcpi_bytes_retrans; u32 tcpi_dsack_dups; u32 tcpi_reord_seen; u32 tcpi_rcv_ooopack; u32 tcpi_snd_wnd; u32 tcpi_rcv_wnd; u32 tcpi_rehash;
        u16 tcpi_total_rto; u16 tcpi_total_rto_recoveries; !u32 tcpi_total_rto_time;
        u32 tcpi_received_ce; u32 tcpi_delivered_e1_bytes; u32 tcpi_delivered_e0_bytes; u32 tcpi_delivered_ce_bytes; u32 tcpi_received_e1_bytes;
        u32 tcpi_received_e0_bytes; u32 tcpi_received_ce_bytes; u16 tcpi_accecn_fail_mode; u16 tcpi_accecn_opt_seen
        """);
}
