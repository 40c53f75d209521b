// A packet to the kernel (tun_get_user, drivers/net/tun.c), and what a refusal counts as.

namespace ActorNet.Devices.Tun;

internal static class TunWrite
{
    /// <summary>Writes a packet; the caller still owns it. False: the kernel did not take it, it is counted and freed.</summary>
    public static bool TryWrite(this NetDeviceState dev, TunDevice tun, SkBuff skb, Instant now)
    {
        SysResult result = tun.Write(skb.Data);
        if (result.IsOk) return true;
        bool full = result.Errno is Errno.EAGAIN or Errno.ENOBUFS;
        dev.Stats.tx_dropped++;
        if (full) dev.Stats.tx_fifo_errors++;
        else dev.Stats.tx_errors++;
        dev.Drop(skb, now, full ? DropReason.FULL_RING : DropReason.LINK_DOWN);
        return false;
    }
}
