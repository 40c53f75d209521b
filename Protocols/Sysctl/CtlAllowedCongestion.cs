// net.ipv4.tcp_allowed_congestion_control: which controls need no CAP_NET_ADMIN (proc_allowed_congestion_control, tcp_set_allowed_congestion_control).

using System.Text;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

/// <summary>Names separated by blanks; ENOENT if one of them is not there, and then nothing changes. It is read in the order of tcp_available_congestion_control.</summary>
internal sealed class CtlAllowedCongestion : CtlTable
{
    public CtlAllowedCongestion(string name)
        : base(name) => InitOnly = true;

    public override string Takes => "some of: " + CongestionControls.Available;

    public override string Read(in SysctlScope scope) => scope.Net.tcp_allowed_congestion_control;

    public override Errno Write(in SysctlScope scope, ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = text.Length;
        int end = text.IndexOf((byte)0);
        if (end >= 0) text = text[..end];
        string names = Encoding.ASCII.GetString(text).Trim();
        foreach (string n in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (CongestionControls.Create(n) is null) return Errno.ENOENT;
        }

        Set(scope.Net, names);
        return Errno.OK;
    }

    /// <summary>Keeps the names in the order in which they are available.</summary>
    internal static void Set(NetSysctl sysctl, string names)
    {
        string[] wanted = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        sysctl.tcp_allowed_congestion_control = string.Join(' ', CongestionControls.Available.Split(' ').Where(n => wanted.Contains(n, StringComparer.Ordinal)));
    }
}
