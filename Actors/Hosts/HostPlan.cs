// What a host is built from: written before it boots by who builds the network, read by its actors.

using System.Globalization;
using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>A device of a host: its state outlives its actor.</summary>
internal sealed class DevicePlan(NetDeviceState state, Func<Props> props)
{
    public readonly NetDeviceState State = state;
    public readonly Func<Props> Props = props;

    /// <summary>Its actor, once the host has booted.</summary>
    public IActorRef Actor { get; set; } = ActorRefs.Nobody;
}

/// <summary>A host before and while it runs.</summary>
internal sealed class HostPlan
{
    private readonly Func<string, string, ulong, Net> _makeNet;
    private long _inodes = 1000;

    /// <param name="makeNet">Makes the Net of a namespace of this host, given the host's name, its own and its cookie.</param>
    public HostPlan(string name, Func<string, string, ulong, Net> makeNet)
    {
        Name = name;
        _makeNet = makeNet;
        Init = new Netns("", this, makeNet(name, "", 1));
        Namespaces.Add(Init);
    }

    public readonly string Name;
    public readonly HostBooks Books = new();

    /// <summary>Files that can be opened for reading, by path.</summary>
    public SortedDictionary<string, ReadOnlyMemory<byte>>? RegularFiles;

    /// <summary>Processes to start when the network is complete.</summary>
    public readonly List<ProcessSpec> Processes = new(1);

    /// <summary>The host's first namespace (init_net).</summary>
    public Netns Init { get; }

    /// <summary>All that were made, the first one first.</summary>
    public List<Netns> Namespaces { get; } = new(1);

    public Net Net => Init.Net;

    public Fib Fib => Init.Fib;

    public List<DevicePlan> Devices => Init.Devices;

    public NetStack Stack => Init.Stack;

    /// <summary>Gives the host processors; before it boots.</summary>
    public void SetCpu(CpuModel model)
    {
        var cpu = new Cpu(model);
        foreach (Netns ns in Namespaces) ns.Net.Cpu = cpu;
    }

    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    public bool HasBooted => Namespaces.TrueForAll(n => n.HasBooted);

    /// <summary>Sockets whose actors are alive, in all namespaces.</summary>
    public int Sockets => Namespaces.Sum(n => n.Stack.Sockets);

    /// <summary>Makes the files that are not sockets: pipes, eventfd, timerfd, epoll.</summary>
    public IActorRef Files { get; set; } = ActorRefs.Nobody;

    /// <summary>Such files whose actors are alive.</summary>
    public int OpenFiles { get; set; }

    /// <summary>A number of the sockfs, which all namespaces share.</summary>
    public long NextInode() => ++_inodes;

    /// <summary>The namespace of a name (`ip netns`), or null.</summary>
    public Netns? Namespace(string name) => Namespaces.Find(n => n.Name == name);

    /// <summary>copy_net_ns: a new namespace with lo.</summary>
    /// <param name="name">Null: one that only its processes and sockets know, as unshare(2) makes.</param>
    public Netns NewNamespace(string? name, bool loopbackUp)
    {
        ulong cookie = (ulong)Namespaces.Count + 1;
        string called = name ?? cookie.ToString("'ns'0", CultureInfo.InvariantCulture);
        var made = new Netns(called, this, _makeNet(Name, called, cookie)) { IsNamed = name is not null };
        made.Net.Cpu = Net.Cpu;
        made.AddLoopback(loopbackUp);
        made.Net.Cgroup = Net.Cgroup; // its processes are in the same one
        Namespaces.Add(made);
        return made;
    }
}
