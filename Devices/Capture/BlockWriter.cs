// One pcapng block: type, total length, body, options, total length again; everything padded to 32 bits.

namespace ActorNet.Devices.Capture;

/// <summary>Builds a block in a buffer that is large enough. Little-endian.</summary>
internal ref struct BlockWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _at;

    public void Begin(uint type)
    {
        _at = 0;
        UInt32(type);
        UInt32(0);
    }

    public void UInt16(ushort v)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_at..], v);
        _at += 2;
    }

    public void UInt32(uint v)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[_at..], v);
        _at += 4;
    }

    public void UInt64(ulong v)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[_at..], v);
        _at += 8;
    }

    public void Padded(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_at..]);
        int padded = (bytes.Length + 3) & ~3;
        _buffer[(_at + bytes.Length)..(_at + padded)].Clear();
        _at += padded;
    }

    public void Option(ushort code, scoped ReadOnlySpan<byte> value)
    {
        UInt16(code);
        UInt16((ushort)value.Length);
        Padded(value);
    }

    public void OptionUInt32(ushort code, uint value)
    {
        UInt16(code);
        UInt16(4);
        UInt32(value);
    }

    public void EndOptions() => UInt32(0);

    /// <summary>Closes the block and gives its bytes.</summary>
    public ReadOnlySpan<byte> End()
    {
        int total = _at + 4;
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[4..], (uint)total);
        UInt32((uint)total);
        return _buffer[.._at];
    }
}
