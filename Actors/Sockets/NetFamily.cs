// net_families (net/socket.c): address families register here; socket(2) asks the family for the rest. A new family is a folder and one Register.

namespace ActorNet.Actors;

/// <summary>struct net_proto_family: makes the sockets of one address family.</summary>
internal abstract class NetFamily(AddressFamily family)
{
    public AddressFamily Family { get; } = family;

    /// <summary>pf->create: gives the face its machine and its calls, or says why not (EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPERM).</summary>
    public abstract Errno Create(Socket socket, IpProtocol protocol);
}

/// <summary>The families a host knows.</summary>
internal sealed class NetFamilies
{
    private const int NPROTO = 46, SOCK_MAX = 11;
    private NetFamily[] _families = [];

    /// <summary>sock_register.</summary>
    public void Register(NetFamily family)
    {
        if (Of(family.Family) is not null) throw new InvalidOperationException($"{family.Family} is registered twice");
        _families = [.. _families, family];
    }

    /// <summary>What may be or-ed to a type (__sys_socket, __sys_socketpair): EINVAL for anything else.</summary>
    public static bool AreFlags(SocketType type) => (type & ~(SocketType.TypeMask | SocketType.NONBLOCK | SocketType.CLOEXEC)) == 0;

    /// <summary>__sock_create: EAFNOSUPPORT, EINVAL, or what the family says.</summary>
    /// <param name="type">Without flags.</param>
    /// <param name="security">The host's modules, asked before the family is.</param>
    public Errno Create(NetStack stack, AddressFamily family, SocketType type, IpProtocol protocol, SecurityHooks? security, out Socket? socket)
    {
        socket = null;
        if ((int)family >= NPROTO) return Errno.EAFNOSUPPORT;
        if ((int)type >= SOCK_MAX) return Errno.EINVAL;
        if (security is not null && security.Create(stack.Net.Current, family, type, protocol) is var refusal and not Errno.OK) return refusal;
        if (Of(family) is not { } pf) return Errno.EAFNOSUPPORT;
        var made = new Socket(stack, type);
        Errno e = pf.Create(made, protocol);
        if (e == Errno.OK) socket = made;
        return e;
    }

    private NetFamily? Of(AddressFamily family)
    {
        foreach (NetFamily f in _families)
        {
            if (f.Family == family) return f;
        }

        return null;
    }
}
