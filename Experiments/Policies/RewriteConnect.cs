// rewrite-connect: a service address that stands for another, as a cgroup's programs make it (connect4 and getpeername4; sendmsg4 and recvmsg4).

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Who connects to one address reaches another, and sees the one it asked for.</summary>
internal sealed class RewriteConnect(SockAddr from, SockAddr to) : CgroupProgram
{
    private static readonly Key<SockAddr> From = AddressKey("from", "the address that programs connect to, such as 10.96.0.1:80");
    private static readonly Key<SockAddr> To = AddressKey("to", "where they get to");

    public static readonly PolicyKind Kind = new("rewrite-connect", "connect and datagrams to one address go to another; names show the one asked for (cgroup/connect4, sendmsg4, recvmsg4, getpeername4)", From, To)
    {
        Required = [From, To],
        Attach = static (host, p) => host.Add(new RewriteConnect(p.Get(From), p.Get(To))),
    };

    public override Errno Connect4(ITask task, Sock sk, ref SockAddr peer) => Rewrite(ref peer, from, to);

    public override Errno Sendmsg4(ITask task, Sock sk, ref SockAddr address) => Rewrite(ref address, from, to);

    public override void Recvmsg4(ITask task, Sock sk, ref SockAddr sender) => Rewrite(ref sender, to, from);

    public override void Getpeername4(ITask task, Sock sk, ref SockAddr name) => Rewrite(ref name, to, from);

    private static Errno Rewrite(ref SockAddr address, SockAddr from, SockAddr to)
    {
        if (address == from) address = to;
        return Errno.OK;
    }

    private static Key<SockAddr> AddressKey(string name, string doc) => new(name, "address", "", doc, "ADDRESS:PORT, such as 10.96.0.1:80", static (string s, out SockAddr a) =>
    {
        a = default;
        int colon = s.LastIndexOf(':');
        if (colon <= 0 || !IpAddress.TryParse(s.AsSpan(0, colon), out IpAddress ip) || !ip.IsV4) return false;
        if (!ushort.TryParse(s.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out ushort port) || port == 0) return false;
        a = SockAddr.In(ip, port);
        return true;
    });
}
