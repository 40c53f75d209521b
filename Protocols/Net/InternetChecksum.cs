// The Internet checksum (RFC 1071), its pseudo-headers (RFC 9293 3.1, RFC 8200 8.1) and its incremental update (RFC 1624).
// Mirrors lib/checksum.c and include/net/checksum.h. Sums here are of big-endian words, in host order.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ActorNet.Protocols;

/// <summary>One's complement sums over bytes. A <c>sum</c> is the 16-bit sum, folded, not complemented; a <c>checksum</c> is what stands in a header.</summary>
public static class InternetChecksum
{
    /// <summary>csum_partial: the sum of these bytes, an odd last byte padded with zero on its right, added to <paramref name="initial"/>.</summary>
    /// <param name="data">Any length.</param>
    /// <param name="initial">A sum to go on from; the bytes it covers must be even in number (else <see cref="AddAt"/>).</param>
    public static uint Sum(ReadOnlySpan<byte> data, uint initial = 0) => Add(initial, ToHost(SumNative(data)));

    /// <summary>csum_partial_copy_nocheck: copies, and sums what it copied in the same pass.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public static uint CopyAndSum(ReadOnlySpan<byte> source, Span<byte> destination, uint initial = 0)
    {
        if (destination.Length < source.Length) throw new ArgumentException("destination is shorter than source", nameof(destination));
        return Add(initial, ToHost(CopySumNative(source, destination)));
    }

    /// <summary>csum_add: the sum of two sums.</summary>
    public static uint Add(uint a, uint b) => Fold(a + (ulong)b);

    /// <summary>csum_block_add: adds the sum of a part that begins at the given offset of the whole (an odd one swaps its bytes).</summary>
    public static uint AddAt(uint sum, uint part, int offset)
    {
        uint p = Fold(part);
        return Add(sum, (offset & 1) == 0 ? p : BinaryPrimitives.ReverseEndianness((ushort)p));
    }

    /// <summary>csum_fold: what to write into the header for a sum.</summary>
    public static ushort Finish(uint sum) => (ushort)~Fold(sum);

    /// <summary>ip_compute_csum: the checksum of these bytes, whose checksum field is zero.</summary>
    public static ushort Compute(ReadOnlySpan<byte> data) => (ushort)~ToHost(SumNative(data));

    /// <summary>Whether bytes that hold their checksum sum to all ones.</summary>
    /// <param name="data">The bytes, checksum included.</param>
    /// <param name="initial">The pseudo-header's sum, where there is one.</param>
    public static bool IsValid(ReadOnlySpan<byte> data, uint initial = 0) => Sum(data, initial) == 0xFFFF;

    /// <summary>The sum of the pseudo-header of either family (csum_tcpudp_nofold, csum_ipv6_magic).</summary>
    /// <param name="length">Transport header and payload, bytes.</param>
    public static uint PseudoHeader(IpAddress saddr, IpAddress daddr, byte protocol, int length)
    {
        if (saddr.IsV4) return PseudoHeader4(saddr.V4, daddr.V4, protocol, length);
        ulong n = (ulong)protocol + ((uint)length >> 16) + ((uint)length & 0xFFFF);
        return Fold(Words(saddr.High) + Words(saddr.Low) + Words(daddr.High) + Words(daddr.Low) + n);
    }

    /// <summary>The sum of IPv4's pseudo-header, addresses in host order.</summary>
    public static uint PseudoHeader4(uint saddr, uint daddr, byte protocol, int length) =>
        Fold((ulong)(saddr >> 16) + (saddr & 0xFFFF) + (daddr >> 16) + (daddr & 0xFFFF) + protocol + (uint)length);

    /// <summary>csum_replace2: the checksum after one 16-bit word changed, by RFC 1624 equation 3 (never turns 0x0000 into 0xFFFF wrongly).</summary>
    public static ushort Update16(ushort check, ushort from, ushort to) => (ushort)~Fold((ulong)(ushort)~check + (ushort)~from + to);

    /// <summary>csum_replace4: the checksum after an aligned 32-bit word changed.</summary>
    public static ushort Update32(ushort check, uint from, uint to) =>
        (ushort)~Fold((ulong)(ushort)~check + (~from >> 16) + (~from & 0xFFFF) + (to >> 16) + (to & 0xFFFF));

    private static ulong Words(ulong v) => (v >> 48) + (v >> 32 & 0xFFFF) + (v >> 16 & 0xFFFF) + (v & 0xFFFF);

    private static uint Fold(ulong sum)
    {
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        return Fold((uint)sum);
    }

    private static uint Fold(uint sum)
    {
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (sum & 0xFFFF) + (sum >> 16);
    }

