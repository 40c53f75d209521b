// Settings that each device has of its own beside `default` (and `all`): net.ipv4.neigh.DEV (neigh_sysctl_register) and net.ipv4.conf.DEV
// (devinet_sysctl_register). Here a device that was never set follows `default`; in Linux it does so until it has an address.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>A device's own values; null where it follows `default`. Made when the first is set.</summary>
public sealed class DeviceSysctl
{
    public int? neigh_base_reachable_time, neigh_delay_first_probe_time, neigh_gc_stale_time, neigh_retrans_time_ms;
    public int? neigh_ucast_solicit, neigh_mcast_solicit, neigh_unres_qlen_bytes;
    public int? force_igmp_version, igmpv2_unsolicited_report_interval, igmpv3_unsolicited_report_interval;
    public bool? forwarding;
}

/// <summary>A field of a device's own settings.</summary>
public delegate ref int? DeviceField(DeviceSysctl settings);

/// <summary>A number of net.ipv4.neigh.DEV, in the unit of its field.</summary>
internal sealed class CtlNeigh(string leaf, int min, int max, SysctlField<int> fallback, DeviceField own) : CtlDeviceInt("net.ipv4.neigh.DEV." + leaf, min, max, fallback, own);

/// <summary>Milliseconds of net.ipv4.neigh.DEV, kept in jiffies (neigh_proc_dointvec_ms_jiffies).</summary>
internal sealed class CtlNeighMilliseconds(string leaf, SysctlField<int> fallback, DeviceField own) : CtlDeviceInt("net.ipv4.neigh.DEV." + leaf, 0, int.MaxValue, fallback, own)
{
    protected override int Kept(int value) => Jiffies.Round(value);

    protected override string Text(int value) => Jiffies.Text(value);
}

/// <summary>A number of net.ipv4.conf.DEV.</summary>
internal sealed class CtlConf(string leaf, int min, int max, SysctlField<int> fallback, DeviceField own) : CtlDeviceInt("net.ipv4.conf.DEV." + leaf, min, max, fallback, own);

/// <summary>A number that each device has of its own, in the unit of its field.</summary>
internal abstract class CtlDeviceInt(string name, int min, int max, SysctlField<int> fallback, DeviceField own) : CtlTable(name)
{
    public override string Takes => string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}");

    public override string Read(in SysctlScope scope)
    {
        int? value = scope.Device?.Sysctl is { } d ? own(d) : null;
        return Text(value ?? fallback(scope.Net));
    }

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        var rest = new SysctlText(text);
        consumed = 0;
        rest.SkipSpaces();
        if (!CtlNumber.TryInt(ref rest, out int value) || value < min || value > max) return Errno.EINVAL;
        value = Kept(value);
        if (scope.Device is { } device) own(device.OwnSysctl) = value;
        else fallback(scope.Net) = value;
        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return Errno.OK;
    }

    /// <summary>What becomes of a number that is written, and how it is read back.</summary>
    protected virtual int Kept(int value) => value;

    /// <inheritdoc cref="Kept"/>
    protected virtual string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>net.ipv4.ip_forward and net.ipv4.conf.all.forwarding: one setting, which sets `default` and every device's too (inet_forward_change).</summary>
internal sealed class CtlForwardAll(string name) : CtlTable(name)
{
    public override string Takes => "0 or 1";

    public override string Read(in SysctlScope scope) => CtlForward.Text(scope.Net.ip_forward, scope.Net, "net.ipv4.ip_forward");

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        if (!CtlForward.TryRead(text, out int value, out consumed)) return Errno.EINVAL;
        NetSysctl net = scope.Net;
        if (net.ip_forward != (value != 0) && scope.Fib is { } fib)
        {
            foreach (InDevice d in fib.Devices)
            {
                if (d.Sysctl is { } own) own.forwarding = null;
            }
        }

        net.ip_forward = value != 0;
        net.conf_default_forwarding = null;
        CtlForward.Note(net, "net.ipv4.ip_forward", value);
        return Errno.OK;
    }
}

/// <summary>net.ipv4.conf.default.forwarding and net.ipv4.conf.DEV.forwarding (devinet_sysctl_forward).</summary>
internal sealed class CtlForward(string name) : CtlTable(name)
{
    public override string Takes => "0 or 1";

    public override string Read(in SysctlScope scope)
    {
        NetSysctl net = scope.Net;
        bool fallback = net.conf_default_forwarding ?? net.ip_forward;
        return Text(scope.Device?.Sysctl?.forwarding ?? fallback, net, Key(scope.Device));
    }

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        if (!TryRead(text, out int value, out consumed)) return Errno.EINVAL;
        if (scope.Device is { } device) device.OwnSysctl.forwarding = value != 0;
        else scope.Net.conf_default_forwarding = value != 0;
        Note(scope.Net, Key(scope.Device), value);
        return Errno.OK;
    }

    public static bool TryRead(ReadOnlySpan<byte> text, out int value, out int consumed)
    {
        var rest = new SysctlText(text);
        consumed = 0;
        rest.SkipSpaces();
        if (!CtlNumber.TryInt(ref rest, out value)) return false;
        rest.SkipSpaces();
        consumed = text.Length - rest.Left;
        return true;
    }

    // Any number that is not 0 forwards, and is read back.
    public static string Text(bool on, NetSysctl net, string key) =>
        !on ? "0" : net.Raw.TryGetValue(key, out long raw) ? raw.ToString(CultureInfo.InvariantCulture) : "1";

    public static void Note(NetSysctl net, string key, int value)
    {
        net.Raw.Remove(key);
        if (value is not (0 or 1)) net.Raw[key] = value;
    }

    private static string Key(InDevice? device) => "net.ipv4.conf." + (device?.Name ?? "default") + ".forwarding";
}
