// deny-bind: a cgroup/bind4 program that keeps ports from being bound.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Refuses bind(2) to ports.</summary>
internal sealed class DenyBind(PortRange ports, long? user, Errno errno) : CgroupProgram
{
    private static readonly Key<PortRange> Ports = PolicyKind.PortsKey("the ports that cannot be bound");
    private static readonly Key<Errno> With = PolicyKind.ErrnoKey("EPERM");

    public static readonly PolicyKind Kind = new("deny-bind", "refuses bind to ports, before anything of the address is checked (cgroup/bind4)", Ports, PolicyKind.UserKey, With)
    {
        Attach = static (host, p) => host.Add(new DenyBind(p.Get(Ports), p.Maybe(PolicyKind.UserKey), p.Get(With))),
    };

    public override Errno Bind4(ITask task, Sock sk, ref SockAddr address) =>
        ports.Contains(address.Port) && PolicyKind.Concerns(user, task) ? errno : Errno.OK;
}
