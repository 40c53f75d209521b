// The names of well-known ports, as getservbyport(3) has them: of the services that programs of this house use, and some that people know.

using System.Globalization;

namespace ActorNet.Experiments;

/// <summary>/etc/services, the little of it that ss needs.</summary>
internal static class Services
{
    private static readonly (int Port, string Name)[] s_names =
    [
        (7, "echo"), (9, "discard"), (13, "daytime"), (19, "chargen"), (20, "ftp-data"), (21, "ftp"), (22, "ssh"), (23, "telnet"), (25, "smtp"), (37, "time"),
        (53, "domain"), (67, "bootps"), (68, "bootpc"), (69, "tftp"), (80, "http"), (110, "pop3"), (111, "sunrpc"), (119, "nntp"), (123, "ntp"), (143, "imap2"),
        (161, "snmp"), (179, "bgp"), (389, "ldap"), (443, "https"), (465, "submissions"), (514, "syslog"), (587, "submission"), (636, "ldaps"), (853, "domain-s"),
        (993, "imaps"), (995, "pop3s"), (2049, "nfs"), (3306, "mysql"), (5353, "mdns"), (5432, "postgresql"), (6379, "redis"), (8080, "http-alt"),
    ];

    public static string Name(int port, bool numeric)
    {
        if (port == 0) return "*";
        string? name = numeric ? null : s_names.FirstOrDefault(s => s.Port == port).Name;
        return name ?? port.ToString(CultureInfo.InvariantCulture);
    }

    public static bool TryPort(string text, out int port)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)) return port <= 65_535;
        port = s_names.FirstOrDefault(s => s.Name == text).Port;
        return port != 0;
    }
}
