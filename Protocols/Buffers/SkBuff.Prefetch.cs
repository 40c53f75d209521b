// Asking memory for a packet before it is needed (include/linux/prefetch.h): queues of megabytes lie in no near cache, and walking one waits at every packet.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ActorNet.Protocols;

public sealed partial class SkBuff
{
    /// <summary>Asks for a packet's fields; changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void Prefetch(SkBuff? skb)
    {
        // A stale address does no harm: a prefetch faults on nothing.
        if (!Sse.IsSupported || skb is null) return;
        byte* p = (byte*)Unsafe.As<SkBuff, nint>(ref skb);
        Sse.Prefetch0(p);
        Sse.Prefetch0(p + 64);
        Sse.Prefetch0(p + 128);
        Sse.Prefetch0(p + 192);
        Sse.Prefetch0(p + 256);
        Sse.Prefetch0(p + 320);
    }

    /// <summary>Asks for the first bytes of its data: the processor sees by itself that the rest follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void PrefetchData()
    {
        if (!Sse.IsSupported) return;
        byte[] head = Head;
        byte* p = (byte*)Unsafe.As<byte[], nint>(ref head) + 16 + _data;
        Sse.Prefetch0(p);
        Sse.Prefetch0(p + 64);
        Sse.Prefetch0(p + 128);
        Sse.Prefetch0(p + 192);
    }
}
