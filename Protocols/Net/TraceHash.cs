// A run's fingerprint: one streaming 64-bit hash per host over every frame sent, delivered or dropped and every system call with its
// result, each with its time. Own construction in the manner of wyhash (public domain, Wang Yi): 64 x 64 -> 128 bit multiplications
// whose halves are folded together. Fixed for ever by the constants below and by little-endian reads, so that any machine, any number
// of threads and any process gives one value. Not cryptographic.

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorNet.Protocols;

/// <summary>What became of a frame at a device.</summary>
public enum FrameEvent : byte
{
    /// <summary>The device took it for its wire.</summary>
    SENT = 1,

    /// <summary>The device passed it up (or a switch on).</summary>
    DELIVERED = 2,

    /// <summary>The device or its wire dropped it.</summary>
    DROPPED = 3,
}

/// <summary>The trace of one host, hashed as it happens. Owned by the host's loop; always on, a few ns per frame.</summary>
/// <remarks>
/// A frame contributes its time, its interface, its length and its first <see cref="HeaderBytes"/> bytes: all headers up to the transport's
/// checksum even behind 40 bytes of IP options. The payload beyond is covered by that checksum and is not read.
/// </remarks>
public sealed class TraceHash
{
    /// <summary>Bytes of a frame, from its start, that enter the hash.</summary>
    public const int HeaderBytes = 96;

    // Odd, without structure: from the fractional digits of pi, e, sqrt 2, sqrt 3, sqrt 5, the golden ratio and ln 2, made odd.
    private const ulong K0 = 0x243F6A8885A308D3, K1 = 0xB7E151628AED2A6B, K2 = 0x6A09E667F3BCC909, K3 = 0xBB67AE8584CAA73B;
    private const ulong K4 = 0x3C6EF372FE94F82B, K5 = 0x9E3779B97F4A7C15, K6 = 0xB17217F7D1CF79AB;

    private ulong _state = K0;

    /// <summary>Frames, calls and events hashed so far.</summary>
    public long Count { get; private set; }

    /// <summary>The hash of all so far.</summary>
    public ulong Value => Fold(_state ^ K1, (ulong)Count ^ K2);

    /// <summary>A frame at a device, data at the frame's start.</summary>
    public void Frame(Instant now, FrameEvent what, int ifIndex, SkBuff skb) => Frame(now, what, ifIndex, skb.Data);

    /// <summary>A frame at a device.</summary>
    public void Frame(Instant now, FrameEvent what, int ifIndex, ReadOnlySpan<byte> frame) =>
        Add(now, (ulong)what | (ulong)(uint)ifIndex << 8 | (ulong)(uint)frame.Length << 40, frame[..Math.Min(frame.Length, HeaderBytes)]);

    /// <summary>A frame that a device or its wire dropped, and why.</summary>
    public void Dropped(Instant now, int ifIndex, SkBuff skb, DropReason reason)
    {
        Step((ulong)reason, K6);
        Frame(now, FrameEvent.DROPPED, ifIndex, skb.Data);
    }

    /// <summary>A system call: who, which, up to three numbers of its arguments, and what it answered.</summary>
    public void Call(Instant now, int pid, string name, long a0, long a1, long a2, SysResult result)
    {
        Step((ulong)a0, (ulong)a1);
        Step((ulong)a2, (ulong)result.Raw);
        Add(now, 0x10 | (ulong)(uint)pid << 8, MemoryMarshal.AsBytes(name.AsSpan()));
    }

    /// <summary>A system call with an address among its arguments or results.</summary>
    public void Call(Instant now, int pid, string name, long a0, in SockAddr address, SysResult result)
    {
        Step(address.Address.High, address.Address.Low);
        if (address.Path is { } path) Text(path);
        Call(now, pid, name, a0, (long)address.Family, address.Port, result);
    }

    /// <summary>Anything else that belongs to the trace: a fault, a boot, a crash.</summary>
    public void Event(Instant now, string what) => Add(now, 0x20, MemoryMarshal.AsBytes(what.AsSpan()));

    /// <summary>The hash of a run: of its hosts' hashes in the order of their names (ordinal).</summary>
    public static ulong Combine(IEnumerable<KeyValuePair<string, ulong>> hosts)
    {
        var all = new TraceHash();
        foreach (KeyValuePair<string, ulong> host in hosts.OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            all.Text(host.Key);
            all.Step(host.Value, K3);
            all.Count++;
        }

        return all.Value;
    }

    private void Text(string text) => Add(Instant.Zero, (ulong)text.Length, MemoryMarshal.AsBytes(text.AsSpan()));

    // The history is added after the fold, so that no operand that happens to be zero can wipe it out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(ulong a, ulong b) => _state = Fold(_state ^ a ^ K4, b ^ K5) + BitOperations.RotateLeft(_state, 23);

    private void Add(Instant now, ulong tag, ReadOnlySpan<byte> bytes)
    {
        Count++;
        Step((ulong)now.Nanoseconds, tag);
        ulong seed = _state;
        ulong even = seed, odd = seed ^ K6;
        int n = bytes.Length;
        ref byte p = ref MemoryMarshal.GetReference(bytes);
        // Two chains, so that the multiplications of one hide the latency of the other.
        int i = 0;
        for (; i + 32 <= n; i += 32)
        {
            even = Fold(Word(ref p, i) ^ K1, Word(ref p, i + 8) ^ even);
            odd = Fold(Word(ref p, i + 16) ^ K2, Word(ref p, i + 24) ^ odd);
        }

        if (i + 16 <= n)
        {
            even = Fold(Word(ref p, i) ^ K3, Word(ref p, i + 8) ^ even);
            i += 16;
        }

        if (i < n)
        {
            if (n >= 16) odd = Fold(Word(ref p, n - 16) ^ K4, Word(ref p, n - 8) ^ odd);
            else odd = Fold(Tail(bytes[i..Math.Min(n, i + 8)]) ^ K4, Tail(bytes[Math.Min(n, i + 8)..]) ^ odd);
        }

        _state = Fold(even ^ K5, odd ^ K6 ^ (ulong)n) + BitOperations.RotateLeft(seed, 23);
    }

    private static ulong Word(ref byte p, int at)
    {
        ulong w = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref p, at));
        return BitConverter.IsLittleEndian ? w : BinaryPrimitives.ReverseEndianness(w);
    }

    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        int n = bytes.Length;
        if (n == 0) return 0;
        if (n >= 8) return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        // Two reads that overlap: the same bits twice.
        if (n >= 4) return BinaryPrimitives.ReadUInt32LittleEndian(bytes) | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[(n - 4)..]) << 8 * (n - 4);
        return bytes[0] | (ulong)bytes[n >> 1] << 8 * (n >> 1) | (ulong)bytes[n - 1] << 8 * (n - 1);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
