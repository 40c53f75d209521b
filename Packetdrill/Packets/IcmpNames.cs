// ICMP types and codes by the names that scripts use (RFC 792, RFC 1122 3.2.2.1).

namespace ActorNet.Packetdrill;

internal static class IcmpNames
{
    private static readonly string[] s_unreachable =
    [
        "net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable", "frag_needed", "source_route_failed", "net_unknown", "host_unknown",
        "source_host_isolated", "net_prohibited", "host_prohibited", "tos_net_unreachable", "tos_host_unreachable", "communication_prohibited",
        "host_precedence_violation", "precedence_cutoff",
    ];

    /// <summary>The numbers of a type and code; a type without a code has the code 0.</summary>
    public static bool TryFind(string type, string code, out byte typeNumber, out byte codeNumber)
    {
        codeNumber = 0;
        typeNumber = type switch { "unreachable" => 3, "source_quench" => 4, "redirect" => 5, "time_exceeded" => 11, "parameter_problem" => 12, _ => 0 };
        if (typeNumber == 0) return false;
        if (code.Length == 0) return true;
        int at = typeNumber switch
        {
            3 => Array.IndexOf(s_unreachable, code),
            11 => Array.IndexOf(["exc_ttl", "exc_fragtime"], code),
            _ => -1,
        };
        codeNumber = (byte)Math.Max(at, 0);
        return at >= 0;
    }
}
