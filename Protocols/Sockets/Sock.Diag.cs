// What others see of a socket: inet_sk_diag_fill (net/ipv4/inet_diag.c). Nothing here changes the machine: it can be asked at any moment.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    /// <summary>Its place in its namespace's list of sockets, from 1; 0 when it is in none. Written by the list.</summary>
    public int Slot { get; set; }

    /// <summary>sock_i_ino: its file's inode; 0 while no descriptor names it. Written by its driver.</summary>
    public long Inode
    {
        get => _inode;
        set => _inode = (uint)value;
    }

    private uint _inode;

    /// <summary>SOCK_DEAD: no descriptor names it any more, or none ever did.</summary>
    public virtual bool IsOrphan => false;

    /// <summary>Whether /proc/net and `ss` show it: it is in its protocol's hash tables (sk_hashed). One that is merely made is not.</summary>
    public virtual bool IsShown => Local.Port != 0;

    /// <summary>All that is known of it now.</summary>
    /// <param name="cookie">Its number within its namespace.</param>
    public virtual InetDiag Diag(Instant now, ulong cookie) => Diag(now, cookie, TcpState.CLOSE, tos: 0, shutdown: 0);

    /// <summary>What is common to datagram sockets of all kinds.</summary>
    protected InetDiag Diag(Instant now, ulong cookie, TcpState state, byte tos, byte shutdown) => new()
    {
        Family = Family,
        Type = Type,
        Protocol = Protocol,
        State = state,
        Local = Local,
        Peer = Peer,
        BoundIfIndex = BoundIfIndex,
        Rqueue = RmemAlloc,
        Wqueue = WmemAlloc,
        Uid = Uid,
        Inode = Inode,
        Cookie = cookie,
        Mark = Mark,
        Tos = tos,
        Shutdown = shutdown,
        SkMem = MemInfo(),
        Refs = 2,
    };

    /// <summary>sk_get_meminfo.</summary>
    protected int[] MemInfo() => [RmemAlloc, Rcvbuf, WmemAlloc, Sndbuf, ForwardAlloc, WmemQueued, OmemAlloc, BacklogLength, Drops];
}
