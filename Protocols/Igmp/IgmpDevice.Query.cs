// What others say: igmp_heard_query, igmp_heard_report, igmp_marksources, igmp_xmarksources (net/ipv4/igmp.c).

namespace ActorNet.Protocols;

internal sealed partial class IgmpDevice
{
    /// <summary>A query came.</summary>
    /// <param name="bytes">The message, its checksum verified.</param>
    public void HearQuery(IgmpMessage query, ReadOnlySpan<byte> bytes, Instant now)
    {
        _now = now;
        uint group = query.Group;
        Duration maxDelay;
        bool mark = false;
        IgmpQuery v3 = default;
        if (bytes.Length == IgmpMessage.Length)
        {
            // Its length tells the querier's version; one of version 1 gives no time.
            Duration trusted = _queryInterval * Robustness + _responseInterval;
            if (query.Code == 0)
            {
                maxDelay = IgmpConstants.QueryResponseInterval;
                _v1Until = now + trusted;
                group = 0;
            }
            else
            {
                maxDelay = Tenths(query.Code);
                _v2Until = now + trusted;
            }

            _changesLeft = 0;
            _changeTimer = Instant.Never;
            _left.Clear();
            foreach (IpMcGroup g in _groups) g.Gone.Clear();
        }
        else if (!IgmpQuery.TryParse(bytes, out v3))
        {
            return;
        }
        else if (HearsV1)
        {
            maxDelay = IgmpConstants.QueryResponseInterval;
            group = 0;
        }
        else
        {
            maxDelay = Tenths(v3.MaxResponse);
            if (maxDelay == Duration.Zero) maxDelay = IgmpConstants.Jiffy;
            if (!HearsV2)
            {
                Learn(v3, maxDelay);
                if (group == 0)
                {
                    if (v3.SourceCount == 0) AnswerAll(now);
                    return;
                }

                mark = v3.SourceCount != 0;
            }
        }

        foreach (IpMcGroup g in _groups)
        {
            if (group != 0 && g.Address != group || IsSilent(g.Address)) continue;
            g.IsSourceQuery = g.Timer != Instant.Never ? g.IsSourceQuery && mark : mark;
            if (!g.IsSourceQuery || MarkSources(g, v3)) Hasten(g, maxDelay, now);
        }
    }

    /// <summary>Another host of the link reported a group (version 1 or 2): one report is enough.</summary>
    public void HearReport(uint group)
    {
        if (!IsSilent(group) && Find(group) is { } g) Stop(g);
    }

    private void Learn(IgmpQuery q, Duration maxDelay)
    {
        _maxDelay = maxDelay;
        _robustness = q.Robustness != 0 ? q.Robustness : Sysctl.igmp_qrv;
        _queryInterval = q.QueryInterval != 0 ? Duration.FromSeconds(q.QueryInterval) : IgmpConstants.QueryInterval;
        // The response interval must be less than the query interval (RFC 3376 8.3).
        if (_responseInterval >= _queryInterval) _responseInterval = _queryInterval - Duration.FromSeconds(1);
    }

    // igmp_gq_start_timer: one that is due earlier stays.
    private void AnswerAll(Instant now) => _queryTimer = Instant.Min(_queryTimer, Soon(now, _maxDelay));

    private static bool MarkSources(IpMcGroup group, IgmpQuery query)
    {
        int found = 0;
        foreach (IpMcSource s in group.Sources)
        {
            if (group.Mode == McMode.EXCLUDE && (s.Included > 0 || s.Excluded != group.Excluding)) continue; // not excluded by all
            for (int i = 0; i < query.SourceCount; i++)
            {
                if (query.Source(i) != s.Address) continue;
                if (group.Mode == McMode.INCLUDE) s.IsAsked = true;
                found++;
                break;
            }
        }

        if (group.Mode == McMode.EXCLUDE)
        {
            // All that are asked for are excluded: there is nothing to say.
            group.IsSourceQuery = false;
            return found != query.SourceCount;
        }

        group.IsSourceQuery = found > 0;
        return found > 0;
    }

    private static Duration Tenths(int tenths) => Duration.FromMilliseconds(100L * tenths);
}
