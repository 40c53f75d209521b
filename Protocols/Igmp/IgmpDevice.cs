// The multicast half of struct in_device (include/linux/inetdevice.h): the groups of one device, and what ip_mc_inc_group, ip_mc_dec_group,
// ip_mc_add_src and ip_mc_del_src (net/ipv4/igmp.c) do with them. Queries, reports and timers are in the other parts.

namespace ActorNet.Protocols;

/// <summary>The groups of one device. Written by IGMP's owner; the routing decision reads them.</summary>
internal sealed partial class IgmpDevice
{
    private readonly Igmp _igmp;
    private readonly Net _net;

    // Newest first, as the kernel's mc_list.
    private readonly List<IpMcGroup> _groups = [];

    // mc_tomb: left, and still to be reported.
    private readonly List<IpMcGroup> _left = [];
    private bool _isDown = true;

    public IgmpDevice(Igmp igmp, Net net, InDevice device)
    {
        _igmp = igmp;
        _net = net;
        Device = device;
    }

    public InDevice Device { get; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<IpMcGroup> Groups => _groups;

    private NetSysctl Sysctl => _net.Sysctl;

    /// <summary>ip_mc_inc_group: one more is in a group.</summary>
    public void Join(uint address, McMode mode, Instant now)
    {
        if (Find(address) is { } known)
        {
            known.Users++;
            AddSources(address, mode, [], delta: false, now);
            return;
        }

        var group = new IpMcGroup(address, mode) { Unsolicited = Sysctl.igmp_qrv };
        _groups.Insert(0, group);
        Revive(group);
        Publish();
        OnJoined(group, now);
    }

    /// <summary>ip_mc_dec_group: one less; with the last the device leaves.</summary>
    public void Leave(uint address, Instant now)
    {
        if (Find(address) is not { } group || --group.Users > 0) return;
        _groups.Remove(group);
        Publish();
        OnLeft(group, now);
    }

    /// <summary>ip_mc_add_src: a socket's filter names more sources, or (not delta) it is a new filter.</summary>
    public void AddSources(uint address, McMode mode, ReadOnlySpan<uint> sources, bool delta, Instant now)
    {
        if (Find(address) is not { } group) return;
        bool wasExclude = group.Mode == McMode.EXCLUDE;
        group.Mark();
        if (!delta) group.Count(mode)++;
        foreach (uint source in sources)
        {
            IpMcSource? s = group.Find(source);
            if (s is null) group.Sources.Add(s = new IpMcSource(source));
            s.Count(mode)++;
        }

        if (wasExclude != group.Excluding > 0)
        {
            if (group.Excluding > 0) group.Mode = McMode.EXCLUDE;
            else if (group.Including > 0) group.Mode = McMode.INCLUDE;
            ChangeMode(group, now);
        }
        else if (group.Settle(Robustness))
        {
            ScheduleChanges(now);
        }
    }

    /// <summary>ip_mc_del_src: the opposite.</summary>
    public void RemoveSources(uint address, McMode mode, ReadOnlySpan<uint> sources, bool delta, Instant now)
    {
        if (Find(address) is not { } group) return;
        group.Mark();
        if (!delta && group.Count(mode) > 0) group.Count(mode)--;
        bool changed = false;
        foreach (uint source in sources) changed |= RemoveSource(group, mode, source);
        if (group.Mode == McMode.EXCLUDE && group.Excluding == 0 && group.Including > 0)
        {
            group.Mode = McMode.INCLUDE;
            ChangeMode(group, now);
        }
        else if (group.Settle(Robustness) || changed)
        {
            ScheduleChanges(now);
        }
    }

    private IpMcGroup? Find(uint address) => _groups.Find(g => g.Address == address);

    private bool RemoveSource(IpMcGroup group, McMode mode, uint source)
    {
        if (group.Find(source) is not { } s || s.Count(mode) == 0) return false;
        s.Count(mode)--;
        if (s.Included > 0 || s.Excluded > 0) return false;
        group.Sources.Remove(s);
        if (!s.WasIn || HearsV1 || HearsV2) return false;
        s.Reports = Robustness;
        group.Gone.Insert(0, s);
        return true;
    }

    private void ChangeMode(IpMcGroup group, Instant now)
    {
        group.Reports = Robustness;
        _changesLeft = group.Reports;
        foreach (IpMcSource s in group.Sources) s.Reports = 0;
        ScheduleChanges(now);
    }

    // igmpv3_del_delrec: it comes back before its end was reported.
    private void Revive(IpMcGroup group)
    {
        int at = _left.FindIndex(g => g.Address == group.Address);
        if (at < 0) return;
        IpMcGroup was = _left[at];
        _left.RemoveAt(at);
        if (group.Mode == McMode.EXCLUDE)
        {
            group.Reports = Robustness;
            return;
        }

        (group.Gone, group.Sources) = (was.Gone, was.Sources);
        foreach (IpMcSource s in group.Sources) s.Reports = Robustness;
    }

    // What the routing decision reads is replaced whole, so that it may be read at any time.
    private void Publish() => Device.Groups = [.. _groups];
}
