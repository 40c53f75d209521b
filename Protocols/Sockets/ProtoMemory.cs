// What all sockets of one protocol hold together, in pages, and when that is too much: struct proto's memory_allocated, memory_pressure,
// sockets_allocated and sysctl_mem (include/net/sock.h; __sk_mem_raise_allocated and __sk_mem_reduce_allocated of net/core/sock.c).
// The kernel keeps a per-CPU reserve before the sum; here the sum is exact.

namespace ActorNet.Protocols;

/// <summary>For which direction a socket asks for memory (SK_MEM_SEND, SK_MEM_RECV).</summary>
public enum SockMemory : byte { Send, Receive }

/// <summary>One protocol's memory: <c>tcp_mem</c> or <c>udp_mem</c>. Owned by the host's loop.</summary>
/// <param name="limits">The sysctl's three numbers, pages: below the first all is well, above the second there is pressure, the third is the end.</param>
/// <param name="pressures">Whether the protocol knows pressure (tcp_prot.memory_pressure; UDP has none).</param>
public sealed class ProtoMemory(Func<(int Low, int Pressure, int Most)> limits, bool pressures, Action<Instant, bool>? onPressure = null)
{
    /// <summary>PAGE_SIZE: what memory is asked for in.</summary>
    public const int PageSize = 4096;

    /// <summary>memory_allocated: pages that sockets hold (the "mem" of /proc/net/sockstat).</summary>
    public long Allocated { get; private set; }

    /// <summary>sockets_allocated (the "alloc" of /proc/net/sockstat, for TCP).</summary>
    public int Sockets { get; private set; }

    /// <summary>memory_pressure: from when the second limit was passed until the sum is below the first again.</summary>
    public bool UnderPressure { get; private set; }

    /// <summary>sk_prot_mem_limits(sk, 0): up to here nothing is asked.</summary>
    public bool IsPlentiful => Allocated <= limits().Low;

    /// <summary>tcp_out_of_memory's half: more is held than the last limit allows.</summary>
    public bool IsExhausted => Allocated > limits().Most;

    /// <summary>sk_mem_pages.</summary>
    public static int Pages(int bytes) => (bytes + PageSize - 1) / PageSize;

    /// <summary>sk_sockets_allocated_inc and _dec.</summary>
    public void Open() => Sockets++;

    /// <inheritdoc cref="Open"/>
    public void Close() => Sockets--;

    /// <summary>sk_forced_mem_schedule: what must be had is had.</summary>
    public void Force(int pages) => Allocated += pages;

    /// <summary>__sk_mem_raise_allocated: whether a socket may hold so many pages more; they count from then on.</summary>
    /// <param name="holds">What the socket holds: sk_rmem_alloc + sk_wmem_queued + sk_forward_alloc, bytes, the new pages included.</param>
    /// <param name="isBelowMinimum">It holds less than its share that nobody takes from it (tcp_rmem[0], tcp_wmem[0], udp_rmem_min…).</param>
    public bool Raise(int pages, long holds, bool isBelowMinimum, Instant now)
    {
        Allocated += pages;
        (int low, int pressure, int most) = limits();
        if (Allocated <= low)
        {
            SetPressure(false, now);
            return true;
        }

        if (Allocated > pressure) SetPressure(true, now);
        if (Allocated <= most)
        {
            if (isBelowMinimum) return true;
            // Between the limits everybody may have his share of the whole.
            if (pressures && (!UnderPressure || most > Sockets * ((holds + PageSize - 1) / PageSize))) return true;
        }

        Allocated -= pages;
        return false;
    }

    /// <summary>__sk_mem_reduce_allocated.</summary>
    public void Reduce(int pages, Instant now)
    {
        Allocated -= pages;
        if (UnderPressure && Allocated < limits().Low) SetPressure(false, now);
    }

    private void SetPressure(bool on, Instant now)
    {
        if (!pressures || UnderPressure == on) return;
        UnderPressure = on;
        onPressure?.Invoke(now, on);
    }
}
