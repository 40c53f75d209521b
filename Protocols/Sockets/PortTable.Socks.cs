// What a socket's machine asks of the table of its protocol (sk->sk_prot->get_port, hash, unhash, put_port): the rows, for whoever owns the table.

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    /// <summary>get_port: a port of its own; 0 in <paramref name="local"/> takes a free one. The address and port that it got come back in it.</summary>
    /// <param name="autobind">The kernel's own, before a first send.</param>
    public Errno Bind(TOwner owner, Sock sk, ref SockAddr local, out PortHandle handle, bool autobind = false)
    {
        Errno e = Bind(owner, RequestOf(sk, local.Address), local.Port, out handle, out ushort granted, autobind);
        local = SockAddr.In(local.Address, granted);
        return e;
    }

    /// <summary>listen without bind takes any port (inet_csk_listen_start through inet_autobind).</summary>
    public Errno Listen(TOwner owner, Sock sk, ref SockAddr local, ref PortHandle handle)
    {
        if (handle.IsNone)
        {
            Errno e = Bind(owner, RequestOf(sk, local.Address), 0, out handle, out ushort granted, autobind: true);
            if (e != Errno.OK) return e;
            local = SockAddr.In(local.Address, granted);
        }

        SetOptions(handle, sk);
        return Listen(handle);
    }

    /// <summary>Takes a port if there is none, and the connection's place. The address and port that it got come back in <paramref name="local"/>.</summary>
    /// <inheritdoc cref="Connect(TOwner, in PortRequest, SockAddr, out PortHandle, out ushort, Func{TOwner, bool}?, bool)"/>
    public Errno Connect(TOwner owner, Sock sk, ref SockAddr local, SockAddr peer, ref PortHandle handle, Func<TOwner, bool>? mayReuseTimewait, bool addressLocked)
    {
        Errno e;
        if (handle.IsNone)
        {
            e = Connect(owner, RequestOf(sk, local.Address), peer, out handle, out ushort port, mayReuseTimewait, addressLocked);
            local = SockAddr.In(local.Address, port);
            return e;
        }

        SetOptions(handle, sk);
        e = SetConnected(handle, local.Address, peer, mayReuseTimewait);
        local = Local(handle);
        return e;
    }

    /// <summary>connect(AF_UNSPEC) of a datagram socket: forgets the peer, and what was not asked for by bind. What is left comes back in <paramref name="local"/>.</summary>
    public void Disconnect(ref SockAddr local, ref PortHandle handle, bool addressLocked)
    {
        if (!handle.IsNone && !Disconnect(handle)) handle = default;
        local = handle.IsNone ? SockAddr.In(addressLocked ? local.Address : IpAddress.Any4, 0) : Local(handle);
    }

    /// <summary>Out of the table of connections and listeners; a port that bind gave stays.</summary>
    public void Unhash(Sock sk)
    {
        if (sk.Port.IsNone) return;
        Unlisten(sk.Port);
        if (!Disconnect(sk.Port)) sk.Port = default;
    }

    /// <summary>put_port: the port goes, the socket stays.</summary>
    public void PutPort(Sock sk)
    {
        if (!sk.Port.IsNone) Release(sk.Port);
        sk.Port = default;
    }

    /// <summary>Options of a socket that count in conflicts and look-ups have changed.</summary>
    public void SetOptions(PortHandle handle, Sock sk)
    {
        if (!handle.IsNone) SetOptions(handle, sk.Reuse, sk.ReusePort, sk.BoundIfIndex, sk.IncomingCpu);
    }

    private static PortRequest RequestOf(Sock sk, IpAddress address) =>
        new(address, sk.BoundIfIndex, sk.Reuse, sk.ReusePort, sk.Uid, IncomingCpu: sk.IncomingCpu, LocalRange: sk is InetSock inet ? inet.LocalPortRange : 0);
}
