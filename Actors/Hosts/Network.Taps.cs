// TAP devices in the network: the real kernel, at the end of a cable to a host, a switch or another kernel.

using ActorNet.Devices;
using ActorNet.Devices.Capture;
using ActorNet.Devices.Tun;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors;

public sealed partial class Network
{
    private readonly List<SimTap> _taps = [];

    public IReadOnlyList<SimTap> Taps => _taps;

    /// <summary>The kernel behind a TAP device, as an end for one cable. Real time only.</summary>
    /// <param name="device">Of <see cref="TunDevice.OpenTap"/>; closed when the network is destroyed.</param>
    public SimTap AddTap(string name, TunDevice device, int mtu = 1500)
    {
        int number = Claim(name);
        var made = new SimTap(name, device, new Net(name, _seed, Pool), number, mtu);
        _names.Add(name, made);
        _taps.Add(made);
        return made;
    }

    /// <summary>A cable between two kernels.</summary>
    public void Link(SimTap a, SimTap b, WireSpec ab, WireSpec? ba = null) => Plug(End(a), End(b), ab, ba ?? ab);

    /// <summary>A cable between a simulated host and a kernel.</summary>
    public void Link(SimHost a, string deviceA, SimTap b, WireSpec ab, WireSpec? ba = null, int mtu = 1500) => Plug(End(a.First, deviceA, mtu), End(b), ab, ba ?? ab);

    /// <summary>A cable between a switch and a kernel.</summary>
    public void Link(SimSwitch a, string? portA, SimTap b, WireSpec ab, WireSpec? ba = null, int mtu = 1500) => Plug(End(a, portA, mtu), End(b), ab, ba ?? ab);

    /// <summary>Records a TAP device's frames: those of the kernel as they leave for the wire, those of the wire as they arrive.</summary>
    /// <param name="snapLength">Bytes kept of each frame; 0 for all.</param>
    public PcapngFile Capture(SimTap tap, string path, int snapLength = 0)
    {
        PcapngFile file = PcapngFile.Create(path, new PcapngOptions(SnapLen: snapLength));
        _captures.Add(file);
        var record = new NetDevice.Tap(1, file);
        if (HasBooted) tap.Actor.Tell(record, ActorRefs.NoSender);
        else _cables.Add(() => tap.Actor.Tell(record, ActorRefs.NoSender));
        return file;
    }

    private static CableStub End(SimTap tap) => new(tap.Name, SimTap.PortName, tap.Port, () => tap.Port.Info.IfIndex, () => tap.Actor);
}
