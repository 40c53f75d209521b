// struct ifreq (include/uapi/linux/if.h) of the requests that look at a device: dev_ifsioc_locked (net/core/dev_ioctl.c), devinet_ioctl (net/ipv4/devinet.c).

using System.Buffers.Binary;
using System.Text;
using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>Requests with a struct ifreq: 16 bytes of name, then what the request gives or takes, 24 bytes.</summary>
internal static class IfReq
{
    /// <summary>IFNAMSIZ.</summary>
    public const int NameSize = 16;

    /// <summary>sa_family and sa_data of a struct sockaddr that an IPv4 address fills.</summary>
    private const int SockAddrSize = 16;

    /// <summary>Bytes of struct ifmap, its padding left out.</summary>
    private const int IfMapSize = 21;

    /// <summary>Whether Linux knows such a request at all: the others are ENOTTY.</summary>
    public static bool Knows(IoctlCmd cmd) => Enum.IsDefined(cmd) && (cmd is >= IoctlCmd.SIOCGIFNAME and <= IoctlCmd.SIOCSIFHWBROADCAST
        or IoctlCmd.SIOCGIFTXQLEN or IoctlCmd.SIOCSIFTXQLEN or IoctlCmd.SIOCGIFMAP or IoctlCmd.SIOCSIFMAP)
        && cmd is not (IoctlCmd.SIOCSIFLINK or IoctlCmd.SIOCGIFMEM or IoctlCmd.SIOCSIFMEM or IoctlCmd.SIOCGIFENCAP or IoctlCmd.SIOCSIFENCAP or IoctlCmd.SIOCDIFADDR);

    /// <summary>Whether it changes something, which CAP_NET_ADMIN may.</summary>
    public static bool Changes(IoctlCmd cmd) => cmd is IoctlCmd.SIOCSIFFLAGS or IoctlCmd.SIOCSIFADDR or IoctlCmd.SIOCSIFDSTADDR or IoctlCmd.SIOCSIFBRDADDR
        or IoctlCmd.SIOCSIFNETMASK or IoctlCmd.SIOCSIFMETRIC or IoctlCmd.SIOCSIFMTU or IoctlCmd.SIOCSIFNAME or IoctlCmd.SIOCSIFHWADDR or IoctlCmd.SIOCSIFSLAVE
        or IoctlCmd.SIOCADDMULTI or IoctlCmd.SIOCDELMULTI or IoctlCmd.SIOCSIFHWBROADCAST or IoctlCmd.SIOCSIFTXQLEN or IoctlCmd.SIOCSIFMAP;

    /// <summary>The device that a request names: what is behind a colon is an alias, the label of an address.</summary>
    public static string Name(ReadOnlySpan<byte> request, out bool alias)
    {
        ReadOnlySpan<byte> name = request[..(NameSize - 1)];
        if (name.IndexOf((byte)0) is >= 0 and var end) name = name[..end];
        int colon = name.IndexOf((byte)':');
        alias = colon >= 0;
        return Encoding.Latin1.GetString(alias ? name[..colon] : name);
    }

    /// <summary>The address in a struct sockaddr of an Ethernet device.</summary>
    public static MacAddress Hardware(ReadOnlySpan<byte> sockaddr) =>
        new((ulong)BinaryPrimitives.ReadUInt16BigEndian(sockaddr[2..]) << 32 | BinaryPrimitives.ReadUInt32BigEndian(sockaddr[4..]));

    /// <summary>Answers a request that only looks. ENODEV; EADDRNOTAVAIL: a device without address; EINVAL.</summary>
    public static SysResult Get(IoctlCmd cmd, Span<byte> request, NetStack stack)
    {
        Span<byte> value = request[NameSize..];
        if (cmd == IoctlCmd.SIOCGIFNAME)
        {
            int index = BinaryPrimitives.ReadInt32LittleEndian(value);
            if (stack.Netns.Devices.Find(d => d.State.Info.IfIndex == index) is not { } named) return Errno.ENODEV;
            WriteName(request, named.State.Info.Name);
            return 0;
        }

        if (stack.Netns.Device(Name(request, out bool alias)) is not { } device) return Errno.ENODEV;
        NetDeviceInfo info = device.State.Info;
        switch (cmd)
        {
            case IoctlCmd.SIOCGIFADDR or IoctlCmd.SIOCGIFDSTADDR or IoctlCmd.SIOCGIFBRDADDR or IoctlCmd.SIOCGIFNETMASK:
                // The first, or the one that the caller names by its address. None of them has a label of its own.
                if (alias || stack.Fib.Device(info.IfIndex) is not { Addresses: { Length: > 0 } all }) return Errno.EADDRNOTAVAIL;
                InIfAddr a = all[0];
                uint asked = BinaryPrimitives.ReadUInt16LittleEndian(value) == (ushort)AddressFamily.INET ? BinaryPrimitives.ReadUInt32BigEndian(value[4..]) : 0;
                foreach (InIfAddr other in all)
                {
                    if (other.Local == asked) a = other;
                }

                WriteAddress(value, cmd switch { IoctlCmd.SIOCGIFNETMASK => a.Mask, IoctlCmd.SIOCGIFBRDADDR => a.Broadcast, _ => a.Local });
                return 0;
            case IoctlCmd.SIOCGIFFLAGS:
                BinaryPrimitives.WriteUInt16LittleEndian(value, (ushort)info.Flags);
                return 0;
            case IoctlCmd.SIOCGIFHWADDR:
                BinaryPrimitives.WriteUInt16LittleEndian(value, (ushort)info.Type);
                if (info.Type == ARPHRD.NONE) value[2..SockAddrSize].Clear();
                BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(info.Address.Value >> 32));
                BinaryPrimitives.WriteUInt32BigEndian(value[4..], (uint)info.Address.Value);
                return 0;
            case IoctlCmd.SIOCGIFMAP:
                value[..IfMapSize].Clear();
                return 0;
            case IoctlCmd.SIOCGIFSLAVE:
                return Errno.EINVAL;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(value, cmd switch
                {
                    IoctlCmd.SIOCGIFMTU => info.Mtu,
                    IoctlCmd.SIOCGIFINDEX => info.IfIndex,
                    IoctlCmd.SIOCGIFTXQLEN => info.TxQueueLen,
                    _ => 0, // SIOCGIFMETRIC
                });
                return 0;
        }
    }

    /// <summary>sin_family, no port, the address.</summary>
    public static void WriteAddress(Span<byte> sockaddr, uint address)
    {
        sockaddr[..SockAddrSize].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(sockaddr, (ushort)AddressFamily.INET);
        BinaryPrimitives.WriteUInt32BigEndian(sockaddr[4..], address);
    }

    /// <summary>A device's name, the rest of its 16 bytes zero.</summary>
    public static void WriteName(Span<byte> request, string name)
    {
        request[..NameSize].Clear();
        Encoding.Latin1.GetBytes(name, request);
    }
}