    // The sum commutes with swapping the bytes of every word (RFC 1071 section 2 (B)), so words are added as the machine reads them.
    private static uint ToHost(ulong native)
    {
        uint folded = Fold(native);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)folded) : folded;
    }

    private static ulong SumNative(ReadOnlySpan<byte> data)
    {
        ref byte p = ref MemoryMarshal.GetReference(data);
        nuint i = 0, n = (nuint)data.Length;
        ulong sum = 0;
        if (Vector512.IsHardwareAccelerated && n >= 256)
        {
            Vector512<ulong> low = Vector512<ulong>.Zero, high = Vector512<ulong>.Zero, mask = Vector512.Create(0xFFFF_FFFFUL);
            for (; i + 128 <= n; i += 128)
            {
                Vector512<ulong> a = Vector512.LoadUnsafe(ref p, i).AsUInt64(), b = Vector512.LoadUnsafe(ref p, i + 64).AsUInt64();
                low += (a & mask) + (b & mask);
                high += (a >>> 32) + (b >>> 32);
            }

            sum = Vector512.Sum(low) + Vector512.Sum(high);
        }
        else if (Vector256.IsHardwareAccelerated && n >= 64)
        {
            Vector256<ulong> low = Vector256<ulong>.Zero, high = Vector256<ulong>.Zero, mask = Vector256.Create(0xFFFF_FFFFUL);
            for (; i + 64 <= n; i += 64)
            {
                Vector256<ulong> a = Vector256.LoadUnsafe(ref p, i).AsUInt64(), b = Vector256.LoadUnsafe(ref p, i + 32).AsUInt64();
                low += (a & mask) + (b & mask);
                high += (a >>> 32) + (b >>> 32);
            }

            sum = Vector256.Sum(low) + Vector256.Sum(high);
        }

        for (; i + 16 <= n; i += 16)
        {
            ulong a = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref p, i)), b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref p, i + 8));
            sum += (a & 0xFFFF_FFFF) + (a >> 32) + (b & 0xFFFF_FFFF) + (b >> 32);
        }

        return sum + SumTail(ref Unsafe.AddByteOffset(ref p, i), n - i);
    }

    private static ulong CopySumNative(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ref byte p = ref MemoryMarshal.GetReference(source);
        ref byte q = ref MemoryMarshal.GetReference(destination);
        nuint i = 0, n = (nuint)source.Length;
        ulong sum = 0;
        if (Vector512.IsHardwareAccelerated && n >= 256)
        {
            Vector512<ulong> low = Vector512<ulong>.Zero, high = Vector512<ulong>.Zero, mask = Vector512.Create(0xFFFF_FFFFUL);
            for (; i + 128 <= n; i += 128)
            {
                Vector512<byte> a = Vector512.LoadUnsafe(ref p, i), b = Vector512.LoadUnsafe(ref p, i + 64);
                a.StoreUnsafe(ref q, i);
                b.StoreUnsafe(ref q, i + 64);
                low += (a.AsUInt64() & mask) + (b.AsUInt64() & mask);
                high += (a.AsUInt64() >>> 32) + (b.AsUInt64() >>> 32);
            }

            sum = Vector512.Sum(low) + Vector512.Sum(high);
        }
        else if (Vector256.IsHardwareAccelerated && n >= 64)
        {
            Vector256<ulong> low = Vector256<ulong>.Zero, high = Vector256<ulong>.Zero, mask = Vector256.Create(0xFFFF_FFFFUL);
            for (; i + 64 <= n; i += 64)
            {
                Vector256<byte> a = Vector256.LoadUnsafe(ref p, i), b = Vector256.LoadUnsafe(ref p, i + 32);
                a.StoreUnsafe(ref q, i);
                b.StoreUnsafe(ref q, i + 32);
                low += (a.AsUInt64() & mask) + (b.AsUInt64() & mask);
                high += (a.AsUInt64() >>> 32) + (b.AsUInt64() >>> 32);
            }

            sum = Vector256.Sum(low) + Vector256.Sum(high);
        }

        source[(int)i..].CopyTo(destination[(int)i..]);
        return sum + SumTail(ref Unsafe.AddByteOffset(ref p, i), n - i);
    }

    private static ulong SumTail(ref byte p, nuint n)
    {
        ulong sum = 0;
        nuint i = 0;
        for (; i + 8 <= n; i += 8)
        {
            ulong v = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref p, i));
            sum += (v & 0xFFFF_FFFF) + (v >> 32);
        }

        if ((n & 4) != 0)
        {
            sum += Unsafe.ReadUnaligned<uint>(ref Unsafe.AddByteOffset(ref p, i));
            i += 4;
        }

        if ((n & 2) != 0)
        {
            sum += Unsafe.ReadUnaligned<ushort>(ref Unsafe.AddByteOffset(ref p, i));
            i += 2;
        }

        if ((n & 1) != 0)
        {
            uint last = Unsafe.AddByteOffset(ref p, i);
            sum += BitConverter.IsLittleEndian ? last : last << 8;
        }

        return sum;
    }
}
