// A host's network namespaces: `ip netns add`, `ip link set DEV netns NAME`, `ip link add … type veth`.

using ActorNet.Devices;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors;

public sealed partial class SimHost
{
    private readonly List<SimNetns> _namespaces = [];

    /// <summary>The namespaces that were given names, the first one first. Those that programs make with unshare(2) are not among them.</summary>
    public IReadOnlyList<SimNetns> Namespaces => _namespaces;

    /// <summary>The host's part of the trace: of its first namespace, or of all of them in the order of their names.</summary>
    public ulong TraceHash => Plan.Namespaces.Count == 1
        ? Plan.Net.Trace.Value
        : Protocols.TraceHash.Combine(Plan.Namespaces.Select(n => KeyValuePair.Create(n.Name, n.Net.Trace.Value)));

    /// <summary>`ip netns add NAME`, with lo set up. Its name is that of an actor: letters, digits, '-', '_', '.'.</summary>
    public SimNetns AddNamespace(string name)
    {
        if (Network.HasBooted) throw new InvalidOperationException($"host {Name}: the network has booted; namespaces are added before");
        if (!Network.IsName(name)) throw new ArgumentException($"host {Name}: '{name}' is not a name for a netns: letters, digits, '-', '_' and '.'", nameof(name));
        if (Plan.Namespace(name) is not null) throw new ArgumentException($"host {Name} has a netns {name} already", nameof(name));
        var made = new SimNetns(this, Plan.NewNamespace(name, loopbackUp: true));
        _namespaces.Add(made);
        return made;
    }

    /// <summary>The namespace of a name; "" is the first.</summary>
    public SimNetns Namespace(string name) => _namespaces.Find(n => n.Name == name) ?? throw new ArgumentException($"host {Name} has no netns {name}", nameof(name));

    /// <summary>The namespace that a process is in (/proc/PID/ns/net), also one that it made itself.</summary>
    public SimNetns NamespaceOf(ProcessStatus process)
    {
        Netns plan = process.Netns ?? Plan.Init;
        return _namespaces.Find(n => n.Plan == plan) ?? new SimNetns(this, plan);
    }

    /// <summary>
    /// `ip link set DEV netns NAME`: the device loses its addresses and routes, and keeps its MAC. While the network runs it goes down too, as on Linux, and the
    /// move is made when the host gets to it; before, it is left up.
    /// </summary>
    /// <returns>EINVAL: lo stays where it is; EEXIST: the name is taken there; ENODEV: there is no such device.</returns>
    public Errno MoveDevice(string device, SimNetns to, SimNetns? from = null)
    {
        Netns source = (from ?? First).Plan;
        Errno e = source.MayMove(device, to.Plan);
        if (e != Errno.OK || source == to.Plan) return e;
        if (Network.HasBooted) Plan.Actor.Tell(new MoveDevice(device, source, to.Plan), ActorRefs.NoSender);
        else source.MoveAtRest(device, to.Plan);
        return Errno.OK;
    }

    /// <inheritdoc cref="MoveDevice(string, SimNetns, SimNetns?)"/>
    public Errno MoveDevice(string device, string netns) => MoveDevice(device, Namespace(netns));

    /// <summary>`ip link add A type veth peer name B [netns NS]`: two devices joined by a wire that loses nothing.</summary>
    /// <param name="a">In the host's first namespace, unless <paramref name="netnsA"/> says otherwise.</param>
    /// <param name="wire">Null: a frame takes what it takes over lo.</param>
    public SimHost AddVeth(string a, string b, SimNetns? netnsA = null, SimNetns? netnsB = null, WireSpec? wire = null, int mtu = 1500)
    {
        SimNetns first = netnsA ?? First, second = netnsB ?? First;
        first.AddDevice(a, mtu);
        second.AddDevice(b, mtu);
        Network.Link(first, a, second, b, wire ?? new WireSpec { Delay = LoopbackActor.Delay });
        return this;
    }
}
