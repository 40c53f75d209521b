// Where a protocol asks the programs of its host's cgroup (BPF_CGROUP_RUN_PROG_*, include/linux/bpf-cgroup.h). Each place is Linux's: what was checked before has
// been checked already, and what a program leaves in an address is what the protocol goes on with. Whose call it is, Net.Current knows.

namespace ActorNet.Protocols;

/// <summary>Programs attached to a cgroup, as the protocols run them. <see cref="Net.Cgroup"/> is null when there are none.</summary>
public interface ICgroupSock
{
    /// <summary>BPF_CGROUP_INET4_BIND: at the beginning of inet_bind.</summary>
    Errno Bind4(Sock sk, ref SockAddr address);

    /// <summary>BPF_CGROUP_INET4_POST_BIND: the socket has its port, and loses it when this fails.</summary>
    Errno PostBind4(Sock sk);

    /// <summary>BPF_CGROUP_INET4_CONNECT: the protocol's pre_connect.</summary>
    Errno Connect4(Sock sk, ref SockAddr peer);

    /// <summary>BPF_CGROUP_UDP4_SENDMSG: a datagram whose destination the call names.</summary>
    Errno Sendmsg4(Sock sk, ref SockAddr to);

    /// <summary>BPF_CGROUP_UDP4_RECVMSG: the sender, as recvmsg shows it.</summary>
    void Recvmsg4(Sock sk, ref SockAddr from);

    /// <summary>BPF_CGROUP_INET4_GETSOCKNAME and _GETPEERNAME.</summary>
    void GetName4(Sock sk, bool ofPeer, ref SockAddr name);

    /// <summary>BPF_CGROUP_INET_SOCK_CREATE: at the end of inet_create.</summary>
    Errno SockCreate(Sock sk);

    /// <summary>BPF_CGROUP_INET_SOCK_RELEASE: at the beginning of inet_release.</summary>
    void SockRelease(Sock sk);
}
