// A network namespace as its builder knows it: `ip -n NAME address`, `ip -n NAME route`, `sysctl`, before the network boots; its counters, any time.

using System.Globalization;
using ActorNet.Devices;
using ActorNet.Devices.Tun;

namespace ActorNet.Actors;

/// <summary>A network namespace of a host: <see cref="SimHost.First"/>, or one that <see cref="SimHost.AddNamespace"/> made.</summary>
/// <remarks>Addresses, routes, devices and settings are given before the network boots. Wrong ones throw an <see cref="ArgumentException"/> with one clear line.</remarks>
public sealed class SimNetns
{
    internal SimNetns(SimHost host, Netns plan)
    {
        Host = host;
        Plan = plan;
    }

    public SimHost Host { get; }

    /// <summary>Empty for the host's first.</summary>
    public string Name => Plan.Name;

    /// <summary>Counters, settings and packets.</summary>
    public Net Net => Plan.Net;

    /// <summary>Names of its devices; lo is the first.</summary>
    public IReadOnlyList<string> Devices => Plan.Devices.ConvertAll(d => d.State.Info.Name);

    internal Netns Plan { get; }

    private string FullName => Name.Length == 0 ? $"host {Host.Name}" : $"host {Host.Name}, netns {Name}";

    /// <summary>A device's state and counters.</summary>
    public NetDeviceState Device(string name) => Find(name).State;

    /// <summary>A device's actor, once the network has booted.</summary>
    public IActorRef DeviceActor(string name) => Find(name).Actor;

    /// <inheritdoc cref="SimHost.AddDevice"/>
    public SimNetns AddDevice(string name, int mtu = 1500, NicOptions? options = null)
    {
        MustNotHaveBooted();
        if (Plan.Device(name) is not null) throw new ArgumentException($"{FullName} has a device {name} already", nameof(name));
        int ifIndex = Plan.NextIfIndex();
        NetDeviceInfo info = NetDeviceInfo.Ethernet(name, ifIndex, AddressOf(ifIndex), mtu);
        if (mtu < info.MinMtu || mtu > info.MaxMtu) throw new ArgumentException($"{FullName}, device {name}: mtu {mtu} is not between {info.MinMtu} and {info.MaxMtu}", nameof(mtu));
        NicOptions nic = options ?? NicOptions.Default;
        var port = new EtherPort(info with { Features = Offloads.Fix(nic.Features) }, Plan.Net);
        if (nic.Validate() is { } wrong) throw new ArgumentException($"{FullName}, device {name}: {wrong}", nameof(options));
        Plan.Add(port, () => Props.Create(() => new NicActor(port, nic)));
        return this;
    }

    /// <inheritdoc cref="SimHost.AddTun(string, TunDevice, int, TunWire?)"/>
    public SimNetns AddTun(string name, TunDevice tun, int mtu = 1500, TunWire? wire = null)
    {
        MustNotHaveBooted();
        if (wire?.Validate() is { } wrong) throw new ArgumentException($"{FullName}, device {name}: {wrong}", nameof(wire));
        var state = new NetDeviceState(NetDeviceInfo.Tun(name, Plan.NextIfIndex(), mtu), Plan.Net);
        if (wire is null) Plan.Add(state, () => Props.Create(() => new TunActor(state, tun)));
        else Plan.Add(state, () => Props.Create(() => new WiredTunActor(state, tun, wire)));
        return this;
    }

    /// <inheritdoc cref="SimHost.AddTun(string, TunSink, int)"/>
    public SimNetns AddTun(string name, TunSink sink, int mtu = 1500)
    {
        MustNotHaveBooted();
        var state = new NetDeviceState(NetDeviceInfo.Tun(name, Plan.NextIfIndex(), mtu), Plan.Net);
        Plan.Add(state, () => Props.Create(() => new ProgramTunActor(state, sink)));
        return this;
    }

    /// <inheritdoc cref="SimHost.AddAddress"/>
    public SimNetns AddAddress(string device, string address)
    {
        MustNotHaveBooted();
        (uint local, int length) = ParsePrefix(address, nameof(address));
        Errno e = Plan.Fib.AddAddress(InDevice(device), local, length);
        if (e == Errno.EEXIST) throw new ArgumentException($"{FullName}: {device} has the address {address} already", nameof(address));
        if (e != Errno.OK) throw new ArgumentException($"{FullName}: {address} is not an address a host can have ({e})", nameof(address));
        return this;
    }

