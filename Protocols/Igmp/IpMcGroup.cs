// struct ip_mc_list and ip_sf_list (include/linux/igmp.h): a group of a device, with the filters of all sockets in it added up (sf_markstate, sf_setstate
// of net/ipv4/igmp.c).

namespace ActorNet.Protocols;

/// <summary>A source that some socket's filter names.</summary>
internal sealed class IpMcSource(uint address)
{
    /// <summary>Host order.</summary>
    public readonly uint Address = address;

    /// <summary>sf_count: how many sockets include it, and exclude it.</summary>
    public int Included, Excluded;

    /// <summary>sf_crcount: how often a change of it is still to be reported.</summary>
    public int Reports;

    /// <summary>sf_oldin: it was let in before the change under way; sf_gsresp: a query asked for it.</summary>
    public bool WasIn, IsAsked;

    public ref int Count(McMode mode) => ref mode == McMode.INCLUDE ? ref Included : ref Excluded;
}

/// <summary>A group that a device is in, or has left and still has to say so.</summary>
internal sealed class IpMcGroup(uint address, McMode mode)
{
    /// <summary>Host order.</summary>
    public readonly uint Address = address;

    public McMode Mode = mode;

    /// <summary>How many sockets (and others) are in it.</summary>
    public int Users = 1;

    /// <summary>sfcount: how many sockets have a filter of each mode.</summary>
    public int Including = mode == McMode.INCLUDE ? 1 : 0, Excluding = mode == McMode.EXCLUDE ? 1 : 0;

    public List<IpMcSource> Sources = [];

    /// <summary>tomb: sources whose end is still to be reported.</summary>
    public List<IpMcSource> Gone = [];

    /// <summary>crcount: how often the mode's change is still to be reported.</summary>
    public int Reports;

    /// <summary>When its report is due (im->timer); Never when it is not running.</summary>
    public Instant Timer = Instant.Never;

    /// <summary>unsolicit_count.</summary>
    public int Unsolicited;

    /// <summary>reporter: we were the last to report it (version 2 leaves only then).</summary>
    public bool IsReporter;

    /// <summary>gsquery: the query that runs asked for sources.</summary>
    public bool IsSourceQuery;

    public ref int Count(McMode mode) => ref mode == McMode.INCLUDE ? ref Including : ref Excluding;

    public IpMcSource? Find(uint source) => Sources.Find(s => s.Address == source);

    /// <summary>ip_check_mc_rcu: whether datagrams from a source are wanted by anyone.</summary>
    public bool LetsIn(uint source)
    {
        if (source == 0) return true; // not known yet
        for (int i = 0; i < Sources.Count; i++)
        {
            if (Sources[i].Address == source) return Sources[i].Included > 0 || Sources[i].Excluded != Excluding;
        }

        return Excluding != 0;
    }

    /// <summary>sf_markstate: notes who is in before a change.</summary>
    public void Mark()
    {
        foreach (IpMcSource s in Sources) s.WasIn = IsIn(s);
    }

    /// <summary>sf_setstate: plans reports of who came in and who went out; true if there are any.</summary>
    public bool Settle(int robustness)
    {
        bool changed = false;
        foreach (IpMcSource s in Sources)
        {
            bool isIn = IsIn(s);
            if (isIn == s.WasIn) continue;
            changed = true;
            int at = Gone.FindIndex(g => g.Address == s.Address);
            if (isIn)
            {
                if (at >= 0) Gone.RemoveAt(at);
                s.Reports = robustness;
                continue;
            }

            s.Reports = 0;
            if (at < 0)
            {
                Gone.Insert(0, new IpMcSource(s.Address) { Included = s.Included, Excluded = s.Excluded, WasIn = s.WasIn });
                at = 0;
            }

            Gone[at].Reports = robustness;
        }

        return changed;
    }

    private bool IsIn(IpMcSource s) => Excluding > 0 ? Excluding == s.Excluded && s.Included == 0 : s.Included > 0;
}
