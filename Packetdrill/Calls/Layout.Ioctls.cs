// struct ifreq, once for each member of its union that a request uses, under the name that the C macro has (include/uapi/linux/if.h).

namespace ActorNet.Packetdrill;

public sealed partial class Layout
{
    private static void DefineIoctls()
    {
        Define("ifreq", "char ifr_name[16]");
        Define("ifreq.addr", "char ifr_name[16]; sockaddr_in ifr_addr");
        Define("ifreq.flags", "char ifr_name[16]; u16 ifr_flags");
        Define("ifreq.ifindex", "char ifr_name[16]; s32 ifr_ifindex");
        Define("ifreq.mtu", "char ifr_name[16]; s32 ifr_mtu");
        Define("ifreq.metric", "char ifr_name[16]; s32 ifr_metric");
        Define("ifreq.qlen", "char ifr_name[16]; s32 ifr_qlen");
        Define("ifreq.hwaddr", "char ifr_name[16]; u16 ifr_hwfamily; char ifr_hwaddr[6]");
        Define("ifreq.map", "char ifr_name[16]; u64 mem_start; u64 mem_end; u16 base_addr; u8 irq; u8 dma; u8 port");
    }
}
