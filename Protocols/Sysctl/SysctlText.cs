// The text that a sysctl is written as: numbers as proc_dointvec and its kin read them (kernel/sysctl.c, Documentation/admin-guide/sysctl).

namespace ActorNet.Protocols;

/// <summary>Reads the numbers of one write to a file below /proc/sys.</summary>
internal ref struct SysctlText(ReadOnlySpan<byte> text)
{
    // strtoul's longest number that is looked at: TMPBUFLEN less the sign and the end.
    private const int MaxDigits = 20;
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Bytes that have not been looked at.</summary>
    public readonly int Left => _rest.Length;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public void SkipSpaces()
    {
        while (!_rest.IsEmpty && IsSpace(_rest[0])) _rest = _rest[1..];
    }

    public void SkipLineEnds()
    {
        while (!_rest.IsEmpty && _rest[0] == '\n') _rest = _rest[1..];
    }

    /// <summary>One number: decimal, 0x… or 0…, with a minus sign if it is negative, up to a blank or the end. False: EINVAL.</summary>
    public bool TryNumber(out bool negative, out ulong value) => TryNumber(" \t\n\v\f\r"u8, out negative, out value, out _);

    /// <inheritdoc cref="TryNumber(out bool, out ulong)"/>
    /// <param name="ends">What may follow the number.</param>
    /// <param name="end">What did; 0 at the end of the text.</param>
    public bool TryNumber(ReadOnlySpan<byte> ends, out bool negative, out ulong value, out byte end)
    {
        negative = false;
        value = 0;
        end = 0;
        int at = 0;
        if (_rest.Length > 1 && _rest[0] == '-')
        {
            negative = true;
            at = 1;
        }

        if (at >= _rest.Length || !char.IsAsciiDigit((char)_rest[at])) return false;
        uint radix = 10;
        if (_rest[at] == '0' && at + 1 < _rest.Length)
        {
            bool hex = at + 2 < _rest.Length && (_rest[at + 1] | 0x20) == 'x' && char.IsAsciiHexDigit((char)_rest[at + 2]);
            radix = hex ? 16u : 8u;
            if (hex) at += 2;
        }

        int begin = at;
        for (; at < _rest.Length && Digit(_rest[at]) < radix; at++)
        {
            if (at - begin >= MaxDigits || value > (ulong.MaxValue - Digit(_rest[at])) / radix) return false;
            value = value * radix + Digit(_rest[at]);
        }

        if (at < _rest.Length)
        {
            end = _rest[at];
            if (!ends.Contains(end)) return false;
        }

        _rest = _rest[at..];
        return true;
    }

    /// <summary>Goes past one byte.</summary>
    public void Skip() => _rest = _rest[1..];

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);

    private static uint Digit(byte b) => (char)b switch
    {
        >= '0' and <= '9' => (uint)(b - '0'),
        >= 'a' and <= 'f' => (uint)(b - 'a' + 10),
        >= 'A' and <= 'F' => (uint)(b - 'A' + 10),
        _ => uint.MaxValue,
    };
}
