// Programs that a cgroup's sockets run (BPF_PROG_TYPE_CGROUP_SOCK, _SOCK_ADDR and _SOCKOPT; kernel/bpf/cgroup.c), as C#.

namespace ActorNet.Actors;

/// <summary>A program attached to the cgroup that all processes of a host are in.</summary>
/// <remarks>
/// A hook answers OK (the program returned 1), EPERM (0), or another errno (bpf_set_retval). Every program runs, in the order they were attached, each on what the
/// one before left; the call goes on when all allow it. Of several refusals the last that names an errno of its own counts, else it is EPERM.
/// </remarks>
public abstract class CgroupProgram
{
    /// <summary>cgroup/sock_create: a socket of AF_INET is made.</summary>
    public virtual Errno SockCreate(ITask task, Sock sk) => Errno.OK;

    /// <summary>cgroup/sock_release: its last descriptor was closed.</summary>
    public virtual void SockRelease(ITask task, Sock sk)
    {
    }

    /// <summary>cgroup/bind4: before anything of the address is checked.</summary>
    public virtual Errno Bind4(ITask task, Sock sk, ref SockAddr address) => Errno.OK;

    /// <summary>cgroup/post_bind4: it has its address and port; a refusal takes them away.</summary>
    public virtual Errno PostBind4(ITask task, Sock sk) => Errno.OK;

    /// <summary>cgroup/connect4: before a route is looked for.</summary>
    public virtual Errno Connect4(ITask task, Sock sk, ref SockAddr peer) => Errno.OK;

    /// <summary>cgroup/sendmsg4: a datagram to an address that the call names.</summary>
    public virtual Errno Sendmsg4(ITask task, Sock sk, ref SockAddr to) => Errno.OK;

    /// <summary>cgroup/recvmsg4: what recvmsg is to show as the sender.</summary>
    public virtual void Recvmsg4(ITask task, Sock sk, ref SockAddr from)
    {
    }

    /// <summary>cgroup/getsockname4.</summary>
    public virtual void Getsockname4(ITask task, Sock sk, ref SockAddr name)
    {
    }

    /// <summary>cgroup/getpeername4.</summary>
    public virtual void Getpeername4(ITask task, Sock sk, ref SockAddr name)
    {
    }

    /// <summary>cgroup/setsockopt: before the kernel sees the option, of a socket of any family.</summary>
    public virtual Errno Setsockopt(ITask task, Sock sk, SockOptContext context) => Errno.OK;

    /// <summary>cgroup/getsockopt: after the kernel has answered.</summary>
    public virtual Errno Getsockopt(ITask task, Sock sk, SockOptContext context) => Errno.OK;
}

/// <summary>struct bpf_sockopt: an option on its way to the kernel, or back.</summary>
public sealed class SockOptContext
{
    public required SockLevel Level { get; set; }

    public required int Option { get; set; }

    /// <summary>setsockopt: what is to be set. getsockopt: what the kernel wrote; a longer one than the caller has room for is EFAULT.</summary>
    public required ReadOnlyMemory<byte> Value { get; set; }

    /// <summary>setsockopt: the kernel is not asked any more, and the call succeeds (optlen = -1).</summary>
    public bool Handled { get; set; }

    /// <summary>getsockopt: what the kernel answered; a program may make a failure a success.</summary>
    public Errno Result { get; set; }

    /// <summary>The value as an int, as most options have it; 0 when it is shorter.</summary>
    public int Number
    {
        get => Value.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(Value.Span) : 0;
        set
        {
            byte[] bytes = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            Value = bytes;
        }
    }
}
