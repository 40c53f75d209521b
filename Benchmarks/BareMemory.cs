// What memory itself takes: the reads of a look-up and the writes of a bind, at as random places of as many bytes, with nothing computed of them.

using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>An index and rows as large as a table's: each slot names a row, at random.</summary>
internal sealed class BareMemory
{
    private readonly long[] _index, _rows;
    private readonly int _stride, _sockets;

    // The compiler does not know that it is zero.
    private long _zero;

    public BareMemory(int sockets, PortTableShape shape)
    {
        _sockets = sockets;
        _stride = shape.RowBytes / 8;
        _index = new long[shape.Slots];
        _rows = new long[sockets * _stride];
        for (int i = 0; i < _index.Length; i++) _index[i] = (long)(Scatter((uint)i + 1_000_000u) % (ulong)sockets) * _stride;
        for (int i = 0; i < _rows.Length; i++) _rows[i] = i;
    }

    /// <summary>As many look-ups as there are sockets: of each a slot, then the row that it names; each when the one before is answered.</summary>
    public void Walk()
    {
        long[] index = _index, rows = _rows;
        long row = 0, zero = _zero;
        for (uint i = 0; i < _sockets; i++) row = rows[index[(int)(Scatter(i + (uint)(row & zero)) & (ulong)(index.Length - 1))]];
        _zero &= row;
    }

    /// <summary>As many binds: each writes its share of so many bytes, into arrays that double when they are full, and looks at so many slots of an index.</summary>
    public void Fill(long bytes, int reads)
    {
        int stride = (int)(bytes / 8 / _sockets);
        long[] filled = new long[4 * stride], index = _index;
        long zero = 0;
        for (int i = 0; i < _sockets; i++)
        {
            for (uint k = 0; k < reads; k++) zero |= index[(int)(Scatter((uint)i * 8 + k) & (ulong)(index.Length - 1))];
            if ((i + 1) * stride > filled.Length) Array.Resize(ref filled, filled.Length * 2);
            filled.AsSpan(i * stride, stride).Fill(i);
        }

        _zero &= filled[0] & zero;
    }

    private static ulong Scatter(uint i)
    {
        ulong x = i * 0x9E37_79B9_7F4A_7C15;
        return (x ^ x >> 32) * 0xBF58_476D_1CE4_E5B9 >> 20;
    }
}
