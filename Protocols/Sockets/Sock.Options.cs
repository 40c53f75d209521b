// Options at SOL_SOCKET, the same for every protocol: sock_setsockopt and sk_getsockopt of net/core/sock.c (man 7 socket).

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    /// <summary>SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF, bytes.</summary>
    public const int MinSndbuf = 4608, MinRcvbuf = 2304;

    /// <summary>SO_REUSEADDR, SO_REUSEPORT: what a port's other owners must also have.</summary>
    public bool Reuse { get; protected set; }

    public bool ReusePort { get; protected set; }

    public bool Broadcast { get; protected set; }

    public bool DontRoute { get; protected set; }

    public bool KeepOpen { get; protected set; }

    public bool OobInline { get; protected set; }

    public bool NoCheck { get; protected set; }

    public int Priority
    {
        get => _userOptions is { } u ? u.Priority : 0;
        protected set
        {
            if (_userOptions is not null || value != 0) UserOptions.Priority = value;
        }
    }

    public uint Mark
    {
        get => _userOptions is { } u ? u.Mark : 0;
        protected set
        {
            if (_userOptions is not null || value != 0) UserOptions.Mark = value;
        }
    }

    /// <summary>SO_BINDTODEVICE as an interface index, 0 for any. The driver sets it: it knows the names.</summary>
    public int BoundIfIndex { get; set; }

    /// <summary>sk_rcvbuf and sk_sndbuf, bytes: twice what SO_RCVBUF and SO_SNDBUF asked for.</summary>
    public int Rcvbuf { get; protected set; } = net.Sysctl.rmem_default;

    public int Sndbuf { get; protected set; } = net.Sysctl.wmem_default;

    /// <summary>SO_RCVBUF or SO_SNDBUF was given: the size is no longer tuned (SOCK_RCVBUF_LOCK, SOCK_SNDBUF_LOCK).</summary>
    public bool RcvbufLocked { get; protected set; }

    public bool SndbufLocked { get; protected set; }

    /// <summary>SO_RCVLOWAT, bytes, at least 1.</summary>
    public int Rcvlowat
    {
        get => _userOptions is { } u ? u.Rcvlowat : 1;
        protected set
        {
            if (_userOptions is not null || value != 1) UserOptions.Rcvlowat = value;
        }
    }

    /// <summary>SO_LINGER: null when off; zero resets at close.</summary>
    public Duration? Linger
    {
        get => _userOptions is { } u ? u.Linger : null;
        protected set
        {
            if (_userOptions is not null || value != null) UserOptions.Linger = value;
        }
    }

    /// <summary>SO_RCVTIMEO and SO_SNDTIMEO: how long a call waits; the driver keeps it.</summary>
    public Duration Rcvtimeo
    {
        get => _userOptions is { } u ? u.Rcvtimeo : Duration.Infinite;
        protected set
        {
            if (_userOptions is not null || value != Duration.Infinite) UserOptions.Rcvtimeo = value;
        }
    }

    public Duration Sndtimeo
    {
        get => _userOptions is { } u ? u.Sndtimeo : Duration.Infinite;
        protected set
        {
            if (_userOptions is not null || value != Duration.Infinite) UserOptions.Sndtimeo = value;
        }
    }

    /// <summary>SO_ACCEPTCONN.</summary>
    public virtual bool IsListening => false;

    /// <summary>Who drives this machine (sk->sk_socket); the machine does not look at it.</summary>
    public object? Owner { get; set; }

    /// <summary>Its row in its demultiplexer's port table (icsk_bind_hash, sk_node). Written by the demultiplexer.</summary>
    public PortHandle Port { get; set; }

    /// <summary>Told after an option at SOL_SOCKET changed (sk_prot->keepalive, set_rcvlowat).</summary>
    protected virtual void OnSocketOption(SockOpt option, Instant now)
    {
    }

    /// <summary>setsockopt at SOL_SOCKET; a machine's <see cref="Setsockopt"/> comes here for that level.</summary>
    protected Errno SetSocketOption(int option, ReadOnlySpan<byte> value, Instant now)
    {
        var opt = (SockOpt)option;
        Errno e = opt switch
        {
            SockOpt.SO_LINGER => SetLinger(value),
            SockOpt.SO_RCVTIMEO or SockOpt.SO_SNDTIMEO or SockOpt.SO_RCVTIMEO_NEW or SockOpt.SO_SNDTIMEO_NEW => SetTimeout(opt, value),
            _ when value.Length < sizeof(int) => Errno.EINVAL,
            _ => SetNumber(opt, value, BinaryPrimitives.ReadInt32LittleEndian(value)),
        };
        if (e == Errno.OK) OnSocketOption(opt, now);
        return e;
    }

    /// <summary>getsockopt at SOL_SOCKET.</summary>
    protected Errno GetSocketOption(int option, Span<byte> value, out int length)
    {
        Span<byte> full = stackalloc byte[16];
        int n = sizeof(int);
        switch ((SockOpt)option)
        {
            case SockOpt.SO_LINGER:
                BinaryPrimitives.WriteInt32LittleEndian(full, Linger is null ? 0 : 1);
                BinaryPrimitives.WriteInt32LittleEndian(full[4..], LingerSeconds < 0 ? unchecked((int)(long.MaxValue / Jiffies.PerSecond)) : LingerSeconds);
                n = 8;
                break;
            case SockOpt.SO_RCVTIMEO or SockOpt.SO_SNDTIMEO or SockOpt.SO_RCVTIMEO_NEW or SockOpt.SO_SNDTIMEO_NEW:
                Duration d = (SockOpt)option is SockOpt.SO_RCVTIMEO or SockOpt.SO_RCVTIMEO_NEW ? Rcvtimeo : Sndtimeo;
                if (d == Duration.Infinite) d = Duration.Zero;
                BinaryPrimitives.WriteInt64LittleEndian(full, d.Microseconds / 1_000_000);
                BinaryPrimitives.WriteInt64LittleEndian(full[8..], d.Microseconds % 1_000_000);
                n = 16;
                break;
            case SockOpt.SO_TIMESTAMPING or SockOpt.SO_TIMESTAMPING_NEW:
                // struct so_timestamping: flags, and a hardware clock that no device has.
                if ((SockOpt)option == SockOpt.SO_TIMESTAMPING || _stampsAreNew) BinaryPrimitives.WriteUInt32LittleEndian(full, Timestamping);
                full[4..8].Clear();
                n = 8;
                break;
            default:
                if (!GetNumber((SockOpt)option, out int number)) return GetUserOption((SockOpt)option, value, out length);
                BinaryPrimitives.WriteInt32LittleEndian(full, number);
                break;
        }

        length = Math.Min(n, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }

    private Errno SetNumber(SockOpt option, ReadOnlySpan<byte> value, int v)
    {
        if (SetStampOption(option, v) is { } set) return set;
        switch (option)
        {
            case SockOpt.SO_REUSEADDR: Reuse = v != 0; break;
            case SockOpt.SO_REUSEPORT: ReusePort = v != 0; break;
            case SockOpt.SO_DONTROUTE: DontRoute = v != 0; break;
            case SockOpt.SO_BROADCAST: Broadcast = v != 0; break;
            case SockOpt.SO_KEEPALIVE: KeepOpen = v != 0; break;
            case SockOpt.SO_OOBINLINE: OobInline = v != 0; break;
            case SockOpt.SO_NO_CHECK: NoCheck = v != 0; break;
            case SockOpt.SO_PRIORITY: Priority = v; break;
            case SockOpt.SO_MARK: Mark = (uint)v; break;
            case SockOpt.SO_RCVLOWAT: Rcvlowat = v < 0 ? int.MaxValue : Math.Max(v, 1); break;
            case SockOpt.SO_SNDBUF: SetSndbuf((int)Math.Min((uint)v, (uint)Net.Sysctl.wmem_max)); break;
            case SockOpt.SO_SNDBUFFORCE: SetSndbuf(Math.Max(v, 0)); break;
            case SockOpt.SO_RCVBUF: SetRcvbuf((int)Math.Min((uint)v, (uint)Net.Sysctl.rmem_max)); break;
            case SockOpt.SO_RCVBUFFORCE: SetRcvbuf(Math.Max(v, 0)); break;
            default: return SetUserOption(option, value, v);
        }

        return Errno.OK;
    }

    private bool GetNumber(SockOpt option, out int v)
    {
        v = 0;
        if (GetStampOption(option) is { } stamps)
        {
            v = stamps;
            return true;
        }

        switch (option)
        {
            case SockOpt.SO_REUSEADDR: v = Reuse ? 1 : 0; break;
            case SockOpt.SO_REUSEPORT: v = ReusePort ? 1 : 0; break;
            case SockOpt.SO_DONTROUTE: v = DontRoute ? 1 : 0; break;
            case SockOpt.SO_BROADCAST: v = Broadcast ? 1 : 0; break;
            case SockOpt.SO_KEEPALIVE: v = KeepOpen ? 1 : 0; break;
            case SockOpt.SO_OOBINLINE: v = OobInline ? 1 : 0; break;
            case SockOpt.SO_NO_CHECK: v = NoCheck ? 1 : 0; break;
            case SockOpt.SO_PRIORITY: v = Priority; break;
            case SockOpt.SO_MARK: v = (int)Mark; break;
            case SockOpt.SO_RCVLOWAT: v = Rcvlowat; break;
            case SockOpt.SO_SNDLOWAT: v = 1; break;
            case SockOpt.SO_SNDBUF: v = Sndbuf; break;
            case SockOpt.SO_RCVBUF: v = Rcvbuf; break;
            case SockOpt.SO_ERROR:
                v = (int)TakeError();
                if (v == 0) v = (int)TakeSoftError();
                break;
            case SockOpt.SO_TYPE: v = (int)Type; break;
            case SockOpt.SO_PROTOCOL: v = (int)Protocol; break;
            case SockOpt.SO_DOMAIN: v = (int)Family; break;
            case SockOpt.SO_ACCEPTCONN: v = IsListening ? 1 : 0; break;
            default: return false;
        }

        return true;
    }

    private int LingerSeconds
    {
        get => _userOptions?.LingerSeconds ?? 0;
        set
        {
            if (_userOptions is not null || value != 0) UserOptions.LingerSeconds = value;
        }
    }

    // The size asked for is doubled to leave room for book-keeping; what overflows is clamped, as max_t(int, val * 2, MIN) would.
    private void SetSndbuf(int asked)
    {
        SndbufLocked = true;
        Sndbuf = Math.Max((int)Math.Min(asked * 2L, int.MaxValue), MinSndbuf);
    }

    private void SetRcvbuf(int asked)
    {
        RcvbufLocked = true;
        Rcvbuf = Math.Max((int)Math.Min(asked * 2L, int.MaxValue), MinRcvbuf);
    }

    private Errno SetLinger(ReadOnlySpan<byte> value)
    {
        if (value.Length < 8) return Errno.EINVAL;
        if (BinaryPrimitives.ReadInt32LittleEndian(value) == 0)
        {
            Linger = null; // its time stays, to be seen
            return Errno.OK;
        }

        // A negative time is one without end: MAX_SCHEDULE_TIMEOUT, which shows as what an int holds of it in seconds.
        int seconds = BinaryPrimitives.ReadInt32LittleEndian(value[4..]);
        LingerSeconds = Math.Max(seconds, -1);
        Linger = seconds < 0 ? Duration.Infinite : new Duration(seconds * 1_000_000_000L);
        return Errno.OK;
    }

    // struct timeval of a 64-bit kernel, kept in jiffies. Zero waits for ever, a negative time does not wait at all (sock_set_timeout).
    private Errno SetTimeout(SockOpt option, ReadOnlySpan<byte> value)
    {
        if (value.Length < 16) return Errno.EINVAL;
        long sec = BinaryPrimitives.ReadInt64LittleEndian(value), usec = BinaryPrimitives.ReadInt64LittleEndian(value[8..]);
        if (usec is < 0 or >= 1_000_000) return Errno.EDOM;
        Duration d = sec < 0 ? Duration.Zero
            : sec == 0 && usec == 0 || sec >= long.MaxValue / 1_000_000_000 - 1 ? Duration.Infinite
            : new Duration(sec * 1_000_000_000 + Jiffies.RoundMicros((int)usec) * 1000L);
        if (option is SockOpt.SO_RCVTIMEO or SockOpt.SO_RCVTIMEO_NEW) Rcvtimeo = d;
        else Sndtimeo = d;
        return Errno.OK;
    }
}
