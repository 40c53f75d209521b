// What programs change of devices by ioctl(2) goes by way of IP (on Linux both happen under rtnl_lock): a device tells IP how it is now before it answers, so
// that what the program does next finds the routes as they are after the change.

namespace ActorNet.Actors;

/// <summary>To IP: a setting for one of its devices, whose answer is the call's.</summary>
/// <param name="Change">NetDevice.SetAdmin, SetMtu or SetAddress.</param>
internal sealed record DeviceChange(Syscall.Ioctl Call, IActorRef Device, object Change);

/// <summary>The calls that wait for a device. One answers in the order in which it was asked.</summary>
internal sealed class DeviceChanges
{
    private readonly List<(IActorRef Device, Syscall.Ioctl Call)> _open = [];

    public void Begin(DeviceChange m, IActorRef ip)
    {
        _open.Add((m.Device, m.Call));
        m.Device.Tell(m.Change, ip);
    }

    public void Settled(IActorRef device, SysResult result, IActorRef ip)
    {
        int i = _open.FindIndex(o => o.Device.Equals(device));
        if (i < 0) return;
        Syscall.Ioctl call = _open[i].Call;
        _open.RemoveAt(i);
        call.Answer(result);
        call.Process!.Ref.Tell(call, ip);
    }
}
