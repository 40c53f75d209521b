// What is learnt of a neighbour: __neigh_update and neigh_event_ns (net/core/neighbour.c).

namespace ActorNet.Protocols;

public sealed partial class Neighbours
{
    // The rules, in the kernel's order: permanent entries are the administrator's; a known address changes only with leave to override;
    // "stale" about a known, unchanged address changes nothing; whatever asserts reachability confirms.
    private void Update(Neighbour n, MacAddress hardware, Nud state, bool overrides, bool isAdmin, Instant now)
    {
        Nud old = n.State;
        if (!isAdmin && (old & (Nud.NOARP | Nud.PERMANENT)) != 0) return;
        bool known = (old & Nud.VALID) != 0, same = known && n.Hardware == hardware;
        if ((state & Nud.CONNECTED) != 0) n.Confirmed = now;
        if (known)
        {
            if (!same && !overrides) return;
            if (same && state == Nud.STALE && !isAdmin) state = old;
        }

        if (state != old || !same) n.Updated = now;
        if (!same)
        {
            n.Hardware = hardware;
            if ((state & Nud.CONNECTED) == 0) n.Confirmed = now - Duration.FromSeconds(BaseReachableTime) * 2;
        }

        if (state != old)
        {
            n.Deadline = Instant.Never;
            n.State = state;
            if (state == Nud.REACHABLE) Arm(n, now + ReachableTime(now));
        }

        bool connected = (state & Nud.CONNECTED) != 0, was = (old & Nud.CONNECTED) != 0;
        if (connected != was || connected && !same) Report(n, connected);
        if (known || (n.State & Nud.VALID) == 0) return;
        while (SkBuffChain.Take(ref n.QueueHead, ref n.QueueTail, out SkBuff? skb))
        {
            Ready(skb, n.Hardware);
            SkBuffChain.Put(ref _outHead, ref _outTail, skb);
        }

        n.QueueBytes = 0;
    }
}
