// net.ipv4.ip_local_reserved_ports: a list of ports and ranges (proc_do_large_bitmap).

using System.Globalization;
using System.Text;

namespace ActorNet.Protocols;

/// <summary>Ports as "8080,9148,40000-40010"; an empty line for none. A write replaces all.</summary>
internal sealed class CtlPorts(string name, SysctlField<ulong[]?> field) : CtlTable(name)
{
    private const int Ports = 65_536;

    public override string Takes => "ports and ranges of ports, separated by commas";

    public override string Read(in SysctlScope scope)
    {
        if (field(scope.Net) is not { } bits) return "";
        var text = new StringBuilder();
        for (int port = 0; port < Ports; port++)
        {
            if (!Has(bits, port)) continue;
            int last = port;
            while (last + 1 < Ports && Has(bits, last + 1)) last++;
            if (text.Length > 0) text.Append(',');
            text.Append(port);
            if (last > port) text.Append('-').Append(last);
            port = last;
        }

        return text.ToString();
    }

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        ulong[]? bits = null;
        foreach (Range r in text.Split((byte)','))
        {
            ReadOnlySpan<byte> part = text[r].Trim((byte)'\n');
            if (part.IsEmpty) continue;
            int dash = part.IndexOf((byte)'-');
            if (!TryPort(dash < 0 ? part : part[..dash], out int from) || !TryPort(dash < 0 ? part : part[(dash + 1)..], out int to) || to < from)
                return Errno.EINVAL;
            bits ??= new ulong[Ports / 64];
            for (int port = from; port <= to; port++) bits[port >> 6] |= 1UL << port;
        }

        field(scope.Net) = bits;
        return Errno.OK;
    }

    private static bool Has(ulong[] bits, int port) => (bits[port >> 6] >> port & 1) != 0;

    private static bool TryPort(ReadOnlySpan<byte> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port < Ports;
}
