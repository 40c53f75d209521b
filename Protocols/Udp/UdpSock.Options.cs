// Options at IPPROTO_UDP: udp_lib_setsockopt, udp_lib_getsockopt (net/ipv4/udp.c; man 7 udp), and the control message UDP_SEGMENT (udp_cmsg_send).

namespace ActorNet.Protocols;

/// <summary>A socket's own values of UDP's options; one that set none has none.</summary>
internal sealed class UdpUserOptions
{
    public bool Cork, Gro, NoCheck6Tx, NoCheck6Rx;

    /// <summary>UDP_SEGMENT: bytes of data in each datagram; 0 for off.</summary>
    public int Segment;

    /// <summary>UDP_ENCAP: 0 for none.</summary>
    public int Encap;
}

public sealed partial class UdpSock
{
    /// <summary>UDP_MAX_SEGMENTS.</summary>
    private const int MaxSegments = 128;

    // UDP_ENCAP_L2TPINUDP: a type that needs nothing of IPsec.
    private const int EncapL2tp = 3;

    private UdpUserOptions? _user;

    /// <inheritdoc/>
    public override Errno Setsockopt(SockLevel level, int option, ReadOnlySpan<byte> value, Instant now)
    {
        if (level != SockLevel.UDP) return base.Setsockopt(level, option, value, now);
        if (value.Length < sizeof(int)) return Errno.EINVAL;
        int v = BinaryPrimitives.ReadInt32LittleEndian(value);
        UdpUserOptions user = _user ?? new UdpUserOptions();
        switch ((UdpOpt)option)
        {
            case UdpOpt.UDP_CORK:
                user.Cork = v != 0;
                if (!user.Cork) Push(now);
                break;
            case UdpOpt.UDP_ENCAP:
                if (v is not (0 or EncapL2tp)) return Errno.ENOPROTOOPT;
                user.Encap = v;
                break;
            case UdpOpt.UDP_NO_CHECK6_TX: user.NoCheck6Tx = v != 0; break;
            case UdpOpt.UDP_NO_CHECK6_RX: user.NoCheck6Rx = v != 0; break;
            case UdpOpt.UDP_SEGMENT:
                if (v is < 0 or > ushort.MaxValue) return Errno.EINVAL;
                user.Segment = v;
                break;
            case UdpOpt.UDP_GRO: user.Gro = v != 0; break; // nothing is coalesced on the way in: no datagram is marked
            default: return Errno.ENOPROTOOPT;
        }

        _user = user;
        return Errno.OK;
    }

    /// <inheritdoc/>
    public override Errno Getsockopt(SockLevel level, int option, Span<byte> value, out int length, Instant now)
    {
        if (level != SockLevel.UDP) return base.Getsockopt(level, option, value, out length, now);
        length = 0;
        int v;
        switch ((UdpOpt)option)
        {
            case UdpOpt.UDP_CORK: v = _user is { Cork: true } ? 1 : 0; break;
            case UdpOpt.UDP_ENCAP: v = _user?.Encap ?? 0; break;
            case UdpOpt.UDP_NO_CHECK6_TX: v = _user is { NoCheck6Tx: true } ? 1 : 0; break;
            case UdpOpt.UDP_NO_CHECK6_RX: v = _user is { NoCheck6Rx: true } ? 1 : 0; break;
            case UdpOpt.UDP_SEGMENT: v = _user?.Segment ?? 0; break;
            case UdpOpt.UDPLITE_SEND_CSCOV or UdpOpt.UDPLITE_RECV_CSCOV: v = 0; break; // UDP-Lite's, which can be read here, too
            case UdpOpt.UDP_GRO: v = _user is { Gro: true } ? 1 : 0; break;
            default: return Errno.ENOPROTOOPT;
        }

        Span<byte> full = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(full, v);
        length = Math.Min(sizeof(int), value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }

    // Control messages at SOL_UDP: one that is not UDP_SEGMENT, or is of the wrong size, is EINVAL.
    private static Errno ReadSegment(ReadOnlySpan<byte> control, ref int segment)
    {
        var reader = new CmsgReader(control);
        while (reader.TryNext(out Cmsg m, out _))
        {
            if (m.Level != (int)SockLevel.UDP) continue;
            if (m.Type != (int)UdpOpt.UDP_SEGMENT || m.Data.Length != sizeof(ushort)) return Errno.EINVAL;
            segment = BinaryPrimitives.ReadUInt16LittleEndian(m.Data);
        }

        return Errno.OK;
    }
}
