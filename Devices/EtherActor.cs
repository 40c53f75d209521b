// What devices with a socket for a cable have in common: the cable, its carrier and its other end's state (dev_change_carrier, linkwatch_run_queue).

namespace ActorNet.Devices;

/// <summary>A device with one Ethernet port.</summary>
public abstract class EtherActor(EtherPort port) : NetDeviceActor(port)
{
    protected EtherPort Port { get; } = port;

    protected override bool OnControl(object message)
    {
        NetDeviceInfo before = Port.Info;
        switch (message)
        {
            case NetDevice.Connect m:
                Port.Connect(m, Now);
                break;
            case NetDevice.ChangeWire m:
                Answer(Port.Link?.Change(m.Spec) ?? Errno.ENODEV);
                return true;
            case NetDevice.SetAdmin m:
                Port.SetAdmin(m.Up, Now, Cell);
                break;
            case NetDevice.SetCarrier m:
                Port.SetCarrier(m.Up, Now);
                break;
            case NetDevice.PeerAdmin m:
                Port.SetPeerAdmin(m.Up, m.At, Now);
                break;
            default:
                return base.OnControl(message);
        }

        if (!Port.IsRunning) OnStopped(Now);
        Announce(before);
        Answer(Errno.OK);
        return true;
    }

    /// <summary>It does not run now: what waits in it goes.</summary>
    protected virtual void OnStopped(Instant now)
    {
    }

    protected override NetDevice.Link Describe(Instant now) =>
        new(Port.Info, Port.Stats.Clone(), Port.Link?.Backlog(now) ?? 0, Port.Link?.BacklogBytes(now) ?? 0);
}