    /// <inheritdoc cref="SimHost.AddRoute"/>
    public SimNetns AddRoute(string prefix, string? via = null, string? device = null, uint metric = 0)
    {
        MustNotHaveBooted();
        (uint net, int length) = prefix == "default" ? (0, 0) : ParsePrefix(prefix, nameof(prefix));
        uint gateway = 0;
        if (via is not null) gateway = IpAddress.TryParse(via, out IpAddress g) && g.IsV4 ? g.V4 : throw new ArgumentException($"{FullName}: '{via}' is not an IPv4 address", nameof(via));
        Errno e = Plan.Fib.AddRoute(new FibRoute
        {
            Prefix = net, PrefixLength = length, Gateway = gateway, Metric = metric, Protocol = RouteProtocol.STATIC, Device = device is null ? null : InDevice(device),
        });
        string what = $"{FullName}: route {prefix}{(via is null ? "" : " via " + via)}{(device is null ? "" : " dev " + device)}";
        return e switch
        {
            Errno.OK => this,
            Errno.ENETUNREACH => throw new ArgumentException($"{what}: the gateway is not on a link of this host", nameof(via)),
            Errno.EEXIST => throw new ArgumentException($"{what}: there is such a route already", nameof(prefix)),
            Errno.EINVAL => throw new ArgumentException($"{what}: the prefix has bits beyond its length, or the gateway is not another host", nameof(prefix)),
            _ => throw new ArgumentException($"{what}: {e}", nameof(prefix)),
        };
    }

    /// <summary>`ip route add|change|replace|delete`, also while the network runs. The errno that ip(8) would tell of; OK when it is done.</summary>
    public Errno Route(string verb, FibRoute route) => Plan.Fib.ChangeRoute(verb, route);

    /// <summary>A device as routes name it.</summary>
    public InDevice RouteDevice(string device) => InDevice(device);

    /// <summary>`tc qdisc replace dev DEV root pfifo limit N`, also while the network runs. A limit of 0 drops all that the host sends by the device, and says so to its sockets.</summary>
    /// <param name="packets">Other limits than 0 change nothing: a device's queue has its own (<see cref="NicOptions"/>).</param>
    public SimNetns SetQueueLimit(string device, int packets)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(packets);
        Plan.Fib.SetQueueLimit(InDevice(device), packets, Plan.Net);
        return this;
    }

    /// <inheritdoc cref="SimHost.Sysctl"/>
    public SimNetns Sysctl(string name, string value) =>
        SysctlNames.TrySet(Plan.Net.Sysctl, Plan.Fib, name, value, out string? error) ? this : throw new ArgumentException($"{FullName}: {error}", nameof(name));

    /// <summary>`ip link set DEV up|down`, while the network runs: done when the host gets to it.</summary>
    public SimNetns SetUp(string device, bool up = true)
    {
        DevicePlan plan = Find(device);
        plan.Actor.Tell(new NetDevice.SetAdmin(plan.State.Info.IfIndex, up), ActorRefs.NoSender);
        return this;
    }

    internal DevicePlan Find(string device) => Plan.Device(device) ?? throw new ArgumentException($"{FullName} has no device {device}", nameof(device));

    private InDevice InDevice(string device) => Plan.Fib.Device(Find(device).State.Info.IfIndex)!;

    // 02, the namespace's number, the host's, and the interface's: unique in the network, wherever a device moves.
    private MacAddress AddressOf(int ifIndex) => new(0x0200_0000_0000UL | Plan.Net.Cookie - 1 << 32 | (ulong)(uint)Host.Number << 8 | (uint)ifIndex);

    private (uint Address, int Length) ParsePrefix(string text, string parameter)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && IpAddress.TryParse(text.AsSpan(0, slash), out IpAddress a) && a.IsV4
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 32)
        {
            return (a.V4, length);
        }

        throw new ArgumentException($"{FullName}: '{text}' is not ADDRESS/LENGTH, like 10.0.0.1/24", parameter);
    }

    private void MustNotHaveBooted()
    {
        if (Host.Network.HasBooted) throw new InvalidOperationException($"host {Host.Name}: the network has booted; devices, addresses and routes are given before");
    }
}
