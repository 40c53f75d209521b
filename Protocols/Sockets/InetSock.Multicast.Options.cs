// The options of multicast at IPPROTO_IP as their structures lie in memory: struct ip_mreq, ip_mreqn, ip_mreq_source, ip_msfilter, group_req,
// group_source_req, group_filter (include/uapi/linux/in.h; do_ip_setsockopt and do_ip_getsockopt of net/ipv4/ip_sockglue.c).

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private const int SizeofMreq = 8, SizeofMreqn = 12, SizeofMreqSource = 12, SizeofMsfilter = 16;
    private const int SizeofStorage = 128, SizeofGroupReq = 8 + SizeofStorage, SizeofGroupSourceReq = SizeofGroupReq + SizeofStorage, SizeofGroupFilter = SizeofGroupReq + 8;

    /// <summary>Whether an option needs to know this host's devices: the driver gives those to <see cref="SetDeviceOption"/> and <see cref="GetDeviceOption"/>.</summary>
    public static bool IsDeviceOption(int option) =>
        (IpOpt)option is IpOpt.IP_MULTICAST_IF or (>= IpOpt.IP_ADD_MEMBERSHIP and <= IpOpt.IP_UNICAST_IF);

    /// <summary>setsockopt. EINVAL: too short, or no group; ENODEV: no such interface; EADDRINUSE: joined already; EADDRNOTAVAIL: not joined, or the source
    /// is listed already, or is not; ENOBUFS: igmp_max_memberships, igmp_max_msf; EPROTO: a stream.</summary>
    public Errno SetDeviceOption(int option, ReadOnlySpan<byte> value, Fib fib)
    {
        var opt = (IpOpt)option;
        switch (opt)
        {
            case IpOpt.IP_MULTICAST_IF: return SetMulticastIf(value, fib);
            case IpOpt.IP_MULTICAST_ALL:
                if (value.Length < 1) return Errno.EINVAL;
                int all = value.Length >= 4 ? Int(value, 0) : value[0];
                if (all is not (0 or 1)) return Errno.EINVAL;
                Mc.All = all == 1;
                return Errno.OK;
            case IpOpt.IP_ADD_MEMBERSHIP or IpOpt.IP_DROP_MEMBERSHIP:
                if (Type == SocketType.STREAM) return Errno.EPROTO;
                if (value.Length < SizeofMreq) return Errno.EINVAL;
                int ifIndex = value.Length >= SizeofMreqn ? Int(value, 8) : 0;
                return opt == IpOpt.IP_ADD_MEMBERSHIP
                    ? JoinGroup(fib, Address(value, 0), Address(value, 4), ifIndex, McMode.EXCLUDE)
                    : LeaveGroup(fib, Address(value, 0), Address(value, 4), ifIndex);
            case IpOpt.IP_BLOCK_SOURCE or IpOpt.IP_UNBLOCK_SOURCE or IpOpt.IP_ADD_SOURCE_MEMBERSHIP or IpOpt.IP_DROP_SOURCE_MEMBERSHIP:
                if (value.Length != SizeofMreqSource) return Errno.EINVAL;
                return SourceOption(fib, opt, Address(value, 0), Address(value, 4), 0, Address(value, 8));
            case IpOpt.IP_MSFILTER: return SetMsfilter(value, fib);
            case IpOpt.MCAST_JOIN_GROUP or IpOpt.MCAST_LEAVE_GROUP:
                if (value.Length < SizeofGroupReq || !IsInet(value, 8)) return Errno.EINVAL;
                return opt == IpOpt.MCAST_JOIN_GROUP
                    ? JoinGroup(fib, Address(value, 12), 0, Int(value, 0), McMode.EXCLUDE)
                    : LeaveGroup(fib, Address(value, 12), 0, Int(value, 0));
            case IpOpt.MCAST_JOIN_SOURCE_GROUP or IpOpt.MCAST_LEAVE_SOURCE_GROUP or IpOpt.MCAST_BLOCK_SOURCE or IpOpt.MCAST_UNBLOCK_SOURCE:
                if (value.Length != SizeofGroupSourceReq) return Errno.EINVAL;
                if (!IsInet(value, 8) || !IsInet(value, SizeofGroupReq)) return Errno.EADDRNOTAVAIL;
                return SourceOption(fib, opt, Address(value, 12), 0, Int(value, 0), Address(value, SizeofGroupReq + 4));
            case IpOpt.MCAST_MSFILTER: return SetGroupFilter(value, fib);
            case IpOpt.IP_UNICAST_IF: return SetUnicastIf(value, fib);
            default: return Errno.ENOPROTOOPT;
        }
    }

    /// <summary>getsockopt. Of a filter, the structure that says which comes in the buffer, and its room for sources.</summary>
    public Errno GetDeviceOption(int option, Span<byte> value, Fib fib, out int length)
    {
        length = 0;
        switch ((IpOpt)option)
        {
            case IpOpt.IP_MULTICAST_IF:
                Span<byte> address = stackalloc byte[4];
                BinaryPrimitives.WriteUInt32BigEndian(address, McAddr);
                length = Math.Min(4, value.Length);
                address[..length].CopyTo(value);
                return Errno.OK;
            case IpOpt.IP_MULTICAST_ALL: return WriteNumber(McState?.All == false ? 0 : 1, value, out length);
            case IpOpt.IP_MSFILTER:
                if (value.Length < SizeofMsfilter) return Errno.EINVAL;
                uint group = Address(value, 0);
                if (group >> 28 != 0xE) return Errno.EINVAL;
                int device = FindDevice(fib, group, Address(value, 4), 0);
                if (device == 0) return Errno.ENODEV;
                return ReadFilter(group, device, value, 8, sizeof(uint), out length);
            case IpOpt.MCAST_MSFILTER:
                if (value.Length < SizeofGroupFilter || !IsInet(value, 8) || Address(value, 12) >> 28 != 0xE) return Errno.EINVAL;
                return ReadFilter(Address(value, 12), Int(value, 0), value, SizeofGroupReq, SizeofStorage, out length);
            case IpOpt.IP_UNICAST_IF: return GetUnicastIf(value, out length);
            default: return Errno.ENOPROTOOPT;
        }
    }

    private Errno SourceOption(Fib fib, IpOpt option, uint group, uint address, int ifIndex, uint source)
    {
        bool joins = option is IpOpt.IP_ADD_SOURCE_MEMBERSHIP or IpOpt.MCAST_JOIN_SOURCE_GROUP;
        bool includes = joins || option is IpOpt.IP_DROP_SOURCE_MEMBERSHIP or IpOpt.MCAST_LEAVE_SOURCE_GROUP;
        if (joins)
        {
            Errno e = JoinGroup(fib, group, address, ifIndex, McMode.INCLUDE);
            if (e is not (Errno.OK or Errno.EADDRINUSE)) return e;
        }

        bool adds = joins || option is IpOpt.IP_BLOCK_SOURCE or IpOpt.MCAST_BLOCK_SOURCE;
        return ChangeSource(fib, adds, includes ? McMode.INCLUDE : McMode.EXCLUDE, group, address, ifIndex, source);
    }

    private Errno SetMulticastIf(ReadOnlySpan<byte> value, Fib fib)
    {
        if (Type == SocketType.STREAM || value.Length < 4) return Errno.EINVAL;
        uint address = Address(value, value.Length >= SizeofMreq ? 4 : 0);
        int ifIndex = value.Length >= SizeofMreqn ? Int(value, 8) : 0;
        if (ifIndex == 0 && address == 0)
        {
            if (McState is not null) (McState.Index, McState.Address) = (0, 0);
            return Errno.OK;
        }

        InDevice? device = ifIndex != 0 ? fib.Device(ifIndex) : fib.OwnerOf(address);
        if (device is null) return Errno.EADDRNOTAVAIL;
        if (BoundIfIndex != 0 && BoundIfIndex != device.IfIndex) return Errno.EINVAL;
        (Mc.Index, Mc.Address) = (device.IfIndex, address);
        return Errno.OK;
    }

    private Errno SetMsfilter(ReadOnlySpan<byte> value, Fib fib)
    {
        if (value.Length < SizeofMsfilter) return Errno.EINVAL;
        uint count = (uint)Int(value, 12);
        if (count > Net.Sysctl.igmp_max_msf) return Errno.ENOBUFS;
        if (value.Length < SizeofMsfilter + 4 * count) return Errno.EINVAL;
        var sources = new uint[count];
        for (int i = 0; i < sources.Length; i++) sources[i] = Address(value, SizeofMsfilter + 4 * i);
        return SetFilter(fib, Address(value, 0), Address(value, 4), 0, (uint)Int(value, 8), sources);
    }

    private Errno SetGroupFilter(ReadOnlySpan<byte> value, Fib fib)
    {
        if (value.Length < SizeofGroupFilter) return Errno.EINVAL;
        uint count = (uint)Int(value, SizeofGroupReq + 4);
        if (count > Net.Sysctl.igmp_max_msf) return Errno.ENOBUFS;
        if (value.Length < SizeofGroupFilter + SizeofStorage * count || !IsInet(value, 8)) return Errno.EINVAL;
        var sources = new uint[count];
        for (int i = 0; i < sources.Length; i++)
        {
            int at = SizeofGroupFilter + SizeofStorage * i;
            if (!IsInet(value, at)) return Errno.EADDRNOTAVAIL;
            sources[i] = Address(value, at + 4);
        }

        return SetFilter(fib, Address(value, 12), 0, Int(value, 0), (uint)Int(value, SizeofGroupReq), sources);
    }

    // ip_mc_msfget, ip_mc_gsfget: mode and number of sources from `at` on, then as many sources as there was room for.
    private Errno ReadFilter(uint group, int device, Span<byte> value, int at, int sourceSize, out int length)
    {
        length = 0;
        int i = IndexOf(group, device);
        if (i < 0) return Errno.EADDRNOTAVAIL;
        McMembership m = Mc.Memberships[i];
        uint[] sources = m.Sources ?? [];
        int room = (int)Math.Min((uint)Int(value, at + 4), (uint)Math.Max(0, (value.Length - at - 8) / sourceSize)), copied = Math.Min(room, sources.Length);
        BinaryPrimitives.WriteInt32LittleEndian(value[at..], (int)m.Mode);
        BinaryPrimitives.WriteInt32LittleEndian(value[(at + 4)..], sources.Length);
        for (int k = 0; k < copied; k++)
        {
            Span<byte> to = value.Slice(at + 8 + k * sourceSize, sourceSize);
            to.Clear();
            if (sourceSize > 4) BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)AddressFamily.INET);
            BinaryPrimitives.WriteUInt32BigEndian(to[(sourceSize > 4 ? 4 : 0)..], sources[k]);
        }

        length = at + 8 + copied * sourceSize;
        return Errno.OK;
    }

    private static int Int(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadInt32LittleEndian(b[at..]);

    private static uint Address(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32BigEndian(b[at..]);

    private static bool IsInet(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]) == (ushort)AddressFamily.INET;
}
