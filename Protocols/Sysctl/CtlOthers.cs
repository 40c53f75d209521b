// The kinds that are not plain numbers: times, ranges that must fit each other, names (net/ipv4/sysctl_net_ipv4.c).

using System.Globalization;
using System.Text;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

/// <summary>Milliseconds, kept in jiffies (proc_dointvec_ms_jiffies).</summary>
internal sealed class CtlMilliseconds(string name, SysctlField<int> field) : CtlTable(name)
{
    public override string Takes => "a number of milliseconds";

    public override string Read(in SysctlScope scope) => Jiffies.Text(field(scope.Net));

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        var rest = new SysctlText(text);
        consumed = 0;
        rest.SkipSpaces();
        if (!CtlNumber.TryInt(ref rest, out int value) || value < 0) return Errno.EINVAL;
        field(scope.Net) = Jiffies.Round(value);
        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return Errno.OK;
    }
}

/// <summary>net.ipv4.ip_local_port_range: two numbers of which the first is no larger, and not below the privileged ports (ipv4_local_port_range).</summary>
internal sealed class CtlPortRange(string name) : CtlTable(name)
{
    public override string Takes => "2 numbers that do not fall";

    public override string Read(in SysctlScope scope) => $"{scope.Net.ip_local_port_range_min}\t{scope.Net.ip_local_port_range_max}";

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        NetSysctl net = scope.Net;
        int low = net.ip_local_port_range_min, high = net.ip_local_port_range_max;
        if (!CtlPair.TryRead(text, 1, 65_535, ref low, ref high, out consumed)) return Errno.EINVAL;
        if (high < low || low < net.ip_unprivileged_port_start) return Errno.EINVAL;
        (net.ip_local_port_range_min, net.ip_local_port_range_max) = (low, high);
        return Errno.OK;
    }
}

/// <summary>net.ipv4.ping_group_range: the groups whose processes may make ping sockets; a range that falls is nobody, "1 0" (ipv4_ping_group_range).</summary>
internal sealed class CtlPingGroups(string name) : CtlTable(name)
{
    public override string Takes => "2 numbers from 0 to 2147483647";

    public override string Read(in SysctlScope scope) => $"{scope.Net.ping_group_range_min}\t{scope.Net.ping_group_range_max}";

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        NetSysctl net = scope.Net;
        int low = net.ping_group_range_min, high = net.ping_group_range_max;
        if (!CtlPair.TryRead(text, 0, int.MaxValue, ref low, ref high, out consumed)) return Errno.EINVAL;
        (net.ping_group_range_min, net.ping_group_range_max) = high < low ? (1, 0) : (low, high);
        return Errno.OK;
    }
}

/// <summary>net.ipv4.ip_unprivileged_port_start: not above the local port range (ipv4_privileged_ports).</summary>
internal sealed class CtlPrivilegedPorts(string name) : CtlTable(name)
{
    public override string Takes => "a port that is not above net.ipv4.ip_local_port_range";

    public override string Read(in SysctlScope scope) => scope.Net.ip_unprivileged_port_start.ToString(CultureInfo.InvariantCulture);

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        var rest = new SysctlText(text);
        consumed = 0;
        rest.SkipSpaces();
        if (!CtlNumber.TryInt(ref rest, out int value) || value < 0 || value > 65_535 || value > scope.Net.ip_local_port_range_min) return Errno.EINVAL;
        scope.Net.ip_unprivileged_port_start = value;
        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return Errno.OK;
    }
}

/// <summary>net.ipv4.tcp_congestion_control: a name that this kernel knows: ENOENT for others (proc_tcp_congestion_control).</summary>
internal sealed class CtlCongestion(string name) : CtlTable(name)
{
    private const int MaxName = 15;

    public override string Takes => "one of: " + CongestionControls.Available;

    public override string Read(in SysctlScope scope) => scope.Net.tcp_congestion_control;

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        int end = text.IndexOfAny((byte)0, (byte)'\n');
        if (end >= 0) text = text[..end];
        string wanted = Encoding.ASCII.GetString(text[..Math.Min(text.Length, MaxName)]);
        if (CongestionControls.Create(wanted) is null) return Errno.ENOENT;
        scope.Net.tcp_congestion_control = wanted;
        // What is the default anyone may choose, from then on.
        if (!CongestionControls.IsAllowed(scope.Net, wanted)) CtlAllowedCongestion.Set(scope.Net, scope.Net.tcp_allowed_congestion_control + " " + wanted);
        return Errno.OK;
    }

    /// <summary>A name that is written in pieces: the first ones stand.</summary>
    public override Errno Append(in SysctlScope scope, long position, ReadOnlySpan<byte> text, out int consumed)
    {
        string before = scope.Net.tcp_congestion_control;
        Errno e = Write(scope, (byte[])[.. Encoding.ASCII.GetBytes(before[..(int)Math.Min(position, before.Length)]), .. text], out _);
        consumed = text.Length;
        return e;
    }
}

/// <summary>A text that is only read.</summary>
internal sealed class CtlReadOnly(string name, Func<NetSysctl, string> text) : CtlTable(name, ReadOnly)
{
    public override string Takes => "nothing: it is only read";

    public override string Read(in SysctlScope scope) => text(scope.Net);

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = 0;
        return Errno.EPERM;
    }
}

/// <summary>Two numbers, of which the second may be left away.</summary>
internal static class CtlPair
{
    public static bool TryRead(ReadOnlySpan<byte> text, int min, int max, ref int first, ref int second, out int consumed)
    {
        var rest = new SysctlText(text);
        consumed = 0;
        for (int i = 0; i < 2; i++)
        {
            rest.SkipSpaces();
            if (rest.IsEmpty && i > 0) break;
            if (!CtlNumber.TryInt(ref rest, out int value) || value < min || value > max) return false;
            if (i == 0) first = value;
            else second = value;
        }

        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return true;
    }
}
