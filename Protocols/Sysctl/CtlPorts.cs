// net.ipv4.ip_local_reserved_ports: a list of ports and ranges (proc_do_large_bitmap).

using System.Text;

namespace ActorNet.Protocols;

/// <summary>Ports as "8080,9148,40000-40010"; an empty line for none. A write replaces all.</summary>
internal sealed class CtlPorts(string name, SysctlField<ulong[]?> field) : CtlTable(name)
{
    private const int Ports = 65_536;

    public override bool IsList => true;

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

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed) => Set(scope, null, text, out consumed);

    /// <summary>What does not begin at the start adds to what is set.</summary>
    public override Errno Append(in SysctlScope scope, long position, ReadOnlySpan<byte> text, out int consumed) =>
        Set(scope, (ulong[]?)field(scope.Net)?.Clone(), text, out consumed);

    private Errno Set(in SysctlScope scope, ulong[]? bits, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        var rest = new SysctlText(text);
        for (rest.SkipLineEnds(); !rest.IsEmpty; rest.SkipLineEnds())
        {
            if (!TryPort(ref rest, "-,\n"u8, out int from, out byte end)) return Errno.EINVAL;
            int to = from;
            if (end == '-' && (!TryPort(ref rest, ",\n"u8, out to, out _) || to < from)) return Errno.EINVAL;
            bits ??= new ulong[Ports / 64];
            for (int port = from; port <= to; port++) bits[port >> 6] |= 1UL << port;
        }

        field(scope.Net) = bits;
        return Errno.OK;
    }

    private static bool Has(ulong[] bits, int port) => (bits[port >> 6] >> port & 1) != 0;

    // A port, and the byte behind it, which is gone too.
    private static bool TryPort(ref SysctlText rest, ReadOnlySpan<byte> ends, out int port, out byte end)
    {
        port = 0;
        if (!rest.TryNumber(ends, out bool negative, out ulong value, out end) || negative || value >= Ports) return false;
        port = (int)value;
        if (end != 0) rest.Skip();
        return true;
    }
}
