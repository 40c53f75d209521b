// Bytes that both ends can make: any stretch of an endless sequence, computed from a key and an offset. What arrives is compared
// with what must have been sent, without either end keeping it.

using System.Buffers.Binary;

namespace ActorNet.Experiments;

/// <summary>An endless deterministic sequence of letters by key.</summary>
public readonly struct Content(ulong key)
{
    /// <summary>The sequence of a name: a path on a web server.</summary>
    public static Content Of(string name)
    {
        ulong h = 0xCBF29CE484222325; // FNV-1a
        foreach (char c in name) h = (h ^ c) * 0x100000001B3;
        return new Content(h);
    }

    /// <summary>Writes the bytes from an offset on.</summary>
    public void Fill(Span<byte> into, long offset)
    {
        Span<byte> word = stackalloc byte[8];
        int i = 0;
        int skew = (int)(offset & 7);
        ulong index = (ulong)offset >> 3;
        if (skew != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Word(index++));
            int n = Math.Min(8 - skew, into.Length);
            word.Slice(skew, n).CopyTo(into);
            i = n;
        }

        for (; i + 8 <= into.Length; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(into[i..], Word(index++));
        if (i >= into.Length) return;
        BinaryPrimitives.WriteUInt64LittleEndian(word, Word(index));
        word[..(into.Length - i)].CopyTo(into[i..]);
    }

    /// <summary>Whether these are the bytes from an offset on.</summary>
    public bool Matches(ReadOnlySpan<byte> data, long offset)
    {
        Span<byte> expected = stackalloc byte[512];
        while (data.Length > 0)
        {
            int n = Math.Min(expected.Length, data.Length);
            Fill(expected[..n], offset);
            if (!data[..n].SequenceEqual(expected[..n])) return false;
            data = data[n..];
            offset += n;
        }

        return true;
    }

    private ulong Word(ulong index)
    {
        ulong z = key + (index + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        // Letters a to p: a capture reads as text, and a dissector that has lost its place takes them for no header.
        return ((z ^ (z >> 31)) & 0x0F0F_0F0F_0F0F_0F0F) + 0x6161_6161_6161_6161;
    }
}
