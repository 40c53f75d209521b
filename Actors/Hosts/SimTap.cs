// A TAP device of the real kernel as an end of the network's cables, as its builder knows it.

using ActorNet.Devices;
using ActorNet.Devices.Tun;

namespace ActorNet.Actors;

/// <summary>The real kernel at the end of a cable: a host of its own, without a stack. Real time only.</summary>
public sealed class SimTap
{
    /// <summary>The one port, which carries the cable; the wire's random streams are named after it and the tap.</summary>
    public const string PortName = "wire";

    private readonly TunDevice _device;
    private volatile bool _gone;

    internal SimTap(string name, TunDevice device, Net net, int number, int mtu)
    {
        Name = name;
        Net = net;
        _device = device;
        Port = new EtherPort(NetDeviceInfo.Ethernet(PortName, 1, new MacAddress(0x0200_0000_0000UL | (ulong)(uint)number << 16 | 1), mtu), net);
    }

    public string Name { get; }

    public Net Net { get; }

    /// <summary>Its state and counters, as the wire sees them: tx is what the kernel sends, rx what it receives.</summary>
    public EtherPort Port { get; }

    public IActorRef Actor { get; private set; } = ActorRefs.Nobody;

    /// <summary>Whether the kernel has taken the device away (`ip link del`, or its namespace's end).</summary>
    public bool IsGone => _gone;

    internal void Boot(ActorSystem system)
    {
        Action gone = () => _gone = true;
        (EtherPort port, TunDevice device) = (Port, _device);
        Actor = system.ActorOf(Props.Create(() => new TapActor(port, device, gone)).AsHost(), Name);
    }
}
