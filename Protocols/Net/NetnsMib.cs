// The MIB counters of a host (include/uapi/linux/snmp.h, net/ipv4/proc.c) and its drops by reason.
// Both lie in pages that are made with the first count in them: of some 450 counters an idle host has a dozen.

using System.Runtime.CompilerServices;

namespace ActorNet.Protocols;

/// <summary>Counters of one host. Written by the host's own loop only.</summary>
public sealed class NetnsMib
{
    private const int PageBits = 4, Page = 1 << PageBits;
    private const int CounterPages = ((int)Snmp.Count + Page - 1) >> PageBits;

    private readonly long[]?[] _counters = new long[]?[CounterPages];
    private long[]?[] _drops = [];

    public long this[Snmp counter] => _counters[(int)counter >> PageBits]?[(int)counter & (Page - 1)] ?? 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Inc(Snmp counter) => At(counter)++;

    public void Add(Snmp counter, long n) => At(counter) += n;

    public void Dec(Snmp counter) => At(counter)--;

    public long Drops(DropReason reason) => (int)reason >> PageBits < _drops.Length ? _drops[(int)reason >> PageBits]?[(int)reason & (Page - 1)] ?? 0 : 0;

    /// <summary>kfree_skb_reason: counts why, and frees the packet (not its chain). Returns the reason, so that callers can pass it on.</summary>
    public DropReason Drop(SkBuff skb, DropReason reason)
    {
        if (reason > DropReason.CONSUMED)
        {
            if (_drops.Length == 0) _drops = new long[]?[256 >> PageBits];
            (_drops[(int)reason >> PageBits] ??= new long[Page])[(int)reason & (Page - 1)]++;
        }

        skb.Free();
        return reason;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long At(Snmp counter) => ref (_counters[(int)counter >> PageBits] ?? NewPage(counter))[(int)counter & (Page - 1)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long[] NewPage(Snmp counter) => _counters[(int)counter >> PageBits] = new long[Page];
}
