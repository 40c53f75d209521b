// Options that name devices (sock_setbindtodevice, sock_getbindtodevice of net/core/sock.c; IP_MULTICAST_IF and its like): setsockopt and getsockopt for who
// knows the host's devices.

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    private const int IFNAMSIZ = 16;

    /// <summary>setsockopt(2): what the caller may set, then devices by name or number, then the machine's own.</summary>
    public Errno SetOption(SockLevel level, int option, ReadOnlySpan<byte> value, Fib fib, Instant now)
    {
        Errno e = MaySet(level, option, value);
        if (e != Errno.OK) return e;
        if (level == SockLevel.SOCKET && (SockOpt)option == SockOpt.SO_BINDTODEVICE) return BindToDevice(value, fib);
        return AsksForDevices(level, option) is { } inet ? inet.SetDeviceOption(option, value, fib) : Setsockopt(level, option, value, now);
    }

    /// <summary>getsockopt(2), likewise.</summary>
    public Errno GetOption(SockLevel level, int option, Span<byte> value, Fib fib, Instant now, out int length)
    {
        if (level == SockLevel.SOCKET && (SockOpt)option == SockOpt.SO_BINDTODEVICE) return BoundDevice(value, fib, out length);
        return AsksForDevices(level, option) is { } inet ? inet.GetDeviceOption(option, value, fib, out length) : Getsockopt(level, option, value, out length, now);
    }

    /// <summary>The machine, if the option is one of those that look at devices and groups; else null.</summary>
    public InetSock? AsksForDevices(SockLevel level, int option) => level == SockLevel.IP && InetSock.IsDeviceOption(option) ? this as InetSock : null;

    /// <summary>Whether the option counts in the port table's conflicts and look-ups: the table is told when it has changed.</summary>
    public static bool IsPortOption(SockLevel level, int option) => level == SockLevel.SOCKET
        && (SockOpt)option is SockOpt.SO_REUSEADDR or SockOpt.SO_REUSEPORT or SockOpt.SO_BINDTODEVICE or SockOpt.SO_BINDTOIFINDEX or SockOpt.SO_INCOMING_CPU;

    private Errno BindToDevice(ReadOnlySpan<byte> name, Fib fib)
    {
        int end = name.IndexOf((byte)0);
        if (end >= 0) name = name[..end];
        int ifIndex = 0;
        if (name.Length > 0 && (ifIndex = fib.IfIndexOf(System.Text.Encoding.ASCII.GetString(name))) == 0) return Errno.ENODEV;
        if (MayRebind() is var denied and not Errno.OK) return denied;
        BoundIfIndex = ifIndex;
        return Errno.OK;
    }

    private Errno BoundDevice(Span<byte> value, Fib fib, out int length)
    {
        length = 0;
        if (BoundIfIndex == 0) return Errno.OK;
        if (value.Length < IFNAMSIZ) return Errno.EINVAL;
        length = System.Text.Encoding.ASCII.GetBytes(fib.Device(BoundIfIndex)?.Name ?? "", value) + 1;
        value[length - 1] = 0;
        return Errno.OK;
    }
}
