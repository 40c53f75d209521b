// /tcp: the demultiplexer of TCP (the machine is Protocols.Tcp.TcpDemux): gives each segment to its socket's actor, answers strays with RSTs, and keeps
// what remains of connections that have ended.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>TCP's demultiplexer. Besides what <see cref="DemuxActor"/> handles, it takes <see cref="TimewaitHandover"/>s.</summary>
internal sealed class TcpActor : DemuxActor
{
    private readonly ActorTimer _timer;
    private readonly TcpDemux _demux;
    private readonly Func<object, bool> _mayReuse;

    public TcpActor(NetStack stack)
        : base(stack, PortRules.TCP, "ports-tcp")
    {
        _timer = new ActorTimer(Cell, ReapTimewaits.Instance);
        _demux = new TcpDemux(stack.Net, Ports);
        _mayReuse = _demux.MayReuse;
        stack.Timewaits = () => _demux.Timewaits;
    }

    protected override Func<object, bool> MayReuse
    {
        get
        {
            _demux.BeginConnect(Now);
            return _mayReuse;
        }
    }

    protected override void OnConnected(DemuxRequest request) => request.TakenOver = _demux.TakeTakenOver();

    protected override void Rcv(SkBuff skb, Instant now)
    {
        object? taker = _demux.Rcv(skb, now, out SkBuff? reply);
        if (reply is not null) Stack.Ip.Tell(reply, Me);
        if (taker is not null) Deliver((IActorRef)taker, skb);
    }

    protected override bool OnOther(object message)
    {
        switch (message)
        {
            case TimewaitHandover m:
                _demux.Keep(m.Timewait, m.Sk);
                break;
            case ReapTimewaits:
                _demux.OnTimer(Now);
                break;
            case RunEnded:
                _timer.Disarm();
                return true;
            default:
                return false;
        }

        _timer.Arm(_demux.NextTimer.Nanoseconds);
        return true;
    }

    private sealed class ReapTimewaits
    {
        public static readonly ReapTimewaits Instance = new();
    }
}
