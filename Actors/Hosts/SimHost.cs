// A host as its builder knows it: `ip address`, `ip route`, `sysctl` and starting programs, before the network boots; its counters, any time.

using System.Globalization;
using ActorNet.Devices;
using ActorNet.Devices.Tun;

namespace ActorNet.Actors;

/// <summary>A simulated host (or, with net.ipv4.ip_forward=1, a router).</summary>
/// <remarks>Addresses, routes, devices and settings are given before the network boots. Wrong ones throw an <see cref="ArgumentException"/> with one clear line.</remarks>
public sealed class SimHost
{
    private readonly Network _network;
    private readonly int _number;
    private int _pids;

    internal SimHost(Network network, HostPlan plan, int number)
    {
        _network = network;
        _number = number;
        Plan = plan;
        NetDeviceInfo lo = NetDeviceInfo.Loopback();
        var state = new NetDeviceState(lo, plan.Net);
        Add(state, () => Props.Create(() => new LoopbackActor(state, LoopbackActor.Delay)));
        plan.Fib.AddAddress(plan.Devices[0].InDevice, IpAddress.Loopback4.V4, 8);
    }

    public string Name => Plan.Name;

    /// <summary>Counters, settings and packets.</summary>
    public Net Net => Plan.Net;

    /// <summary>The host's part of the trace.</summary>
    public ulong TraceHash => Plan.Net.Trace.Value;

    /// <summary>The host's actor, once the network has booted.</summary>
    public IActorRef Actor => Plan.Actor;

    /// <summary>Names of its devices; lo is the first.</summary>
    public IReadOnlyList<string> Devices => Plan.Devices.ConvertAll(d => d.State.Info.Name);

    public IReadOnlyList<ProcessStatus> Processes => Plan.Books.Processes;

    /// <summary>Exceptions that its programs did not catch.</summary>
    public IReadOnlyList<ProgramFailure> Failures => Plan.Books.Failures;

    internal HostPlan Plan { get; }

    /// <summary>A device's state and counters.</summary>
    public NetDeviceState Device(string name) => Find(name).State;

    /// <summary>A device's actor, once the network has booted.</summary>
    public IActorRef DeviceActor(string name) => Find(name).Actor;

    /// <summary>An Ethernet NIC. Its address is 02:00, the host's number, and the interface's.</summary>
    /// <param name="mtu">68 to 9710 bytes.</param>
    public SimHost AddDevice(string name, int mtu = 1500, NicOptions? options = null)
    {
        MustNotHaveBooted();
        if (Plan.Devices.Exists(d => d.State.Info.Name == name)) throw new ArgumentException($"host {Name} has a device {name} already", nameof(name));
        int ifIndex = Plan.Devices.Count + 1;
        NetDeviceInfo info = NetDeviceInfo.Ethernet(name, ifIndex, new MacAddress(0x0200_0000_0000UL | (ulong)(uint)_number << 8 | (uint)ifIndex), mtu);
        if (mtu < info.MinMtu || mtu > info.MaxMtu) throw new ArgumentException($"host {Name}, device {name}: mtu {mtu} is not between {info.MinMtu} and {info.MaxMtu}", nameof(mtu));
        var port = new EtherPort(info, Plan.Net);
        NicOptions nic = options ?? NicOptions.Default;
        if (nic.Validate() is { } wrong) throw new ArgumentException($"host {Name}, device {name}: {wrong}", nameof(options));
        Add(port, () => Props.Create(() => new NicActor(port, nic)));
        return this;
    }

    /// <summary>A TUN device: what the host sends by it goes to the real kernel. Real time only.</summary>
    public SimHost AddTun(string name, TunDevice tun, int mtu = 1500)
    {
        MustNotHaveBooted();
        var state = new NetDeviceState(NetDeviceInfo.Tun(name, Plan.Devices.Count + 1, mtu), Plan.Net);
        Add(state, () => Props.Create(() => new TunActor(state, tun)));
        return this;
    }

    /// <summary>`ip address add 10.0.0.1/24 dev eth0`.</summary>
    public SimHost AddAddress(string device, string address)
    {
        MustNotHaveBooted();
        (uint local, int length) = ParsePrefix(address, nameof(address));
        Errno e = Plan.Fib.AddAddress(Find(device).InDevice, local, length);
        if (e == Errno.EEXIST) throw new ArgumentException($"host {Name}: {device} has the address {address} already", nameof(address));
        if (e != Errno.OK) throw new ArgumentException($"host {Name}: {address} is not an address a host can have ({e})", nameof(address));
        return this;
    }

