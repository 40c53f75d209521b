// struct sock (include/net/sock.h): a socket's machine, whatever its protocol. It never waits, reads no clock and sends nothing:
// a SockActor calls it, sends what TryXmit gives, and keeps blocked calls as data until Poll says they may go on.

namespace ActorNet.Protocols;

/// <summary>A transport's machine behind a socket.</summary>
/// <remarks>
/// The contract of a driver: after any call it (1) takes packets from <see cref="TryXmit"/> until there are none, (2) arms one timer at
/// <see cref="NextTimer"/>, (3) tries its waiting calls again if <see cref="Poll"/> changed. Every packet given in is owned by the machine from then on.
/// </remarks>
public abstract partial class Sock(Net net, AddressFamily family, SocketType type, IpProtocol protocol)
{
    public Net Net { get; } = net;

    public AddressFamily Family { get; } = family;

    public SocketType Type => (SocketType)_type;

    public IpProtocol Protocol => (IpProtocol)_protocol;

    // Numbers that are small, of types that are not; names that are of IPv4.
    private readonly byte _type = (byte)type;
    private readonly ushort _protocol = (ushort)protocol;
    private ushort _err;
    private PackedAddr _local, _peer;

    /// <summary>The pending asynchronous error (sk->sk_err); a call that reports it clears it.</summary>
    public Errno Err
    {
        get => (Errno)_err;
        protected set => _err = (ushort)value;
    }

    /// <summary>What it accounts for: truesize of what waits to be read, and of what was written and is not acknowledged. Zero after <see cref="Destroy"/>.</summary>
    public virtual int RmemAlloc => 0;

    /// <inheritdoc cref="RmemAlloc"/>
    public virtual int WmemQueued => 0;

    /// <summary>The maker's uid (sk_uid): SO_REUSEPORT is shared within it, /proc/net shows it.</summary>
    public uint Uid { get; set; }

    public SockAddr Local
    {
        get => _local.IsOther ? UserOptions.Local : _local.Value;
        set
        {
            if (!_local.TrySet(value)) UserOptions.Local = value;
        }
    }

    public SockAddr Peer
    {
        get => _peer.IsOther ? UserOptions.Peer : _peer.Value;
        set
        {
            if (!_peer.TrySet(value)) UserOptions.Peer = value;
        }
    }

    /// <summary>What the socket is ready for now (the protocol's poll operation).</summary>
    public abstract PollEvents Poll { get; }

    /// <summary>When <see cref="OnTimer"/> wants to be called; <see cref="Instant.Never"/> when nothing is due. Early calls are harmless.</summary>
    public abstract Instant NextTimer { get; }

    public abstract void OnTimer(Instant now);

    /// <summary>A driver's turn begins: what changes by itself as time goes on is brought up to date.</summary>
    public virtual void Advance(Instant now)
    {
    }

    /// <summary>Gives the next packet to send: transport header first, addresses in <see cref="SkBuff.Ip"/>; the caller owns it.</summary>
    public abstract bool TryXmit(Instant now, [NotNullWhen(true)] out SkBuff? skb);

    /// <summary>Takes one packet (not a chain): data at the transport header, addresses in <see cref="SkBuff.Ip"/>. The machine owns it from here.</summary>
    public abstract DropReason Rcv(SkBuff skb, Instant now);

    /// <summary>An ICMP error about a packet that this socket sent (the protocol's err_handler).</summary>
    public abstract void IcmpError(in IcmpErrorInfo error, Instant now);

    /// <summary>sendmsg without waiting: how many bytes were taken, or EAGAIN and the other errors of send(2).</summary>
    /// <param name="to">Where to, when the caller named an address.</param>
    /// <param name="control">msg_control: a row of control messages (<see cref="CmsgReader"/>), or nothing.</param>
    public abstract SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, ReadOnlySpan<byte> control, MsgFlags flags, Instant now);

    /// <summary>sendto: a message without control messages.</summary>
    public SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, MsgFlags flags, Instant now) => Send(data, to, default, flags, now);

    /// <summary>recvmsg without waiting: how many bytes, 0 at end of stream, or EAGAIN and the other errors of recv(2).</summary>
    /// <param name="control">Takes the control messages; with room for none, they are lost.</param>
    /// <param name="outFlags">msg_flags but for MSG_CTRUNC, which is the writer's.</param>
    public abstract SysResult Recv(scoped Span<byte> buffer, ref CmsgWriter control, MsgFlags flags, Instant now, out SockAddr from, out MsgFlags outFlags);

    /// <summary>recvfrom: without control messages.</summary>
    public SysResult Recv(Span<byte> buffer, MsgFlags flags, Instant now, out SockAddr from, out MsgFlags outFlags)
    {
        CmsgWriter none = default;
        return Recv(buffer, ref none, flags, now, out from, out outFlags);
    }

    public abstract Errno Shutdown(ShutdownHow how, Instant now);

    /// <summary>The last descriptor is closed: the machine goes on by itself (FIN, linger in the background) until <see cref="IsDead"/>.</summary>
    public abstract void Close(Instant now);

    /// <summary>Closed by its owner, and nothing more to send, retransmit or wait for: the driver may let go. All its packets are freed.</summary>
    public abstract bool IsDead { get; }

    /// <summary>Frees every packet at once and sends nothing more: the host crashed, or the run is over.</summary>
    public abstract void Destroy();

    public abstract Errno Setsockopt(SockLevel level, int option, ReadOnlySpan<byte> value, Instant now);

    /// <summary>Writes the option's value and its length; a short buffer gets what fits, as Linux does.</summary>
    public abstract Errno Getsockopt(SockLevel level, int option, Span<byte> value, out int length, Instant now);

    /// <summary>An error that a call came upon and does not report: the next call's.</summary>
    public void Postpone(Errno errno) => Err = errno;

    /// <summary>SO_ERROR: takes the pending error.</summary>
    public Errno TakeError()
    {
        Errno e = Err;
        Err = Errno.OK;
        return e;
    }

    /// <summary>sk_err_soft: what ICMP has told and ends nothing. SO_ERROR takes it when there is no error proper.</summary>
    protected virtual Errno TakeSoftError() => Errno.OK;
}

/// <summary>What an ICMP error says of a packet that was sent.</summary>
/// <param name="Errno">What Linux maps it to (icmp_err_convert), OK for a mere hint.</param>
/// <param name="Fatal">Whether icmp_err_convert calls it fatal.</param>
/// <param name="Mtu">Of "fragmentation needed": the next hop's MTU; else 0.</param>
/// <param name="Seq">TCP: the sequence number in the quoted header.</param>
public readonly record struct IcmpErrorInfo(byte IcmpType, byte IcmpCode, Errno Errno, bool Fatal, int Mtu, uint Seq, IpAddress Offender)
{
    /// <summary>"Fragmentation needed and DF set" (RFC 1191): <see cref="Mtu"/> is what fits.</summary>
    public bool IsFragNeeded => IcmpType == (byte)Protocols.IcmpType.DEST_UNREACH && IcmpCode == Protocols.IcmpCode.FRAG_NEEDED;

    /// <summary>Of "parameter problem": which byte.</summary>
    public byte Pointer { get; init; }

    /// <summary>Where the packet was to go.</summary>
    public IpAddress Destination { get; init; }

    /// <summary>What the error quotes, for an error queue.</summary>
    public IcmpQuoted? Quoted { get; init; }
}
