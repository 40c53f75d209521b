// An Ethernet NIC and its driver: transmit through the qdisc onto the wire; receive into a ring, interrupt (moderated), poll with a budget,
// push up in batches (net/core/dev.c: net_rx_action, napi_poll, netif_receive_skb_list; Documentation/networking/napi.rst).
//
// Without moderation a frame is handled in the turn in which it arrives: interrupt, poll and push are one event. With it, frames wait in
// the ring for the interrupt, and the poll pushes runs of one EtherType as one message each.

namespace ActorNet.Devices;

/// <summary>A NIC. Frames come from the wire and from above as messages; see <see cref="NetDevice"/>.</summary>
public sealed partial class NicActor : NetDeviceActor
{
    private readonly EtherPort _port;
    private readonly NicOptions _options;
    private readonly ActorTimer _interrupt;
    private RxRing _ring;
    private bool _polling;
    private long _interruptAt = long.MaxValue;

    public NicActor(EtherPort port, NicOptions options)
        : base(port)
    {
        _port = port;
        _options = options;
        _ring = new RxRing(options.RxRing);
        _interrupt = new ActorTimer(Cell, NetDevice.Interrupt.Instance);
    }

    protected override void Xmit(SkBuff chain, Instant now) => _port.Xmit(chain, now, Cell);

    protected override void Rcv(SkBuff chain, Instant now)
    {
        bool moderated = _options.RxUsecs.Nanoseconds > 0;
        if (chain.Next is null && !moderated && _ring.Count == 0 && _port.Net.Cpu is null)
        {
            if (!_port.Arrives(chain, now)) return;
            _port.Stats.interrupts++;
            _port.Stats.polls++;
            _port.Deliver(chain, now)?.Tell(chain, Me);
            return;
        }

        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (_port.Arrives(skb, now)) ToRing(skb, now);
            skb = next;
        }

        if (_polling || _ring.Count == 0) return; // the poll under way will find them: interrupts are masked until it is done
        if (!moderated || (_options.RxFrames > 0 && _ring.Count >= _options.RxFrames)) Interrupt(now);
        else if (_interruptAt == long.MaxValue) _interrupt.Arm(_interruptAt = now.Nanoseconds + _options.RxUsecs.Nanoseconds);
    }

    protected override bool OnControl(object message)
    {
        NetDeviceInfo before = _port.Info;
        switch (message)
        {
            case NetDevice.Interrupt:
                if (Cell.NowNanos() >= _interruptAt) Interrupt(Now); // one that was called off may still come by
                return true;
            case NetDevice.PollAgain:
                if (_port.Net.Cpu is { } cpu) GoOn(cpu, Now);
                else Poll(Now);
                return true;
            case NetDevice.Connect m:
                _port.Connect(m, Now);
                break;
            case NetDevice.ChangeWire m:
                Answer(_port.Link?.Change(m.Spec) ?? Errno.ENODEV);
                return true;
            case NetDevice.SetAdmin m:
                _port.SetAdmin(m.Up, Now, Cell);
                break;
            case NetDevice.SetCarrier m:
                _port.SetCarrier(m.Up, Now);
                break;
            case NetDevice.PeerAdmin m:
                _port.SetPeerAdmin(m.Up, m.At, Now);
                break;
            default:
                return base.OnControl(message);
        }

        if (!_port.IsRunning) Purge(Now);
        Announce(before);
        Answer(Errno.OK);
        return true;
    }

    protected override NetDevice.Link Describe(Instant now) =>
        new(_port.Info, _port.Stats.Clone(), _port.Link?.Backlog(now) ?? 0, _port.Link?.BacklogBytes(now) ?? 0);

    protected override void PostStop() => Purge(Now);

    private void ToRing(SkBuff skb, Instant now)
    {
        if (_ring.IsFull)
        {
            _port.Stats.rx_missed_errors++;
            _port.Drop(skb, now, DropReason.FULL_RING);
            return;
        }

        _ring.Add(skb);
    }

    private void Interrupt(Instant now)
    {
        CallOff();
        _port.Stats.interrupts++;
        if (_port.Net.Cpu is { } cpu) Schedule(cpu, now);
        else Poll(now);
    }

    // net_rx_action: polls until the ring is empty or the budget is used; the rest of the host gets its turn before the next round.
    private void Poll(Instant now)
    {
        _polling = false;
        int budget = Math.Max(1, _port.Net.Sysctl.netdev_budget);
        while (_ring.Count > 0)
        {
            if (budget <= 0)
            {
                _port.Stats.time_squeeze++;
                _polling = true;
                Me.Tell(NetDevice.PollAgain.Instance, Me);
                return;
            }

            budget -= PollOnce(now);
        }
    }

    private int PollOnce(Instant now)
    {
        _port.Stats.polls++;
        SkBuff? head = null, tail = null;
        IActorRef? taker = null;
        int taken = 0;
        while (taken < _options.Weight && _ring.TryTake(out SkBuff? skb))
        {
            taken++;
            IActorRef? upper = _port.Deliver(skb, now);
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

    private void CallOff()
    {
        _interruptAt = long.MaxValue;
        _interrupt.Disarm();
    }

    private void Purge(Instant now)
    {
        CallOff();
        PurgeHand(now);
        while (_ring.TryTake(out SkBuff? skb)) _port.Drop(skb, now, DropReason.LINK_DOWN);
    }
}
