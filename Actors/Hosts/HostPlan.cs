// What a host is built from: written before it boots by who builds the network, read by its actors.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>A device of a host: its state outlives its actor.</summary>
internal sealed class DevicePlan(NetDeviceState state, InDevice inDevice, Func<Props> props)
{
    public readonly NetDeviceState State = state;
    public readonly InDevice InDevice = inDevice;
    public readonly Func<Props> Props = props;

    /// <summary>Its actor, once the host has booted.</summary>
    public IActorRef Actor { get; set; } = ActorRefs.Nobody;
}

/// <summary>A host before and while it runs.</summary>
internal sealed class HostPlan(string name, Net net)
{
    public readonly string Name = name;
    public readonly Net Net = net;
    public readonly Fib Fib = new(net);
    public readonly HostBooks Books = new();
    public readonly List<DevicePlan> Devices = [];

    /// <summary>Processes to start when the network is complete.</summary>
    public readonly List<ProcessSpec> Processes = [];

    [field: AllowNull]
    public NetStack Stack => field ??= new NetStack(Net, Fib, Books);

    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    public bool HasBooted { get; set; }
}
