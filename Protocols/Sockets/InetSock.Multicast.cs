// A socket's multicast: ip_mc_join_group, ip_mc_leave_group, ip_mc_source, ip_mc_msfilter, ip_mc_drop_socket (net/ipv4/igmp.c). What the device is told
// lies in McChanges until the driver takes it to IGMP. The options that come here are read in InetSock.Multicast.Options.cs.

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private InetMulticast? McState => _seldom?.Mc;

    /// <summary>What the demultiplexer lets through; null: everything for groups that this host is in.</summary>
    public McFilter? McFilter => McState is { } m && (m.Memberships.Length > 0 || !m.All) ? new McFilter(m.All, m.Memberships) : null;

    /// <summary>IP_MULTICAST_IF: by which interface multicasts leave, 0 for the route's; and from which address.</summary>
    public int McIndex => McState?.Index ?? 0;

    /// <inheritdoc cref="McIndex"/>
    public uint McAddr => McState?.Address ?? 0;

    /// <summary>Takes the changes of devices' groups that calls have made since it was last called; null for none.</summary>
    public McChange[]? TakeMcChanges()
    {
        if (McState?.Changes is not { Count: > 0 } changes) return null;
        McChange[] taken = [.. changes];
        changes.Clear();
        return taken;
    }

    /// <summary>ip_mc_drop_socket: at its end a socket leaves all groups.</summary>
    public void DropMemberships()
    {
        if (McState is not { } mc) return;
        foreach (McMembership m in mc.Memberships) LeaveDevice(m);
        mc.Memberships = [];
    }

    private InetMulticast Mc => Seldom.Mc ??= new InetMulticast();

    // ip_mc_find_dev: the interface that is named by index, by its address, or by the route to the group; 0 for none.
    private static int FindDevice(Fib fib, uint group, uint address, int ifIndex)
    {
        if (ifIndex != 0) return fib.Device(ifIndex)?.IfIndex ?? 0;
        if (address != 0) return fib.OwnerOf(address)?.IfIndex ?? 0;
        RouteOut r = fib.Output(group, 0, 0, Instant.Zero);
        return r.Errno == Errno.OK ? r.Device.IfIndex : 0;
    }

    private Errno JoinGroup(Fib fib, uint group, uint address, int ifIndex, McMode mode)
    {
        if (group >> 28 != 0xE) return Errno.EINVAL;
        int device = FindDevice(fib, group, address, ifIndex);
        if (device == 0) return Errno.ENODEV;
        if (IndexOf(group, device) >= 0) return Errno.EADDRINUSE;
        if (Mc.Memberships.Length >= Net.Sysctl.igmp_max_memberships) return Errno.ENOBUFS;
        Mc.Memberships = [new McMembership(group, device, address, mode, null), .. Mc.Memberships];
        Mc.Changes.Add(new McChange(McChangeKind.Join, device, group, mode, [], false));
        return Errno.OK;
    }

    private Errno LeaveGroup(Fib fib, uint group, uint address, int ifIndex)
    {
        int device = FindDevice(fib, group, address, ifIndex);
        if (ifIndex == 0 && address == 0 && device == 0) return Errno.ENODEV;
        // One that was found by its address or by the route stands for its interface.
        int wanted = device != 0 ? device : ifIndex;
        McMembership[] all = McState?.Memberships ?? [];
        for (int i = 0; i < all.Length; i++)
        {
            McMembership m = all[i];
            if (m.Group != group) continue;
            if (wanted != 0 ? m.IfIndex != wanted : address != 0 && m.Address != address) continue;
            LeaveDevice(m);
            Mc.Memberships = [.. all.Where(x => x != m)];
            return Errno.OK;
        }

        return Errno.EADDRNOTAVAIL;
    }

    // ip_mc_source: one source more or less in a filter of a mode.
    private Errno ChangeSource(Fib fib, bool add, McMode mode, uint group, uint address, int ifIndex, uint source)
    {
        if (group >> 28 != 0xE) return Errno.EINVAL;
        int device = FindDevice(fib, group, address, ifIndex);
        if (device == 0) return Errno.ENODEV;
        int at = IndexOf(group, device);
        if (at < 0) return Errno.EINVAL;
        McMembership m = Mc.Memberships[at];
        if (m.Mode != mode)
        {
            // A filter with a list keeps its mode.
            if (m.Sources is not null) return Errno.EINVAL;
            Mc.Changes.Add(new McChange(McChangeKind.AddSources, device, group, mode, [], false));
            Mc.Changes.Add(new McChange(McChangeKind.RemoveSources, device, group, m.Mode, [], false));
            m = Replace(at, m with { Mode = mode });
        }

        bool listed = m.Sources is not null && Array.IndexOf(m.Sources, source) >= 0;
        if (!add)
        {
            if (!listed) return Errno.EADDRNOTAVAIL;
            // INCLUDE of nobody is the same as leaving.
            if (m.Sources!.Length == 1 && mode == McMode.INCLUDE) return LeaveGroup(fib, group, address, device);
            Mc.Changes.Add(new McChange(McChangeKind.RemoveSources, device, group, mode, [source], true));
            Replace(at, m with { Sources = [.. m.Sources.Where(s => s != source)] });
            return Errno.OK;
        }

        if (m.Sources is not null && m.Sources.Length >= Net.Sysctl.igmp_max_msf) return Errno.ENOBUFS;
        if (listed) return Errno.EADDRNOTAVAIL;
        Replace(at, m with { Sources = [.. m.Sources ?? [], source] });
        Mc.Changes.Add(new McChange(McChangeKind.AddSources, device, group, mode, [source], true));
        return Errno.OK;
    }

    // ip_mc_msfilter: the whole filter at once.
    private Errno SetFilter(Fib fib, uint group, uint address, int ifIndex, uint mode, uint[] sources)
    {
        if (group >> 28 != 0xE || mode > (uint)McMode.INCLUDE) return Errno.EINVAL;
        int device = FindDevice(fib, group, address, ifIndex);
        if (device == 0) return Errno.ENODEV;
        if (mode == (uint)McMode.INCLUDE && sources.Length == 0) return LeaveGroup(fib, group, address, device);
        int at = IndexOf(group, device);
        if (at < 0) return Errno.EINVAL;
        McMembership m = Mc.Memberships[at];
        Mc.Changes.Add(new McChange(McChangeKind.AddSources, device, group, (McMode)mode, sources, false));
        Mc.Changes.Add(new McChange(McChangeKind.RemoveSources, device, group, m.Mode, m.Sources ?? [], false));
        Replace(at, m with { Mode = (McMode)mode, Sources = sources.Length == 0 ? null : sources });
        return Errno.OK;
    }

    private void LeaveDevice(McMembership m)
    {
        Mc.Changes.Add(new McChange(McChangeKind.RemoveSources, m.IfIndex, m.Group, m.Mode, m.Sources ?? [], false));
        Mc.Changes.Add(new McChange(McChangeKind.Leave, m.IfIndex, m.Group, m.Mode, [], false));
    }

    private int IndexOf(uint group, int device) => McState is null ? -1 : Array.FindIndex(McState.Memberships, m => m.Group == group && m.IfIndex == device);

    private McMembership Replace(int at, McMembership m)
    {
        McMembership[] all = [.. Mc.Memberships];
        all[at] = m;
        Mc.Memberships = all;
        return m;
    }

    /// <summary>What only a socket that does multicast carries.</summary>
    private sealed class InetMulticast
    {
        public McMembership[] Memberships = [];
        public readonly List<McChange> Changes = [];
        public bool All = true;
        public int Index;
        public uint Address;
    }
}
