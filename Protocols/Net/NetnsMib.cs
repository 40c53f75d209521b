// The MIB counters of a host (include/uapi/linux/snmp.h, net/ipv4/proc.c) and its drops by reason.

namespace ActorNet.Protocols;

/// <summary>Counters of one host. Written by the host's own loop only.</summary>
public sealed class NetnsMib
{
    private readonly long[] _counters = new long[(int)Snmp.Count];
    private readonly long[] _drops = new long[256];

    public long this[Snmp counter] => _counters[(int)counter];

    public void Inc(Snmp counter) => _counters[(int)counter]++;

    public void Add(Snmp counter, long n) => _counters[(int)counter] += n;

    public void Dec(Snmp counter) => _counters[(int)counter]--;

    public long Drops(DropReason reason) => _drops[(int)reason];

    /// <summary>kfree_skb_reason: counts why, and frees the packet (not its chain). Returns the reason, so that callers can pass it on.</summary>
    public DropReason Drop(SkBuff skb, DropReason reason)
    {
        if (reason > DropReason.CONSUMED) _drops[(int)reason]++;
        skb.Free();
        return reason;
    }
}
