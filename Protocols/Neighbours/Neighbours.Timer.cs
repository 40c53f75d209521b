// What time does to neighbours: neigh_timer_handler, neigh_periodic_work and neigh_forced_gc (net/core/neighbour.c).

namespace ActorNet.Protocols;

public sealed partial class Neighbours
{
    // Deadlines that moved stay in the heap until they come up; the number keeps entries of one instant in the order of their arming.
    private readonly PriorityQueue<Neighbour, (long At, long Number)> _timers = new();
    private long _armed;
    private Duration _reachableTime;
    private Instant _drawnAt, _nextGc = Instant.Never;

    /// <summary>When <see cref="OnTimer"/> wants to be called.</summary>
    public Instant NextTimer
    {
        get
        {
            while (_timers.TryPeek(out Neighbour? n, out (long At, long Number) due) && n.Deadline.Nanoseconds != due.At) _timers.Dequeue();
            return _timers.TryPeek(out _, out (long At, long Number) first) ? Instant.Min(new Instant(first.At), _nextGc) : _nextGc;
        }
    }

    // Never less than 10 ms.
    private Duration RetransTime => Duration.FromMilliseconds(Math.Max(RetransTimeMs, 10));

    private Duration DelayProbeTime => Duration.FromSeconds(DelayFirstProbeTime);

    public void OnTimer(Instant now)
    {
        while (_timers.TryPeek(out Neighbour? n, out (long At, long Number) due) && due.At <= now.Nanoseconds)
        {
            _timers.Dequeue();
            if (n.Deadline.Nanoseconds == due.At) Expire(n, now);
        }

        if (_nextGc <= now) PeriodicGc(now);
    }

    private void Expire(Neighbour n, Instant now)
    {
        n.Deadline = Instant.Never;
        Instant next = now + RetransTime;
        switch (n.State)
        {
            case Nud.REACHABLE:
                // Exclusive, where the kernel's is inclusive: its timers come a jiffy late, ours to the nanosecond.
                if (now < n.Confirmed + ReachableTime(now))
                {
                    next = n.Confirmed + _reachableTime;
                }
                else if (now <= n.Used + DelayProbeTime)
                {
                    SetState(n, Nud.DELAY, now);
                    next = now + DelayProbeTime;
                }
                else
                {
                    SetState(n, Nud.STALE, now);
                    return;
                }

                break;
            case Nud.DELAY:
                if (now <= n.Confirmed + DelayProbeTime)
                {
                    SetState(n, Nud.REACHABLE, now);
                    next = n.Confirmed + ReachableTime(now);
                }
                else
                {
                    SetState(n, Nud.PROBE, now);
                    n.Probes = 0;
                }

                break;
            case Nud.INCOMPLETE or Nud.PROBE:
                break;
            default:
                return;
        }

        if ((n.State & (Nud.INCOMPLETE | Nud.PROBE)) != 0 && n.Probes >= MaxProbes(n))
        {
            Fail(n, now);
            return;
        }

        Arm(n, next);
        if ((n.State & (Nud.INCOMPLETE | Nud.PROBE)) != 0) Probe(n);
    }

    private int MaxProbes(Neighbour n) =>
        UcastSolicit + (n.State == Nud.PROBE ? 0 : McastSolicit);

    // neigh_invalidate: what waited is reported, packet by packet.
    private void Fail(Neighbour n, Instant now)
    {
        SetState(n, Nud.FAILED, now);
        while (SkBuffChain.Take(ref n.QueueHead, ref n.QueueTail, out SkBuff? skb)) SkBuffChain.Put(ref _failedHead, ref _failedTail, skb);
        n.QueueBytes = 0;
    }

    private void Arm(Neighbour n, Instant at)
    {
        n.Deadline = at;
        _timers.Enqueue(n, (at.Nanoseconds, _armed++));
    }

    private void SetState(Neighbour n, Nud state, Instant now)
    {
        bool was = (n.State & Nud.CONNECTED) != 0, connected = (state & Nud.CONNECTED) != 0;
        n.State = state;
        n.Updated = now;
        if (was != connected) Report(n, connected);
    }

    // neigh_rand_reach_time: 0.5 to 1.5 times the base, drawn anew every five minutes.
    private Duration ReachableTime(Instant now)
    {
        if (now > _drawnAt + Duration.FromSeconds(300)) DrawReachableTime(now);
        return _reachableTime;
    }

    private void DrawReachableTime(Instant now)
    {
        uint ms = (uint)BaseReachableTime * 1000;
        _reachableTime = Duration.FromMilliseconds(_random.Below(ms) + ms / 2);
        _drawnAt = now;
    }

    // Below gc_thresh1 nothing is collected, and then no timer runs.
    private void PeriodicGc(Instant now)
    {
        Duration stale = Duration.FromSeconds(GcStaleTime);
        for (Neighbour? n = _oldest; n is not null && _table.Count >= _net.Sysctl.neigh_gc_thresh1;)
        {
            Neighbour? next = n.Newer;
            if ((n.State & (Nud.PERMANENT | Nud.IN_TIMER)) == 0)
            {
                if (n.Used < n.Confirmed) n.Used = n.Confirmed;
                if (n.State == Nud.FAILED || now >= n.Used + stale) Remove(n);
            }

            n = next;
        }

        _nextGc = _table.Count >= _net.Sysctl.neigh_gc_thresh1 ? now + Duration.FromSeconds(BaseReachableTime) / 2 : Instant.Never;
    }

    private void ForcedGc(Instant now)
    {
        int surplus = _table.Count - _net.Sysctl.neigh_gc_thresh2;
        _lastFlush = now;
        for (Neighbour? n = _oldest; n is not null && surplus > 0;)
        {
            Neighbour? next = n.Newer;
            if ((n.State & Nud.PERMANENT) == 0 && (n.State is Nud.FAILED or Nud.NOARP || now > n.Updated + Duration.FromSeconds(5)))
            {
                Remove(n);
                surplus--;
            }

            n = next;
        }
    }
}
