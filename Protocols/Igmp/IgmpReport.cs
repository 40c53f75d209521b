// A report of IGMP version 3 (RFC 3376 4.2): struct igmpv3_report and igmpv3_grec.

namespace ActorNet.Protocols;

/// <summary>Reads a version 3 report, record by record, after <see cref="TryParse"/>.</summary>
public ref struct IgmpReport
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Bytes of the report's head, and of a record's.</summary>
    public const int Length = 8, RecordLength = 8;

    /// <summary>Group records that are still to be read.</summary>
    public int Left { get; private set; }

    /// <summary>Whether all records lie within the bytes. The checksum has been verified (<see cref="IgmpMessage.TryParse"/>).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IgmpReport value)
    {
        value = default;
        if (bytes.Length < Length || bytes[0] != (byte)IgmpType.V3_HOST_MEMBERSHIP_REPORT) return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        var walk = new IgmpReport { _rest = bytes[Length..], Left = count };
        while (walk.Left > 0)
        {
            if (walk._rest.Length < RecordLength || walk._rest.Length < walk.Size) return false;
            walk.Skip();
        }

        value = new IgmpReport { _rest = bytes[Length..], Left = count };
        return true;
    }

    private readonly int Size => RecordLength + 4 * BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) + 4 * _rest[1];

    /// <summary>The next record's kind, group (host order) and sources; false when there are no more.</summary>
    public bool TryRead(out IgmpRecordType type, out uint group, out uint[] sources)
    {
        type = default;
        group = 0;
        sources = [];
        if (Left == 0) return false;
        type = (IgmpRecordType)_rest[0];
        group = BinaryPrimitives.ReadUInt32BigEndian(_rest[4..]);
        sources = new uint[BinaryPrimitives.ReadUInt16BigEndian(_rest[2..])];
        for (int i = 0; i < sources.Length; i++) sources[i] = BinaryPrimitives.ReadUInt32BigEndian(_rest[(RecordLength + 4 * i)..]);
        Skip();
        return true;
    }

    private void Skip()
    {
        _rest = _rest[Size..];
        Left--;
    }
}
