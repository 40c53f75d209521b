// A host as its builder knows it: `ip address`, `ip route`, `sysctl` and starting programs, before the network boots; its counters, any time.

using ActorNet.Devices;
using ActorNet.Devices.Tun;

namespace ActorNet.Actors;

/// <summary>A simulated host (or, with net.ipv4.ip_forward=1, a router).</summary>
/// <remarks>
/// Addresses, routes, devices and settings are given before the network boots. Wrong ones throw an <see cref="ArgumentException"/> with one clear line.
/// What is said of devices and addresses here is about its first network namespace; others are in SimHost.Namespaces.cs.
/// </remarks>
public sealed partial class SimHost
{

    internal SimHost(Network network, HostPlan plan, int number)
    {
        Network = network;
        Number = number;
        Plan = plan;
        First = new SimNetns(this, plan.Init);
        _namespaces.Add(First);
        plan.Init.AddLoopback(up: true);
    }

    public string Name => Plan.Name;

    /// <summary>Its first network namespace.</summary>
    public SimNetns First { get; }

    /// <summary>Counters, settings and packets of its first namespace.</summary>
    public Net Net => Plan.Net;

    /// <summary>The host's actor, once the network has booted.</summary>
    public IActorRef Actor => Plan.Actor;

    /// <summary>Names of its devices; lo is the first.</summary>
    public IReadOnlyList<string> Devices => First.Devices;

    public IReadOnlyList<ProcessStatus> Processes => Plan.Books.Processes;

    /// <summary>Exceptions that its programs did not catch.</summary>
    public IReadOnlyList<ProgramFailure> Failures => Plan.Books.Failures;

    /// <summary>What its processes are held to.</summary>
    [field: AllowNull]
    public HostPolicies Policies => field ??= new HostPolicies(Plan);

    /// <summary>Sockets whose actors are alive, in all namespaces.</summary>
    public int Sockets => Plan.Sockets;

    internal Network Network { get; }

    internal int Number { get; }

    internal HostPlan Plan { get; }

    /// <summary>A device's state and counters.</summary>
    public NetDeviceState Device(string name) => First.Device(name);

    /// <summary>A device's actor, once the network has booted.</summary>
    public IActorRef DeviceActor(string name) => First.DeviceActor(name);

    /// <summary>An Ethernet NIC. Its address is 02, its namespace's number from 0, the host's number, and the interface's.</summary>
    /// <param name="mtu">68 to 9710 bytes.</param>
    public SimHost AddDevice(string name, int mtu = 1500, NicOptions? options = null)
    {
        First.AddDevice(name, mtu, options);
        return this;
    }

    /// <summary>A TUN device: what the host sends by it goes to the real kernel. Real time only.</summary>
    /// <param name="wire">What packets meet between the host and the kernel; null: nothing.</param>
    public SimHost AddTun(string name, TunDevice tun, int mtu = 1500, TunWire? wire = null)
    {
        First.AddTun(name, tun, mtu, wire);
        return this;
    }

    /// <summary>A TUN device whose far end is a program of the simulation: what the host sends by it goes to the sink; tell <see cref="DeviceActor"/> what arrives.</summary>
    public SimHost AddTun(string name, TunSink sink, int mtu = 1500)
    {
        First.AddTun(name, sink, mtu);
        return this;
    }

    /// <summary>`ip address add 10.0.0.1/24 dev eth0`.</summary>
    public SimHost AddAddress(string device, string address)
    {
        First.AddAddress(device, address);
        return this;
    }

    /// <summary>`ip route add PREFIX via GATEWAY dev DEVICE`.</summary>
    /// <param name="prefix">"default" or "10.1.0.0/16".</param>
    /// <param name="via">The gateway; null for a prefix that is on the link.</param>
    /// <param name="device">Null: the one that the gateway is on.</param>
    public SimHost AddRoute(string prefix, string? via = null, string? device = null, uint metric = 0)
    {
        First.AddRoute(prefix, via, device, metric);
        return this;
    }

    /// <summary>`sysctl -w NAME=VALUE`.</summary>
    public SimHost Sysctl(string name, string value)
    {
        First.Sysctl(name, value);
        return this;
    }

    /// <summary>A regular file that the host's programs may open for reading (EROFS for writing), from now on.</summary>
    /// <param name="path">Absolute, as open(2) is given it.</param>
    public SimHost AddFile(string path, ReadOnlyMemory<byte> content)
    {
        if (!path.StartsWith('/') || path.StartsWith("/proc/", StringComparison.Ordinal)) throw new ArgumentException($"host {Name}: '{path}' is no absolute path outside /proc", nameof(path));
        (Plan.RegularFiles ??= new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal))[path] = content;
        return this;
    }

    /// <summary>`rm -f PATH`. Who has it open keeps it.</summary>
    public SimHost RemoveFile(string path)
    {
        Plan.RegularFiles?.Remove(path);
        return this;
    }

    /// <summary>Tells an observer of every system call from now on.</summary>
    public SimHost Observe(ISyscallObserver observer)
    {
        Plan.Books.Observers = [.. Plan.Books.Observers ?? [], observer];
        return this;
    }

    /// <summary>Starts a program as a process of its own, now or at a time of the run.</summary>
    /// <param name="noFile">RLIMIT_NOFILE.</param>
    /// <param name="netns">The namespace that it starts in (`ip netns exec`); null for the host's first.</param>
    /// <param name="credentials">Whose it is, and what it may do; null for root with everything.</param>
    public ProcessStatus Run(string name, Func<Os, Task> main, Instant start = default, int noFile = 1024, string? netns = null, Credentials? credentials = null)
    {
        NetStack stack = netns is null ? Plan.Stack : Namespace(netns).Plan.Stack;
        ProcessStatus status = Plan.Books.NewProcess(name);
        var spec = new ProcessSpec(Plan.Books, stack, status.Pid, name, main, start, status) { NoFile = noFile, Credentials = credentials ?? Credentials.Root };
        if (Network.HasBooted) Plan.Actor.Tell(spec, ActorRefs.NoSender);
        else Plan.Processes.Add(spec);
        return status;
    }
}
