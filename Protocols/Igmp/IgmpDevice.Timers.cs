// When IGMP speaks: igmp_group_added, igmp_group_dropped, igmp_start_timer, igmp_timer_expire, igmp_gq_start_timer, igmp_ifc_event,
// igmp_ifc_timer_expire (net/ipv4/igmp.c). A timer is set to a random number of jiffies and two more.

namespace ActorNet.Protocols;

internal sealed partial class IgmpDevice
{
    // mr_gq_timer: the answer to a general query; mr_ifc_timer: reports of changes, mr_ifc_count more.
    private Instant _queryTimer = Instant.Never, _changeTimer = Instant.Never;
    private int _changesLeft;

    // mr_v1_seen, mr_v2_seen: till when a querier of that version is taken to be there.
    private Instant _v1Until, _v2Until, _now;

    // mr_qrv, mr_qi, mr_qri, mr_maxdelay: the querier's.
    private int _robustness;
    private Duration _queryInterval = IgmpConstants.QueryInterval, _responseInterval = IgmpConstants.QueryResponseInterval, _maxDelay;

    /// <summary>"V1", "V2" or "V3", as /proc/net/igmp calls it.</summary>
    public string Querier => HearsV1 ? "V1" : HearsV2 ? "V2" : "V3";

    private int Version => Sysctl.conf_all_force_igmp_version != 0 ? Sysctl.conf_all_force_igmp_version : Device.Sysctl?.force_igmp_version ?? Sysctl.conf_default_force_igmp_version;

    private bool HearsV1 => Version == 1 || Version == 0 && _now < _v1Until;

    private bool HearsV2 => Version == 2 || Version == 0 && _now < _v2Until;

    private int Robustness => _robustness != 0 ? _robustness : Sysctl.igmp_qrv;

    // unsolicited_report_interval.
    private Duration UnsolicitedInterval => Duration.FromMilliseconds(Math.Max(4, HearsV1 || HearsV2
        ? Device.Sysctl?.igmpv2_unsolicited_report_interval ?? Sysctl.conf_default_igmpv2_unsolicited_report_interval
        : Device.Sysctl?.igmpv3_unsolicited_report_interval ?? Sysctl.conf_default_igmpv3_unsolicited_report_interval));

    /// <summary>When <see cref="OnTimer"/> wants to be called.</summary>
    public Instant NextTimer
    {
        get
        {
            Instant at = Instant.Min(_queryTimer, _changeTimer);
            foreach (IpMcGroup g in _groups) at = Instant.Min(at, g.Timer);
            return at;
        }
    }

    /// <summary>This turn's time: versions that are heard depend on it.</summary>
    public void At(Instant now) => _now = now;

    public void OnTimer(Instant now)
    {
        _now = now;
        for (int i = 0; i < _groups.Count; i++)
        {
            if (_groups[i].Timer <= now) OnGroupTimer(_groups[i], now);
        }

        if (_queryTimer <= now)
        {
            _queryTimer = Instant.Never;
            SendReport(null);
        }

        if (_changeTimer > now) return;
        _changeTimer = Instant.Never;
        SendChanges();
        if (_changesLeft > 0 && --_changesLeft > 0) _changeTimer = Soon(now, UnsolicitedInterval);
    }

    /// <summary>ip_mc_up: the device can speak: it is in "all hosts", and tells of the groups that it is in already.</summary>
    public void Up(Instant now)
    {
        if (!_isDown) return;
        _isDown = false;
        _now = now;
        _robustness = Sysctl.igmp_qrv;
        foreach (IpMcGroup g in _groups)
        {
            OnJoined(g, now);
            if (g.Mode != McMode.INCLUDE) continue;
            foreach (IpMcSource s in g.Sources) s.Reports = Robustness;
        }

        Join(IgmpConstants.AllHosts, McMode.EXCLUDE, now);
    }

    /// <summary>ip_mc_down: it cannot; what was to be said is forgotten.</summary>
    public void Down(Instant now)
    {
        if (_isDown) return;
        _isDown = true;
        foreach (IpMcGroup g in _groups) Stop(g);
        _queryTimer = _changeTimer = Instant.Never;
        _changesLeft = 0;
        _left.Clear();
        Leave(IgmpConstants.AllHosts, now);
    }

    private bool IsSilent(uint group) =>
        group == IgmpConstants.AllHosts || IgmpConstants.IsLocal(group) && !Sysctl.igmp_link_local_mcast_reports;

    private void OnJoined(IpMcGroup group, Instant now)
    {
        if (_isDown || IsSilent(group.Address)) return;
        group.Unsolicited = Sysctl.igmp_qrv;
        if (HearsV1 || HearsV2)
        {
            group.Timer = Soon(now, IgmpConstants.Jiffy);
            return;
        }

        // A new INCLUDE filter has no change of mode to report: it goes from IN() to IN(A) (RFC 3376 5.1).
        if (group.Mode == McMode.EXCLUDE) group.Reports = Robustness;
        ScheduleChanges(now);
    }

    private void OnLeft(IpMcGroup group, Instant now)
    {
        if (_isDown || IsSilent(group.Address)) return;
        bool reporter = group.IsReporter;
        Stop(group);
        if (HearsV1) return;
        if (HearsV2)
        {
            if (reporter) SendMessage(IgmpType.HOST_LEAVE_MESSAGE, group.Address, IgmpConstants.AllRouters);
            return;
        }

        // igmpv3_add_delrec.
        group.Reports = Robustness;
        if (group.Mode == McMode.INCLUDE)
        {
            foreach (IpMcSource s in group.Sources) s.Reports = group.Reports;
        }
        else
        {
            group.Sources = [];
            group.Gone = [];
        }

        _left.Insert(0, group);
        ScheduleChanges(now);
    }

    // igmp_ifc_event.
    private void ScheduleChanges(Instant now)
    {
        if (_isDown || HearsV1 || HearsV2) return;
        _changesLeft = Robustness;
        _changeTimer = Soon(now, IgmpConstants.Jiffy);
    }

    private void OnGroupTimer(IpMcGroup group, Instant now)
    {
        group.Timer = Instant.Never;
        if (group.Unsolicited > 0 && --group.Unsolicited > 0) group.Timer = Soon(now, UnsolicitedInterval);
        group.IsReporter = true;
        if (HearsV1) SendMessage(IgmpType.HOST_MEMBERSHIP_REPORT, group.Address, group.Address);
        else if (HearsV2) SendMessage(IgmpType.V2_HOST_MEMBERSHIP_REPORT, group.Address, group.Address);
        else SendReport(group);
    }

    private static void Stop(IpMcGroup group)
    {
        group.Timer = Instant.Never;
        group.IsReporter = false;
        group.Unsolicited = 0;
    }

    // igmp_mod_timer: no later than it is already.
    private void Hasten(IpMcGroup group, Duration maxDelay, Instant now)
    {
        group.Unsolicited = 0;
        if (group.Timer != Instant.Never && group.Timer - now < maxDelay) return;
        group.Timer = Soon(now, maxDelay);
    }

    private Instant Soon(Instant now, Duration maxDelay) => now + IgmpConstants.Jiffy * (2 + _igmp.Draw(maxDelay));
}
