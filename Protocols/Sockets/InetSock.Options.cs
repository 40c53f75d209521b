// Options at IPPROTO_IP, the same for every protocol over IPv4: do_ip_setsockopt and do_ip_getsockopt of net/ipv4/ip_sockglue.c (man 7 ip).

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private const byte EcnMask = 3;

    /// <summary>IP_TOS, ECN bits included.</summary>
    public byte Tos { get; protected set; }

    /// <summary>IP_TTL: 1 to 255, or -1 for the host's default.</summary>
    public int UcTtl { get; protected set; } = -1;

    /// <summary>IP_MULTICAST_TTL, 0 to 255.</summary>
    public byte McTtl { get; protected set; } = 1;

    public bool McLoop { get; protected set; } = true;

    public PmtuDisc PmtuDisc { get; protected set; }

    /// <summary>IP_RECVERR: asynchronous errors reach also sockets that are not connected.</summary>
    public bool RecvErr { get; protected set; }

    /// <summary>IP_FREEBIND: binding to an address that is not this host's is allowed.</summary>
    public bool FreeBind { get; protected set; }

    /// <summary>IP_MINTTL: what arrives with fewer hops left is dropped (RFC 5082); 0 is off.</summary>
    public byte MinTtl { get; protected set; }

    public bool BindAddressNoPort { get; protected set; }

    /// <summary>IP_OPTIONS: put into each header, padded to words; null for none.</summary>
    public byte[]? IpOptions
    {
        get => _seldom?.IpOptions;
        protected set
        {
            if (_seldom is not null || value is not null) Seldom.IpOptions = value;
        }
    }

    /// <summary>IP_MTU: the known MTU of the path to the peer; 0 when not connected.</summary>
    protected virtual int PathMtu => 0;

    /// <summary>setsockopt at IPPROTO_IP. Errno: EINVAL for a value out of range, ENOPROTOOPT for what is not known or can only be read.</summary>
    protected Errno SetIpOption(int option, ReadOnlySpan<byte> value)
    {
        if ((IpOpt)option == IpOpt.IP_OPTIONS) return SetOptions(value);
        int v = value.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(value) : value.Length >= 1 ? value[0] : 0;
        if (SetCmsgOption((IpOpt)option, v) is { } set) return set;
        bool stream = Type == SocketType.STREAM;
        switch ((IpOpt)option)
        {
            case IpOpt.IP_TOS:
                // A stream's ECN bits are TCP's.
                Tos = stream ? (byte)(v & ~EcnMask | Tos & EcnMask) : (byte)v;
                Priority = TosToPriority(Tos);
                return Errno.OK;
            case IpOpt.IP_TTL:
                if (value.Length < 1 || v is not (-1 or (>= 1 and <= 255))) return Errno.EINVAL;
                UcTtl = v;
                return Errno.OK;
            case IpOpt.IP_MTU_DISCOVER:
                if (v is < 0 or > (int)PmtuDisc.OMIT) return Errno.EINVAL;
                PmtuDisc = (PmtuDisc)v;
                return Errno.OK;
            case IpOpt.IP_RECVERR:
                RecvErr = v != 0;
                if (!RecvErr) PurgeErrors();
                return Errno.OK;
            case IpOpt.IP_FREEBIND:
                if (value.Length < 1) return Errno.EINVAL;
                FreeBind = v != 0;
                return Errno.OK;
            case IpOpt.IP_MINTTL:
                if (value.Length < 1 || v is < 0 or > 255) return Errno.EINVAL;
                MinTtl = (byte)v;
                return Errno.OK;
            case IpOpt.IP_BIND_ADDRESS_NO_PORT:
                BindAddressNoPort = v != 0;
                return Errno.OK;
            case IpOpt.IP_MULTICAST_TTL:
                if (stream || value.Length < 1 || v is < -1 or > 255) return Errno.EINVAL;
                McTtl = v == -1 ? (byte)1 : (byte)v;
                return Errno.OK;
            case IpOpt.IP_MULTICAST_LOOP:
                if (value.Length < 1) return Errno.EINVAL;
                McLoop = v != 0;
                return Errno.OK;
            default:
                return SetBindOption((IpOpt)option, value, v);
        }
    }

    /// <summary>getsockopt at IPPROTO_IP. A room of 1 to 3 bytes gets one byte when the value fits it, as Linux does.</summary>
    protected Errno GetIpOption(int option, Span<byte> value, out int length)
    {
        length = 0;
        int v;
        switch ((IpOpt)option)
        {
            case IpOpt.IP_OPTIONS:
                byte[] options = IpOptions ?? [];
                length = Math.Min(options.Length, value.Length);
                options.AsSpan(0, length).CopyTo(value);
                return Errno.OK;
            case IpOpt.IP_TOS: v = Tos; break;
            case IpOpt.IP_TTL: v = UcTtl < 0 ? Net.Sysctl.ip_default_ttl : UcTtl; break;
            case IpOpt.IP_MTU_DISCOVER: v = (int)PmtuDisc; break;
            case IpOpt.IP_RECVERR: v = RecvErr ? 1 : 0; break;
            case IpOpt.IP_FREEBIND: v = FreeBind ? 1 : 0; break;
            case IpOpt.IP_MINTTL: v = MinTtl; break;
            case IpOpt.IP_BIND_ADDRESS_NO_PORT: v = BindAddressNoPort ? 1 : 0; break;
            case IpOpt.IP_MULTICAST_TTL: v = McTtl; break;
            case IpOpt.IP_MULTICAST_LOOP: v = McLoop ? 1 : 0; break;
            case IpOpt.IP_MTU:
                v = PathMtu;
                if (v == 0) return Errno.ENOTCONN;
                break;
            default:
                if (GetCmsgOption((IpOpt)option) is not { } asked) return GetBindOption((IpOpt)option, value, out length);
                v = asked;
                break;
        }

        return WriteNumber(v, value, out length);
    }

    private static Errno WriteNumber(int v, Span<byte> value, out int length)
    {
        if (value.Length is > 0 and < 4 && v is >= 0 and <= 255)
        {
            length = 1;
            value[0] = (byte)v;
            return Errno.OK;
        }

        Span<byte> full = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(full, v);
        length = Math.Min(4, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }

    private Errno SetOptions(ReadOnlySpan<byte> value)
    {
        if (value.Length > Ipv4Options.MaxLength) return Errno.EINVAL;
        if (value.Length == 0)
        {
            IpOptions = null;
            return Errno.OK;
        }

        byte[] padded = new byte[value.Length + 3 & ~3];
        value.CopyTo(padded);
        if (!Ipv4Options.TryParse(padded, out Ipv4Options parsed, out _)) return Errno.EINVAL;
        // Source routes would change where packets go; this host neither makes nor follows them (accept_source_route=0).
        if (parsed.HasSourceRoute) return Errno.EPERM;
        int end = 0;
        while (end < padded.Length && padded[end] != 0) end += padded[end] == 1 ? 1 : padded[end + 1];
        padded.AsSpan(Math.Min(end, padded.Length)).Clear(); // nothing is behind the end of the list
        IpOptions = padded;
        return Errno.OK;
    }

    // rt_tos2priority: the four TOS bits of RFC 1349 choose a TC_PRIO_* band.
    internal static int TosToPriority(byte tos) => (tos >> 1 & 0xF) switch
    {
        < 4 => 0,
        < 8 => 2,
        < 12 => 6,
        _ => 4,
    };
}
