// struct tcp_fastopen_cookie (include/linux/tcp.h): RFC 7413's option, as kind 34 or as the experiment's kind 254 with its magic number.

using System.Runtime.CompilerServices;

namespace ActorNet.Protocols.Tcp;

/// <summary>A Fast Open option: none, a request for a cookie, or a cookie.</summary>
public struct FastOpenCookie
{
    /// <summary>RFC 7413 2: 4 to 16 bytes, an even number; a server here makes 8.</summary>
    public const int MinLength = 4, MaxLength = 16, OwnLength = 8;

    private const byte Experiment = 254;
    private const ushort Magic = 0xF989;

    private byte _lengthPlusOne;
    private Octets _bytes;

    /// <summary>It is, or is to be, the experiment's option.</summary>
    public bool Experimental;

    [InlineArray(MaxLength)]
    private struct Octets
    {
        private byte _first;
    }

    /// <summary>-1: no option; 0: a request; else a cookie's bytes.</summary>
    public int Length
    {
        readonly get => _lengthPlusOne - 1;
        set => _lengthPlusOne = (byte)(value + 1);
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => ((ReadOnlySpan<byte>)_bytes)[..Math.Max(Length, 0)];

    /// <summary>What the option takes in a header, padded to words; 0 without one.</summary>
    public readonly int OptionLength => Length < 0 ? 0 : (Length + (Experimental ? 4 : 2) + 3) & ~3;

    public void Set(ReadOnlySpan<byte> bytes)
    {
        Length = bytes.Length;
        bytes.CopyTo(_bytes);
    }

    /// <summary>The option of a SYN or SYN-ACK (tcp_parse_fastopen_option): an odd length does not count, one that is too short or long is none at all.</summary>
    public static FastOpenCookie Parse(ReadOnlySpan<byte> options)
    {
        FastOpenCookie cookie = default;
        while (!options.IsEmpty)
        {
            byte kind = options[0];
            if (kind == (byte)TcpOptionKind.EOL) break;
            if (kind == (byte)TcpOptionKind.NOP)
            {
                options = options[1..];
                continue;
            }

            if (options.Length < 2) break;
            int length = options[1];
            if (length < 2 || length > options.Length) break;
            if (kind == (byte)TcpOptionKind.FastOpen) cookie.Take(options[2..length], experimental: false);
            else if (kind == Experiment && length >= 4 && BinaryPrimitives.ReadUInt16BigEndian(options[2..]) == Magic) cookie.Take(options[4..length], experimental: true);
            options = options[length..];
        }

        return cookie;
    }

    /// <summary>Writes the option, with NOPs behind it up to a word.</summary>
    public readonly void Emit(Span<byte> b)
    {
        int at = 2;
        b[0] = Experimental ? Experiment : (byte)TcpOptionKind.FastOpen;
        b[1] = (byte)(Length + (Experimental ? 4 : 2));
        if (Experimental)
        {
            BinaryPrimitives.WriteUInt16BigEndian(b[2..], Magic);
            at = 4;
        }

        Bytes.CopyTo(b[at..]);
        b[(at + Length)..OptionLength].Fill((byte)TcpOptionKind.NOP);
    }

    private void Take(ReadOnlySpan<byte> value, bool experimental)
    {
        if ((value.Length & 1) != 0) return;
        if (value.Length is >= MinLength and <= MaxLength) Set(value);
        else Length = value.IsEmpty ? 0 : -1;
        Experimental = experimental;
    }
}
