// The protocol instances of one network namespace, as references: what a socket or a demultiplexer sends to without looking anything up.

namespace ActorNet.Actors;

/// <summary>A network namespace's actors and shared state. Filled by <see cref="HostActor"/> while it boots, lowest layer first.</summary>
internal sealed class NetStack(Net net, Fib fib, HostBooks books)
{
    private long _inodes = 1000;

    public readonly Net Net = net;
    public readonly Fib Fib = fib;
    public readonly HostBooks Books = books;
    public readonly NetFamilies Families = new();

    /// <summary>Makes and reads ICMP messages; its rate limits are the host's.</summary>
    public readonly Icmp IcmpMachine = new(net, fib);

    /// <summary>Sockets whose actors are alive.</summary>
    public int Sockets;

    public IActorRef Ip { get; set; } = ActorRefs.Nobody;

    public IActorRef Arp { get; set; } = ActorRefs.Nobody;

    public IActorRef Icmp { get; set; } = ActorRefs.Nobody;

    public IActorRef Udp { get; set; } = ActorRefs.Nobody;

    public IActorRef Tcp { get; set; } = ActorRefs.Nobody;

    public IActorRef Sockfs { get; set; } = ActorRefs.Nobody;

    /// <summary>Who owns a protocol's ports; null for a protocol without.</summary>
    public IActorRef? Demux(IpProtocol protocol) => protocol switch
    {
        IpProtocol.TCP => Tcp,
        IpProtocol.UDP => Udp,
        IpProtocol.ICMP => Icmp,
        _ => null,
    };

    public long NextInode() => ++_inodes;

    /// <summary>0 for a name that no device has.</summary>
    public int IfIndexOf(string name)
    {
        foreach (InDevice d in Fib.Devices)
        {
            if (d.Name == name) return d.IfIndex;
        }

        return 0;
    }

    public string DeviceName(int ifIndex) => Fib.Device(ifIndex)?.Name ?? "";
}
