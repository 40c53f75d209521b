// ioctl(2) on a network's devices (sock_do_ioctl, dev_ifsioc in net/core/dev_ioctl.c, inet_ioctl; man 7 netdevice). Looking is answered from what IP and the
// devices know; a change is a message to the device, by way of IP, and the call is answered when the device has made it.

using System.Buffers.Binary;
using ActorNet.Devices;

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    // struct ifreq: a name, then a union. struct rtentry and struct arpreq: where their address begins, and their length.
    private const int IfReqSize = 40, RtEntrySize = 120, RtEntryAddress = 8, ArpReqSize = 68, SocketIoctls = 0x89;

    private void NetIoctl(Syscall.Ioctl call, NetStack stack)
    {
        bool known = ((uint)call.Cmd >> 8 & 0xFF) == SocketIoctls;
        if (call.Cmd == IoctlCmd.SIOCRTMSG) Finish(call, Errno.EINVAL);
        else if (known && call.Argument.IsEmpty) Finish(call, Errno.EFAULT);
        else if (call.Cmd == IoctlCmd.SIOCGIFCONF) Finish(call, IfConf.Fill(call, stack));
        else if (call.Cmd is IoctlCmd.SIOCADDRT or IoctlCmd.SIOCDELRT or IoctlCmd.SIOCSARP or IoctlCmd.SIOCDARP or IoctlCmd.SIOCGARP) Finish(call, Tables(call));
        else if (call.Cmd is IoctlCmd.SIOCSIFPFLAGS or IoctlCmd.SIOCGIFPFLAGS) Finish(call, Errno.EINVAL);
        else if (!IfReq.Knows(call.Cmd)) Finish(call, Errno.ENOTTY);
        else if (call.Argument.Length < IfReqSize) Finish(call, Errno.EFAULT);
        else if (IfReq.Changes(call.Cmd)) Change(call, stack);
        else Finish(call, IfReq.Get(call.Cmd, call.Argument.Span, stack));
    }

    // Routes and neighbours are set up by who builds the network: what is checked before them is checked, no more.
    private SysResult Tables(Syscall.Ioctl call)
    {
        bool route = call.Cmd is IoctlCmd.SIOCADDRT or IoctlCmd.SIOCDELRT;
        if (call.Cmd != IoctlCmd.SIOCGARP && !Credentials.Capable(Capability.NET_ADMIN)) return Errno.EPERM;
        if (call.Argument.Length < (route ? RtEntrySize : ArpReqSize)) return Errno.EFAULT;
        ushort family = BinaryPrimitives.ReadUInt16LittleEndian(call.Argument.Span[(route ? RtEntryAddress : 0)..]);
        if (family == (ushort)AddressFamily.INET) return Errno.EOPNOTSUPP;
        return route ? Errno.EAFNOSUPPORT : Errno.EPFNOSUPPORT;
    }

    private void Change(Syscall.Ioctl call, NetStack stack)
    {
        Span<byte> request = call.Argument.Span;
        Span<byte> value = request[IfReq.NameSize..];
        ushort family = BinaryPrimitives.ReadUInt16LittleEndian(value);
        int number = BinaryPrimitives.ReadInt32LittleEndian(value);
        bool address = call.Cmd is IoctlCmd.SIOCSIFADDR or IoctlCmd.SIOCSIFBRDADDR or IoctlCmd.SIOCSIFNETMASK or IoctlCmd.SIOCSIFDSTADDR;
        DevicePlan? device = stack.Netns.Device(IfReq.Name(request, out bool alias));
        Errno e = !Credentials.Capable(Capability.NET_ADMIN) ? Errno.EPERM
            : address && family != (ushort)AddressFamily.INET ? Errno.EINVAL
            : device is null ? Errno.ENODEV
            : Errno.OK;
        if (e != Errno.OK)
        {
            Finish(call, e);
            return;
        }

        NetDeviceInfo info = device!.State.Info;
        switch (call.Cmd)
        {
            case IoctlCmd.SIOCSIFFLAGS when alias: Finish(call, Errno.EADDRNOTAVAIL); break;
            case IoctlCmd.SIOCSIFFLAGS: stack.Ip.Tell(new DeviceChange(call, device.Actor, new NetDevice.SetAdmin(info.IfIndex, ((IFF)family & IFF.UP) != 0)), _self); break;
            case IoctlCmd.SIOCSIFMTU: stack.Ip.Tell(new DeviceChange(call, device.Actor, new NetDevice.SetMtu(info.IfIndex, number)), _self); break;
            case IoctlCmd.SIOCSIFHWADDR when family != (ushort)info.Type: Finish(call, Errno.EINVAL); break;
            case IoctlCmd.SIOCSIFHWADDR when info.Type == ARPHRD.ETHER:
                stack.Ip.Tell(new DeviceChange(call, device.Actor, new NetDevice.SetAddress(info.IfIndex, IfReq.Hardware(value))), _self);
                break;
            case IoctlCmd.SIOCSIFSLAVE: Finish(call, Errno.EINVAL); break;
            case IoctlCmd.SIOCSIFHWBROADCAST when family != (ushort)info.Type: Finish(call, Errno.EINVAL); break;
            case IoctlCmd.SIOCADDMULTI or IoctlCmd.SIOCDELMULTI when family != 0 || info.Type != ARPHRD.ETHER: Finish(call, Errno.EINVAL); break;
            case IoctlCmd.SIOCSIFTXQLEN when number < 0: Finish(call, Errno.EINVAL); break;
            default: Finish(call, Errno.EOPNOTSUPP); break;
        }
    }
}
