// The AccECN option, kinds 172 and 174: up to three 24-bit counters of bytes, in one order or the other. RFC 9768 section 3.2.3.

namespace ActorNet.Protocols.Tcp;

/// <summary>An option as it arrived. Nothing is asked of its length but whole fields: the rest is padding (RFC 9768 3.2.3).</summary>
public struct AccEcnOption
{
    private const int FieldLength = 3;

    private uint _first, _ce, _last;
    private bool _isOrder1;

    /// <summary>Whether the segment had one.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>0 to 3.</summary>
    public byte Fields { get; private set; }

    /// <summary>Takes the bytes behind kind and length.</summary>
    internal void Take(TcpOptionKind kind, ReadOnlySpan<byte> value)
    {
        IsPresent = true;
        _isOrder1 = kind == TcpOptionKind.AccEcn1;
        Fields = (byte)Math.Min(value.Length / FieldLength, 3);
        if (Fields > 0) _first = Field(value);
        if (Fields > 1) _ce = Field(value[FieldLength..]);
        if (Fields > 2) _last = Field(value[(2 * FieldLength)..]);
    }

    /// <summary>The counter of bytes that arrived with an IP-ECN field (1: ECT(1), 2: ECT(0), 3: CE), if it is among the fields.</summary>
    public readonly bool TryGet(int ecn, out uint counter)
    {
        bool isFirst = ecn == (_isOrder1 ? 1 : 2);
        counter = ecn == 3 ? _ce : isFirst ? _first : _last;
        return Fields > (ecn == 3 ? 1 : isFirst ? 0 : 2);
    }

    /// <summary>RFC 9768 3.2.3.2.4: a counter of ECT that begins with zero was zeroed on the way.</summary>
    public readonly bool IsZeroed => (TryGet(1, out uint e1) && e1 == 0) || (TryGet(2, out uint e0) && e0 == 0);

    private static uint Field(ReadOnlySpan<byte> b) => (uint)(b[0] << 16 | b[1] << 8 | b[2]);
}

/// <summary>An option to send: always kind 174, as Linux has it, so that ECT(1) stands first and ECT(0) last.</summary>
public struct AccEcnFields
{
    private const int BaseLength = 2, FieldLength = 3, Most = 3;

    public uint Ect1, Ce, Ect0;

    private byte _lengthOrNone;

    /// <summary>Whether there is one.</summary>
    public readonly bool IsPresent => _lengthOrNone != 0;

    /// <summary>Bytes of the option alone; 0 for none.</summary>
    public readonly int Length => _lengthOrNone;

    /// <summary>How many fields; with <see cref="Fit"/>'s answer below zero there is no option.</summary>
    public void SetFields(int count) => _lengthOrNone = count < 0 ? (byte)0 : (byte)(BaseLength + FieldLength * count);

    /// <summary>Bytes that the option adds before what follows it, whose own leading NOPs it may take the place of.</summary>
    /// <param name="lead">Those NOPs: 2 before SACK, 1 before window scale, 0 at the end.</param>
    public readonly int Space(int lead) => IsPresent ? Aligned(_lengthOrNone, lead) : 0;

    /// <summary>tcp_options_fit_accecn: as many fields as there is room for, but all that must go.</summary>
    /// <param name="required">Fields of counters that have changed; 0 to 3.</param>
    /// <returns>Below zero: not even those have room.</returns>
    public static int Fit(int required, int room, int lead)
    {
        for (int fields = Most; fields >= required; fields--)
        {
            if (Aligned(BaseLength + FieldLength * fields, lead) <= room) return fields;
        }

        return -1;
    }

    /// <summary>Writes kind, length and fields. The padding is the caller's.</summary>
    public readonly void Emit(Span<byte> b)
    {
        b[0] = (byte)TcpOptionKind.AccEcn1;
        b[1] = _lengthOrNone;
        if (_lengthOrNone > BaseLength) Put(b[BaseLength..], Ect1);
        if (_lengthOrNone > BaseLength + FieldLength) Put(b[(BaseLength + FieldLength)..], Ce);
        if (_lengthOrNone > BaseLength + 2 * FieldLength) Put(b[(BaseLength + 2 * FieldLength)..], Ect0);
    }

    private static int Aligned(int length, int lead) => (length - lead + 3) & ~3;

    private static void Put(Span<byte> b, uint v)
    {
        b[0] = (byte)(v >> 16);
        b[1] = (byte)(v >> 8);
        b[2] = (byte)v;
    }
}
