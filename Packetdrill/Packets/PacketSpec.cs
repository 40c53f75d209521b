// A packet as a script writes it: `S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 8>`. What came is written in the same words, so that expected and actual
// compare and print alike. Numbers are the script's: sequence numbers from where the script begins them, ports not at all.

using System.Text;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>What a script says of a packet, or what is to be said of one that came.</summary>
public abstract record PacketSpec
{
    /// <summary>The ECN bits: <c>[noecn]</c>, <c>[ect0]</c>, <c>[ect1]</c>, <c>[ce]</c>, <c>[ect01]</c>; null when nothing is said.</summary>
    public EcnSpec? Ecn { get; init; }

    /// <summary><c>[tos 0x10]</c>: the whole byte.</summary>
    public int? Tos { get; init; }

    private protected string Prefix =>
        Ecn is { } e ? $"[{e.ToString().ToLowerInvariant()}] " : Tos is { } t ? string.Create(CultureInfo.InvariantCulture, $"[tos 0x{t:x}] ") : "";
}

/// <summary>The names of the ECN field's values; ECT01 is either of the two.</summary>
public enum EcnSpec { NoEcn = 0, Ect1 = 1, Ect0 = 2, Ce = 3, Ect01 = 4 }

/// <summary>A TCP segment.</summary>
/// <param name="Flags">FSRP.EW and U; AE has a place of its own.</param>
/// <param name="Seq">Its sequence number.</param>
/// <param name="Length">Bytes of data.</param>
/// <param name="Ack">Null when the script writes none; 0 then on the wire.</param>
/// <param name="Window">The field as it is on the wire, not scaled; null: whatever it is.</param>
/// <param name="Options">In order; null for <c>&lt;...&gt;</c>, whatever they are.</param>
public sealed record TcpSpec(TcpFlags Flags, bool AccurateEcn, uint Seq, int Length, uint? Ack, int? Window, int? Urgent, IReadOnlyList<OptionSpec>? Options)
    : PacketSpec
{
    /// <summary>With SYN and FIN counted.</summary>
    public uint EndSeq => Seq + (uint)Length;

    public override string ToString()
    {
        var s = new StringBuilder(Prefix);
        s.Append(FlagText(Flags, AccurateEcn)).Append(CultureInfo.InvariantCulture, $" {Seq}:{EndSeq}({Length})");
        if (Ack is { } ack) s.Append(CultureInfo.InvariantCulture, $" ack {ack}");
        if (Window is { } window) s.Append(CultureInfo.InvariantCulture, $" win {window}");
        if (Urgent is { } urgent) s.Append(CultureInfo.InvariantCulture, $" urg {urgent}");
        if (Options is null) s.Append(" <...>");
        else if (Options.Count > 0) s.Append(CultureInfo.InvariantCulture, $" <{string.Join(',', Options)}>");
        return s.ToString();
    }

    private static string FlagText(TcpFlags flags, bool ae)
    {
        var s = new StringBuilder();
        foreach ((TcpFlags flag, char letter) in s_letters)
        {
            if ((flags & flag) != 0) s.Append(letter);
        }

        if (ae) s.Append('A');
        return s.Length == 0 ? "-" : s.ToString();
    }

    internal static readonly (TcpFlags Flag, char Letter)[] s_letters =
    [
        (TcpFlags.SYN, 'S'), (TcpFlags.FIN, 'F'), (TcpFlags.RST, 'R'), (TcpFlags.PSH, 'P'), (TcpFlags.ACK, '.'), (TcpFlags.URG, 'U'), (TcpFlags.ECE, 'E'), (TcpFlags.CWR, 'W'),
    ];
}

/// <summary><c>udp (100)</c>: a datagram with so many bytes of data.</summary>
public sealed record UdpSpec(int Length) : PacketSpec
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}udp ({Length})");
}

/// <summary><c>icmp unreachable frag_needed mtu 1200 [1:1001(1000)]</c>: an error about a segment that this host sent.</summary>
public sealed record IcmpSpec(byte Type, byte Code, int? Mtu, uint QuotedSeq, int QuotedLength, bool QuotesUdp, string Written) : PacketSpec
{
    public override string ToString() => Prefix + Written;
}

/// <summary>One TCP option, by name.</summary>
/// <param name="Name">mss, nop, eol, wscale, sackOK, sack, TS, FO, FOEXP, md5, ECN, or the kind's number.</param>
/// <param name="A">mss, wscale: the value; TS: val; ECN: the kind, 172 or 174.</param>
/// <param name="B">TS: ecr.</param>
public sealed record OptionSpec(string Name, uint A = 0, uint B = 0)
{
    /// <summary>sack's blocks.</summary>
    public IReadOnlyList<(uint Left, uint Right)> Blocks { get; init; } = [];

    /// <summary>AccECN's counters, as many as there are, in the order of the kind.</summary>
    public IReadOnlyList<uint> Counters { get; init; } = [];

    /// <summary>A Fast Open cookie, an MD5 digest (empty: whichever is right), or the body of an unknown option.</summary>
    public byte[] Bytes { get; init; } = [];

    public bool Equals(OptionSpec? other) =>
        other is not null && Name == other.Name && A == other.A && B == other.B && Blocks.SequenceEqual(other.Blocks) && Counters.SequenceEqual(other.Counters) && Bytes.AsSpan().SequenceEqual(other.Bytes);

    /// <summary>The kinds of AccECN's option (RFC 9768 3.2.3).</summary>
    internal const uint AccEcn0 = 172, AccEcn1 = 174;

    /// <summary>The order of its counters.</summary>
    internal static string[] CounterNames(uint kind) => kind == AccEcn0 ? ["e0b", "ceb", "e1b"] : ["e1b", "ceb", "e0b"];

    public override int GetHashCode() => (int)(A ^ B);

    public override string ToString() => Name switch
    {
        "mss" or "wscale" => string.Create(CultureInfo.InvariantCulture, $"{Name} {A}"),
        "TS" => string.Create(CultureInfo.InvariantCulture, $"TS val {A} ecr {B}"),
        "sack" => "sack " + string.Join(' ', Blocks.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Left}:{b.Right}"))),
        "ECN" => (A == AccEcn0 && Counters.Count == 0 ? "ECN0" : "ECN") + string.Concat(Counters.Zip(CounterNames(A), (c, name) => string.Create(CultureInfo.InvariantCulture, $" {name} {c}"))),
        _ when Bytes.Length > 0 => $"{Name} {Convert.ToHexStringLower(Bytes)}",
        _ => Name,
    };
}
