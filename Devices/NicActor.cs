// An Ethernet NIC and its driver: transmit through the qdisc onto the wire; receive into a ring, interrupt (moderated), poll with a budget,
// push up in batches (net/core/dev.c: net_rx_action, napi_poll, netif_receive_skb_list; Documentation/networking/napi.rst).
//
// Without moderation a frame is handled in the turn in which it arrives: interrupt, poll and push are one event. With it, frames wait in
// the ring for the interrupt, and the poll pushes runs of one EtherType as one message each.

namespace ActorNet.Devices;

/// <summary>A NIC. Frames come from the wire and from above as messages; see <see cref="NetDevice"/>.</summary>
public sealed partial class NicActor : EtherActor
{
    private readonly NicOptions _options;
    private ActorTimer? _interrupt;
    private RxRing _ring;
    private bool _polling;
    private long _interruptAt = long.MaxValue;

    public NicActor(EtherPort port, NicOptions options)
        : base(port)
    {
        _options = options;
        _ring = new RxRing(options.RxRing);
    }

    protected override void Xmit(SkBuff chain, Instant now) => Port.Xmit(chain, now, Cell);

    protected override void Rcv(SkBuff chain, Instant now)
    {
        if (chain.GsoSize != 0 || chain.IpSummed == SkbChecksum.PARTIAL) chain = Port.AsFrames(chain);
        bool moderated = _options.RxUsecs.Nanoseconds > 0;
        if (chain.Next is null && !moderated && _ring.Count == 0 && Port.Net.Cpu is null)
        {
            if (!Port.Arrives(chain, now)) return;
            Port.Stats.interrupts++;
            Port.Stats.polls++;
            Port.Deliver(chain, now)?.Tell(chain, Me);
            return;
        }

        for (SkBuff? skb = chain; skb is not null;)
        {
            if (skb.GsoSize != 0 || skb.IpSummed == SkbChecksum.PARTIAL) skb = Port.AsFrames(skb);
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (Port.Arrives(skb, now)) ToRing(skb, now);
            skb = next;
        }

        if (_polling || _ring.Count == 0) return; // the poll under way will find them: interrupts are masked until it is done
        if (!moderated || (_options.RxFrames > 0 && _ring.Count >= _options.RxFrames)) Interrupt(now);
        else if (_interruptAt == long.MaxValue) (_interrupt ??= new ActorTimer(Cell, NetDevice.Interrupt.Instance)).Arm(_interruptAt = now.Nanoseconds + _options.RxUsecs.Nanoseconds);
    }

    protected override bool OnControl(object message)
    {
        switch (message)
        {
            case NetDevice.Interrupt:
                if (Cell.NowNanos() >= _interruptAt) Interrupt(Now); // one that was called off may still come by
                return true;
            case NetDevice.PollAgain:
                if (Port.Net.Cpu is { } cpu) GoOn(cpu, Now);
                else Poll(Now);
                return true;
            default:
                return base.OnControl(message);
        }
    }

    protected override void OnStopped(Instant now) => Purge(now);

    protected override void PostStop() => Purge(Now);

    private void ToRing(SkBuff skb, Instant now)
    {
        if (_ring.IsFull)
        {
            Port.Stats.rx_missed_errors++;
            Port.Drop(skb, now, DropReason.FULL_RING);
            return;
        }

        _ring.Add(skb);
    }

    private void Interrupt(Instant now)
    {
        CallOff();
        Port.Stats.interrupts++;
        if (Port.Net.Cpu is { } cpu) Schedule(cpu, now);
        else Poll(now);
    }

    // net_rx_action: polls until the ring is empty or the budget is used; the rest of the host gets its turn before the next round.
    private void Poll(Instant now)
    {
        _polling = false;
        int budget = Math.Max(1, Port.Net.Sysctl.netdev_budget);
        while (_ring.Count > 0)
        {
            if (budget <= 0)
            {
                Port.Stats.time_squeeze++;
                _polling = true;
                Me.Tell(NetDevice.PollAgain.Instance, Me);
                return;
            }

            budget -= PollOnce(now);
        }
    }

    private int PollOnce(Instant now)
    {
        Port.Stats.polls++;
        if ((Port.Info.Features & NetIfFeature.GRO) != 0 && !Port.IsTapped) return PollMerging(now);
        SkBuff? head = null, tail = null;
        IActorRef? taker = null;
        int taken = 0;
        while (taken < _options.Weight && _ring.TryTake(out SkBuff? skb))
        {
            taken++;
            IActorRef? upper = Port.Deliver(skb, now);
            if (upper is null) continue;
            if (head is not null && skb.Protocol == head.Protocol)
            {
                tail!.Next = skb;
                tail = skb;
                continue;
            }

            if (head is not null) taker!.Tell(head, Me);
            head = tail = skb;
            taker = upper;
        }

        if (head is not null) taker!.Tell(head, Me);
        return taken;
    }

    // The same, with what can be merged merged (napi_gro_receive, and gro_flush at the poll's end).
    private int PollMerging(Instant now)
    {
        SkBuff? head = null, tail = null, held = null;
        IActorRef? taker = null, heldFor = null;
        int taken = 0;
        while (taken < _options.Weight && _ring.TryTake(out SkBuff? skb))
        {
            taken++;
            IActorRef? upper = Port.Deliver(skb, now);
            if (upper is null || (held is not null && upper == heldFor && Gro.TryMerge(ref held, skb))) continue;
            Release();
            held = skb;
            heldFor = upper;
        }

        Release();
        if (head is not null) taker!.Tell(head, Me);
        return taken;

        void Release()
        {
            if (held is null) return;
            if (head is not null && held.Protocol == head.Protocol)
            {
                tail!.Next = held;
            }
            else
            {
                if (head is not null) taker!.Tell(head, Me);
                head = held;
                taker = heldFor;
            }

            tail = held;
            held = null;
        }
    }

    private void CallOff()
    {
        _interruptAt = long.MaxValue;
        _interrupt?.Disarm();
    }

    private void Purge(Instant now)
    {
        CallOff();
        PurgeHand(now);
        while (_ring.TryTake(out SkBuff? skb)) Port.Drop(skb, now, DropReason.LINK_DOWN);
    }
}
