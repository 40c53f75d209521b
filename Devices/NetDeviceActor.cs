// What all devices have in common: attaching, settings, notifications, captures (net/core/dev.c, net/core/rtnetlink.c).

namespace ActorNet.Devices;

/// <summary>A network device. Speaks <see cref="NetDevice"/>.</summary>
public abstract class NetDeviceActor : UntypedActor
{
    private readonly NetDeviceState _dev;

    protected NetDeviceActor(NetDeviceState dev)
    {
        _dev = dev;
        Cell = Context;
        Me = Self;
    }

    /// <summary>The context, looked up once: a frame should not look it up.</summary>
    protected IActorContext Cell { get; }

    protected IActorRef Me { get; }

    protected Instant Now => new(Cell.NowNanos());

    protected sealed override void OnReceive(object message)
    {
        if (message is SkBuff skb)
        {
            if (skb.PacketType == PacketType.OUTGOING) Xmit(skb, Now);
            else Rcv(skb, Now);
        }
        else if (!OnControl(message))
        {
            Unhandled(message);
        }
    }

    /// <summary>Frames (a chain) that the layer above wants sent.</summary>
    protected abstract void Xmit(SkBuff chain, Instant now);

    /// <summary>Frames (a chain) that arrive.</summary>
    protected abstract void Rcv(SkBuff chain, Instant now);

    /// <summary>Anything but frames. Devices answer what is their own first.</summary>
    protected virtual bool OnControl(object message)
    {
        switch (message)
        {
            case NetDevice.Attach m:
                _dev.Attach(m.EtherType, m.Upper);
                m.Upper.Tell(new NetDevice.Changed(_dev.Info), Me);
                return true;
            case NetDevice.SetMtu m:
                Answer(Change(m.Mtu < _dev.Info.MinMtu || m.Mtu > _dev.Info.MaxMtu ? null : _dev.Info with { Mtu = m.Mtu }, Errno.EINVAL));
                return true;
            case NetDevice.SetAddress m:
                Answer(Change(m.Address.IsGroup || _dev.Info.Type != ARPHRD.ETHER ? null : _dev.Info with { Address = m.Address }, Errno.EADDRNOTAVAIL));
                return true;
            case NetDevice.SetFeatures m:
                Answer(Change(_dev.Info.Type == ARPHRD.ETHER ? _dev.Info with { Features = Offloads.Fix(m.Features) } : null, Errno.EOPNOTSUPP));
                return true;
            case NetDevice.SetPromiscuity m:
                _dev.Promiscuity = Math.Max(0, _dev.Promiscuity + m.Delta);
                IFF flags = _dev.Promiscuity > 0 ? _dev.Info.Flags | IFF.PROMISC : _dev.Info.Flags & ~IFF.PROMISC;
                Answer(Change(_dev.Info with { Flags = flags }, Errno.OK));
                return true;
            case NetDevice.SetAdmin m:
                Answer(Change(_dev.Info.WithState(m.Up, _dev.Info.HasCarrier), Errno.OK));
                return true;
            case NetDevice.ChangeNetns m:
                OnControl(new NetDevice.SetAdmin(m.IfIndex, Up: false));
                _dev.ToEachUpper(new NetDevice.Unregistered(_dev.Info.IfIndex), Me);
                _dev.MoveTo(m.Net, m.NewIfIndex);
                return true;
            case NetDevice.Tap m:
                _dev.Tap(m.File);
                Answer(Errno.OK);
                return true;
            case NetDevice.GetLink:
                Sender.Tell(Describe(Now), Me);
                return true;
            default:
                return false;
        }
    }

    protected virtual NetDevice.Link Describe(Instant now) => new(_dev.Info, _dev.Stats.Clone(), 0, 0);

    /// <summary>Tells those above how the device is now, if it is not as they know it.</summary>
    protected void Announce(NetDeviceInfo before)
    {
        if (before != _dev.Info) _dev.ToEachUpper(new NetDevice.Changed(_dev.Info), Me);
    }

    protected void Answer(SysResult result)
    {
        if (!Sender.IsNobody()) Sender.Tell(result, Me);
    }

    private Errno Change(NetDeviceInfo? info, Errno refusal)
    {
        if (info is null) return refusal;
        NetDeviceInfo before = _dev.Info;
        _dev.Info = info;
        Announce(before);
        return Errno.OK;
    }
}
