// /tcp: the demultiplexer of TCP (the machine is Protocols.Tcp.TcpDemux): gives each segment to its socket's actor, answers strays with RSTs, and keeps
// what remains of connections that have ended.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>TCP's demultiplexer. Besides what <see cref="DemuxActor"/> handles, it takes <see cref="TimewaitHandover"/>s.</summary>
internal sealed class TcpActor : DemuxActor
{
    private ActorTimer? _timer;
    private TcpDemux? _demux;
    private Func<object, bool>? _mayReuse;

    public TcpActor(NetStack stack)
        : base(stack, PortRules.TCP, "ports-tcp") => stack.TcpDemux = this;

    /// <summary>What is kept in TIME_WAIT, in no order.</summary>
    public IEnumerable<TcpTimewait> Timewaits => _demux?.Timewaits ?? [];

    // Made with the first segment or socket: an idle host has no tables.
    private TcpDemux Demux => _demux ??= new TcpDemux(Stack.Net, Ports);

    protected override Func<object, bool> MayReuse
    {
        get
        {
            Demux.BeginConnect(Now);
            return _mayReuse ??= Demux.MayReuse;
        }
    }

    protected override void OnConnected(DemuxRequest request) => request.TakenOver = Demux.TakeTakenOver();

    protected override void Rcv(SkBuff skb, Instant now)
    {
        object? taker = Demux.Rcv(skb, now, out SkBuff? reply);
        if (reply is not null) Stack.Ip.Tell(reply, Me);
        if (taker is not null) Deliver((IActorRef)taker, skb);
    }

    protected override bool OnOther(object message)
    {
        switch (message)
        {
            case TimewaitHandover m:
                Demux.Keep(m.Timewait, m.Sk);
                break;
            case ReapTimewaits:
                Demux.OnTimer(Now);
                break;
            case RunEnded:
                _timer?.Disarm();
                return true;
            default:
                return false;
        }

        LazyTimer.Arm(ref _timer, Cell, ReapTimewaits.Instance, Demux.NextTimer);
        return true;
    }

    private sealed class ReapTimewaits
    {
        public static readonly ReapTimewaits Instance = new();
    }
}
