// Is what the host sent what the script expects? Everything that the script writes is judged, and the checksums, which it does not.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>Compares packets. Each answer is null, or says what differs.</summary>
internal static class PacketJudge
{
    /// <summary>Holds a packet in the script's words against what the script says of it.</summary>
    /// <param name="stamps">Whether timestamps are judged (--tcp_ts_tick_usecs).</param>
    public static string? Differs(PacketSpec expected, PacketSpec actual, bool stamps)
    {
        if (expected.Tos is { } tos && actual.Tos != tos) return $"tos 0x{tos:x} against 0x{actual.Tos:x}";
        if (expected.Ecn is { } ecn && !SameEcn(ecn, actual.Ecn)) return $"ECN {ecn} against {actual.Ecn}".ToLowerInvariant();
        return (expected, actual) switch
        {
            (TcpSpec e, TcpSpec a) => Differs(e, a, stamps),
            (UdpSpec e, UdpSpec a) => e.Length == a.Length ? null : $"length {e.Length} against {a.Length}",
            (IcmpSpec e, IcmpSpec a) => e.Type == a.Type && e.Code == a.Code ? null : $"type and code {e.Type}/{e.Code} against {a.Type}/{a.Code}",
            _ => "it is of another protocol",
        };
    }

    private static bool SameEcn(EcnSpec expected, EcnSpec? actual) => expected == actual || (expected == EcnSpec.Ect01 && actual is EcnSpec.Ect0 or EcnSpec.Ect1);

    private static string? Differs(TcpSpec e, TcpSpec a, bool stamps)
    {
        if (e.Flags != a.Flags || e.AccurateEcn != a.AccurateEcn) return "flags";
        if (e.Seq != a.Seq) return $"sequence number {e.Seq} against {a.Seq}";
        if (e.Length != a.Length) return $"length {e.Length} against {a.Length}";
        if (e.Ack != a.Ack) return $"ack {Show(e.Ack)} against {Show(a.Ack)}";
        if (e.Window is { } w && w != a.Window) return $"window {w} against {a.Window}";
        if ((e.Urgent ?? 0) != (a.Urgent ?? 0)) return $"urgent pointer {e.Urgent ?? 0} against {a.Urgent ?? 0}";
        return e.Options is null ? null : Differs(e.Options, a.Options!, stamps);
    }

    private static string? Differs(IReadOnlyList<OptionSpec> expected, IReadOnlyList<OptionSpec> actual, bool stamps)
    {
        if (expected.Count != actual.Count) return "options";
        for (int i = 0; i < expected.Count; i++)
        {
            OptionSpec e = expected[i], a = actual[i];
            bool same = e.Name == "TS" && !stamps ? a.Name == "TS" && a.B == e.B
                : e.Name is "md5" && e.Bytes.Length == 0 ? a.Name == e.Name
                : e.Equals(a);
            if (!same) return $"option {e} against {a}";
        }

        return null;
    }

    private static string Show(uint? n) => n?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