    /// <summary>`ip route add PREFIX via GATEWAY dev DEVICE`.</summary>
    /// <param name="prefix">"default" or "10.1.0.0/16".</param>
    /// <param name="via">The gateway; null for a prefix that is on the link.</param>
    /// <param name="device">Null: the one that the gateway is on.</param>
    public SimHost AddRoute(string prefix, string? via = null, string? device = null, uint metric = 0)
    {
        MustNotHaveBooted();
        (uint net, int length) = prefix == "default" ? (0, 0) : ParsePrefix(prefix, nameof(prefix));
        uint gateway = 0;
        if (via is not null) gateway = IpAddress.TryParse(via, out IpAddress g) && g.IsV4 ? g.V4 : throw new ArgumentException($"host {Name}: '{via}' is not an IPv4 address", nameof(via));
        Errno e = Plan.Fib.AddRoute(new FibRoute
        {
            Prefix = net, PrefixLength = length, Gateway = gateway, Metric = metric, Protocol = RouteProtocol.STATIC, Device = device is null ? null : Find(device).InDevice,
        });
        string what = $"host {Name}: route {prefix}{(via is null ? "" : " via " + via)}{(device is null ? "" : " dev " + device)}";
        return e switch
        {
            Errno.OK => this,
            Errno.ENETUNREACH => throw new ArgumentException($"{what}: the gateway is not on a link of this host", nameof(via)),
            Errno.EEXIST => throw new ArgumentException($"{what}: there is such a route already", nameof(prefix)),
            Errno.EINVAL => throw new ArgumentException($"{what}: the prefix has bits beyond its length, or the gateway is not another host", nameof(prefix)),
            _ => throw new ArgumentException($"{what}: {e}", nameof(prefix)),
        };
    }

    /// <summary>`sysctl -w NAME=VALUE`.</summary>
    public SimHost Sysctl(string name, string value) =>
        SysctlNames.TrySet(Plan.Net.Sysctl, name, value, out string? error) ? this : throw new ArgumentException($"host {Name}: {error}", nameof(name));

    /// <summary>Starts a program as a process of its own, now or at a time of the run.</summary>
    /// <param name="noFile">RLIMIT_NOFILE.</param>
    public ProcessStatus Run(string name, Func<Os, Task> main, Instant start = default, int noFile = 1024)
    {
        int pid = ++_pids;
        var status = new ProcessStatus(pid, name);
        Plan.Books.Processes.Add(status);
        var spec = new ProcessSpec(Plan.Books, Plan.Stack, pid, name, main, start, status) { NoFile = noFile };
        if (_network.HasBooted) Plan.Actor.Tell(spec, ActorRefs.NoSender);
        else Plan.Processes.Add(spec);
        return status;
    }

    internal DevicePlan Find(string device) =>
        Plan.Devices.Find(d => d.State.Info.Name == device) ?? throw new ArgumentException($"host {Name} has no device {device}", nameof(device));

    private void Add(NetDeviceState state, Func<Props> props)
    {
        NetDeviceInfo info = state.Info;
        var inDevice = new InDevice(info.Name, info.IfIndex, info.Address, info.Mtu)
        {
            IsLoopback = (info.Flags & IFF.LOOPBACK) != 0,
            NoArp = !info.NeedsArp,
            IsPointToPoint = (info.Flags & IFF.POINTOPOINT) != 0,
            HasLinkHeader = info.HardHeaderLen > 0,
        };
        Plan.Fib.AddDevice(inDevice);
        Plan.Devices.Add(new DevicePlan(state, inDevice, props));
    }

    private (uint Address, int Length) ParsePrefix(string text, string parameter)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && IpAddress.TryParse(text.AsSpan(0, slash), out IpAddress a) && a.IsV4
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 32)
        {
            return (a.V4, length);
        }

        throw new ArgumentException($"host {Name}: '{text}' is not ADDRESS/LENGTH, like 10.0.0.1/24", parameter);
    }

    private void MustNotHaveBooted()
    {
        if (_network.HasBooted) throw new InvalidOperationException($"host {Name}: the network has booted; devices, addresses and routes are given before");
    }
}
