// An Ethernet switch of the network, as its builder knows it.

using ActorNet.Devices;
using ActorNet.Devices.Switching;

namespace ActorNet.Actors;

/// <summary>A learning switch: a host of its own, without a stack.</summary>
public sealed class SimSwitch
{
    private readonly List<EtherPort> _ports = [];
    private readonly int _number;

    internal SimSwitch(string name, Net net, Switch.Options options, int number)
    {
        Name = name;
        Net = net;
        Options = options;
        _number = number;
    }

    public string Name { get; }

    public Net Net { get; }

    public Switch.Options Options { get; }

    public Switch.Counters Counters { get; } = new();

    /// <summary>Its ports, in the order in which they were linked.</summary>
    public IReadOnlyList<EtherPort> Ports => _ports;

    public IActorRef Actor { get; internal set; } = ActorRefs.Nobody;

    /// <summary>A new port; null names it p1, p2…</summary>
    internal EtherPort AddPort(string? name, int mtu)
    {
        int index = _ports.Count + 1;
        name ??= string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p{index}");
        if (_ports.Exists(p => p.Info.Name == name)) throw new ArgumentException($"switch {Name} has a port {name} already", nameof(name));
        var port = new EtherPort(NetDeviceInfo.Ethernet(name, index, new MacAddress(0x0200_0000_0000UL | (ulong)(uint)_number << 16 | (uint)index), mtu) with { Features = NetIfFeature.ALL }, Net);
        _ports.Add(port);
        return port;
    }

    internal void Boot(ActorSystem system)
    {
        (Net net, List<EtherPort> ports, Switch.Options options, Switch.Counters counters) = (Net, _ports, Options, Counters);
        Actor = system.ActorOf(Props.Create(() => new SwitchActor(net, ports, options, counters)).AsHost(), Name);
    }
}
