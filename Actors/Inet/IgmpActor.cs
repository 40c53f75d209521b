// /igmp: group membership of a namespace (net/ipv4/igmp.c; the machine is Protocols.Igmp). Sockets' changes come by way of their demultiplexer, which
// has their filters by then; messages of others come from IP.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>IGMP. Handles packets (a chain, data at the IGMP header), <see cref="DemuxRequest"/>s of kind Groups, devices that come, change and go, its timer
/// and <see cref="RunEnded"/>.</summary>
internal sealed class IgmpActor : UntypedActor
{
    private readonly IActorContext _context;
    private readonly IActorRef _self;
    private readonly NetStack _stack;
    private readonly Igmp _igmp;
    private readonly ActorTimer _timer;

    public IgmpActor(Netns ns)
    {
        _context = Context;
        _self = Self;
        _stack = ns.Stack;
        _igmp = _stack.IgmpMachine;
        _timer = new ActorTimer(_context, IgmpTimer.Instance);
        var now = new Instant(_context.NowNanos());
        foreach (InDevice d in _stack.Fib.Devices) _igmp.SetUp(d, d.IsUp, now);
        Pump();
    }

    protected override void OnReceive(object message)
    {
        var now = new Instant(_context.NowNanos());
        switch (message)
        {
            case SkBuff chain:
                for (SkBuff? skb = chain, next; skb is not null; skb = next)
                {
                    next = skb.Next;
                    skb.Next = null;
                    _igmp.Rcv(skb, now);
                }

                break;
            case DemuxRequest { Changes: { } changes } m:
                foreach (McChange c in changes) _igmp.Apply(c, now);
                if (m.Call is { } call) call.Process!.Ref.Tell(call, _self);
                break;
            case IgmpTimer: _igmp.OnTimer(now); break;
            case NetDevice.Changed m:
                // By way of IP, which may have let it go since.
                if (_stack.Fib.Device(m.Info.IfIndex) is { } device) _igmp.SetUp(device, m.Info.IsUp, now);
                break;
            case NetDevice.Unregistered m: _igmp.Remove(m.IfIndex); break;
            case RunEnded:
                _timer.Disarm();
                _igmp.Destroy();
                return;
            default: Unhandled(message); return;
        }

        Pump();
    }

    private void Pump()
    {
        while (_igmp.TryXmit(out SkBuff? skb)) _stack.Ip.Tell(skb, _self);
        _timer.Arm(_igmp.NextTimer.Nanoseconds);
    }

    private sealed class IgmpTimer
    {
        public static readonly IgmpTimer Instance = new();
    }
}
