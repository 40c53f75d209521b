// Sequence numbers: RFC 9293 section 3.4, arithmetic modulo 2^32. Mirrors before(), after() and between() of include/net/tcp.h.

namespace ActorNet.Protocols.Tcp;

/// <summary>A sequence number. Comparisons hold while the two are less than 2^31 apart; at exactly 2^31 each is before the other, as before() says.</summary>
public readonly record struct SeqNum(uint Value)
{
    public static implicit operator SeqNum(uint value) => new(value);

    public static explicit operator uint(SeqNum seq) => seq.Value;

    public static SeqNum operator +(SeqNum a, int n) => new(a.Value + (uint)n);

    public static SeqNum operator +(SeqNum a, uint n) => new(a.Value + n);

    public static SeqNum operator -(SeqNum a, int n) => new(a.Value - (uint)n);

    /// <summary>The distance from b to a: negative when a is before b.</summary>
    public static int operator -(SeqNum a, SeqNum b) => (int)(a.Value - b.Value);

    public static bool operator <(SeqNum a, SeqNum b) => (int)(a.Value - b.Value) < 0;

    public static bool operator >(SeqNum a, SeqNum b) => (int)(b.Value - a.Value) < 0;

    public static bool operator <=(SeqNum a, SeqNum b) => !(a > b);

    public static bool operator >=(SeqNum a, SeqNum b) => !(a < b);

    /// <summary>between(): low ≤ this ≤ high, going round.</summary>
    public bool IsBetween(SeqNum low, SeqNum high) => high.Value - low.Value >= Value - low.Value;

    public static SeqNum Max(SeqNum a, SeqNum b) => a > b ? a : b;

    public static SeqNum Min(SeqNum a, SeqNum b) => a < b ? a : b;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
