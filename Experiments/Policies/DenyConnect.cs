// deny-connect: cgroup/connect4 and cgroup/sendmsg4 programs that keep destinations from being reached.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Refuses connect(2), and datagrams to an address, by network and port.</summary>
internal sealed class DenyConnect(InterfaceAddress network, PortRange ports, long? user, Errno errno) : CgroupProgram
{
    private static readonly Key<InterfaceAddress> To = new("to", "network", "0.0.0.0/0", "the network that cannot be reached", "an IPv4 network such as 10.2.0.0/16", InterfaceAddress.TryParse);
    private static readonly Key<PortRange> Ports = PolicyKind.PortsKey("the ports there that cannot be reached");
    private static readonly Key<Errno> With = PolicyKind.ErrnoKey("EPERM");

    public static readonly PolicyKind Kind = new("deny-connect", "refuses connect, and datagrams that name an address, before a route is looked for (cgroup/connect4, sendmsg4)", To, Ports, PolicyKind.UserKey, With)
    {
        Attach = static (host, p) => host.Add(new DenyConnect(p.Get(To), p.Get(Ports), p.Maybe(PolicyKind.UserKey), p.Get(With))),
    };

    public override Errno Connect4(ITask task, Sock sk, ref SockAddr peer) => Judge(task, peer);

    public override Errno Sendmsg4(ITask task, Sock sk, ref SockAddr to) => Judge(task, to);

    private Errno Judge(ITask task, in SockAddr to) =>
        to.Family == AddressFamily.INET && network.Contains(to.Address) && ports.Contains(to.Port) && PolicyKind.Concerns(user, task) ? errno : Errno.OK;
}
