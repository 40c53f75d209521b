// struct neigh_parms: what net.ipv4.neigh.DEV says for this device, or net.ipv4.neigh.default for all that say nothing themselves.

namespace ActorNet.Protocols;

public sealed partial class Neighbours
{
    private int BaseReachableTime => _device.Sysctl?.neigh_base_reachable_time ?? _net.Sysctl.neigh_base_reachable_time;

    private int DelayFirstProbeTime => _device.Sysctl?.neigh_delay_first_probe_time ?? _net.Sysctl.neigh_delay_first_probe_time;

    private int GcStaleTime => _device.Sysctl?.neigh_gc_stale_time ?? _net.Sysctl.neigh_gc_stale_time;

    private int RetransTimeMs => _device.Sysctl?.neigh_retrans_time_ms ?? _net.Sysctl.neigh_retrans_time_ms;

    private int UcastSolicit => _device.Sysctl?.neigh_ucast_solicit ?? _net.Sysctl.neigh_ucast_solicit;

    private int McastSolicit => _device.Sysctl?.neigh_mcast_solicit ?? _net.Sysctl.neigh_mcast_solicit;

    private int UnresQlenBytes => _device.Sysctl?.neigh_unres_qlen_bytes ?? _net.Sysctl.neigh_unres_qlen_bytes;
}
