// SIOCGIFCONF (dev_ifconf in net/core/dev_ioctl.c, inet_gifconf in net/ipv4/devinet.c; man 7 netdevice): every IPv4 address of a namespace, a struct ifreq each.

using System.Buffers.Binary;

namespace ActorNet.Actors;

/// <summary>struct ifconf: a length, padding, a pointer.</summary>
internal static class IfConf
{
    private const int Size = 16, IfReqSize = 40;

    /// <summary>Fills what ifc_buf points to with what fits; at the null pointer, ifc_len becomes what all would take.</summary>
    public static SysResult Fill(Syscall.Ioctl call, NetStack stack)
    {
        Span<byte> ifconf = call.Argument.Span;
        if (ifconf.Length < Size) return Errno.EFAULT;
        int room = BinaryPrimitives.ReadInt32LittleEndian(ifconf), length = 0;
        foreach (InDevice device in stack.Fib.Devices)
        {
            foreach (InIfAddr address in device.Addresses)
            {
                if (call.Pointed is { } memory)
                {
                    if (room - length < IfReqSize) break;
                    if (memory.Length - length < IfReqSize) return Errno.EFAULT;
                    Span<byte> request = memory.Span.Slice(length, IfReqSize);
                    request.Clear();
                    IfReq.WriteName(request, device.Name);
                    IfReq.WriteAddress(request[IfReq.NameSize..], address.Local);
                }

                length += IfReqSize;
            }
        }

        BinaryPrimitives.WriteInt32LittleEndian(ifconf, length);
        return 0;
    }
}
