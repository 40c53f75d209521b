// A Linux TUN or TAP device (Documentation/networking/tuntap.rst): the kernel's packets as reads, ours as writes. IFF_NO_PI: bare IP packets
// of a TUN device, bare Ethernet frames of a TAP device.

using System.Text;

namespace ActorNet.Devices.Tun;

/// <summary>The kernel will not give us a TUN or TAP device. <see cref="Errno"/> says why; the message says what to do.</summary>
public sealed class TunException(Errno errno, string message) : IOException(message)
{
    public Errno Errno { get; } = errno;
}

/// <summary>An open TUN or TAP device. Reading and waiting belong to one thread, writing to another; <see cref="Wake"/> may be called from any.</summary>
public sealed class TunDevice : IDisposable
{
    private readonly int _fd, _wake;
    private int _disposed;

    private TunDevice(int fd, int wake, string name)
    {
        _fd = fd;
        _wake = wake;
        Name = name;
    }

    /// <summary>The name that the kernel gave (a "%d" in the asked name is filled in).</summary>
    public string Name { get; }

    /// <summary>Makes, or attaches to, a TUN device in the calling thread's network namespace.</summary>
    /// <param name="name">1 to 15 bytes, as interface names are.</param>
    /// <exception cref="TunException">EOPNOTSUPP not on Linux; ENOENT or ENODEV no /dev/net/tun; EPERM or EACCES no CAP_NET_ADMIN; EBUSY in use; EINVAL a bad name, or not a TUN device.</exception>
    public static TunDevice Open(string name) => Open(name, Libc.IFF_TUN, "TUN");

    /// <summary>The same for a TAP device: Ethernet frames in place of IP packets.</summary>
    /// <exception cref="TunException">As for <see cref="Open(string)"/>.</exception>
    public static TunDevice OpenTap(string name) => Open(name, Libc.IFF_TAP, "TAP");

    private static TunDevice Open(string name, short kind, string kindName)
    {
        if (!OperatingSystem.IsLinux()) throw new TunException(Errno.EOPNOTSUPP, $"{kindName} devices exist on Linux only");
        Libc.IfReq request = Request(name);
        int fd = Libc.open("/dev/net/tun", Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0)
        {
            Errno e = Libc.LastErrno;
            throw new TunException(e, e switch
            {
                Errno.ENOENT or Errno.ENODEV or Errno.ENXIO =>
                    "/dev/net/tun is not there: load the tun module (modprobe tun), or pass the device into the container (--device /dev/net/tun)",
                Errno.EACCES or Errno.EPERM => $"opening /dev/net/tun for {name} needs root or CAP_NET_ADMIN",
                _ => $"cannot open /dev/net/tun: {e}",
            });
        }

        request.Value = (ushort)kind | Libc.IFF_NO_PI;
        if (Libc.ioctl(fd, Libc.TUNSETIFF, ref request) < 0)
        {
            Errno e = Libc.LastErrno;
            Libc.close(fd);
            throw new TunException(e, e switch
            {
                Errno.EPERM => $"making the {kindName} device {name} needs root or CAP_NET_ADMIN",
                Errno.EBUSY => $"the {kindName} device {name} is in use by another program",
                Errno.EINVAL => $"{name} exists and is not a {kindName} device",
                _ => $"cannot make the {kindName} device {name}: {e}",
            });
        }

        int wake = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (wake < 0)
        {
            Errno e = Libc.LastErrno;
            Libc.close(fd);
            throw new TunException(e, $"cannot make an eventfd: {e}");
        }

        return new TunDevice(fd, wake, NameOf(request));
    }

    /// <summary>The kernel side's MTU.</summary>
    /// <exception cref="TunException">The kernel refuses.</exception>
    public int Mtu
    {
        get => Control(Libc.SIOCGIFMTU, 0, "read the MTU of");
        set => Control(Libc.SIOCSIFMTU, value, $"set MTU {value} on");
    }

    /// <summary>`ip link set DEV up`, on the kernel's side.</summary>
    /// <exception cref="TunException">The kernel refuses.</exception>
    public void SetUp()
    {
        int flags = Control(Libc.SIOCGIFFLAGS, 0, "read the flags of") & 0xFFFF;
        Control(Libc.SIOCSIFFLAGS, flags | Libc.IFF_UP, "set up");
    }

    /// <summary>Reads one packet. EAGAIN when there is none; EBADFD while the kernel side has been deleted.</summary>
    public unsafe SysResult Read(Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            nint n = Libc.read(_fd, p, buffer.Length);
            return n < 0 ? Libc.LastErrno : (SysResult)(long)n;
        }
    }

    /// <summary>Gives the kernel one packet. EAGAIN or ENOBUFS when it cannot take it now, EIO while the device is down there.</summary>
    public unsafe SysResult Write(ReadOnlySpan<byte> packet)
    {
        fixed (byte* p = packet)
        {
            nint n = Libc.write(_fd, p, packet.Length);
            return n < 0 ? Libc.LastErrno : (SysResult)(long)n;
        }
    }

    /// <summary>Waits until a packet can be read. False when woken, or when the device is gone.</summary>
    /// <param name="packets">Whether to look for packets at all; else it waits to be woken.</param>
    /// <param name="timeoutMs">Milliseconds; -1 for ever. After them it says true.</param>
    public unsafe bool Wait(bool packets, int timeoutMs)
    {
        Libc.PollFd* fds = stackalloc Libc.PollFd[2];
        fds[0] = new Libc.PollFd { Fd = _wake, Events = Libc.POLLIN };
        fds[1] = new Libc.PollFd { Fd = packets ? _fd : -1, Events = Libc.POLLIN };
        while (Libc.poll(fds, 2, timeoutMs) < 0)
        {
            if (Libc.LastErrno != Errno.EINTR) return false;
        }

        return fds[0].Revents == 0 && (fds[1].Revents & (Libc.POLLERR | Libc.POLLHUP)) == 0;
    }

    /// <summary>Ends a <see cref="Wait"/>, now or the next one.</summary>
    public unsafe void Wake()
    {
        ulong one = 1;
        _ = Libc.write(_wake, (byte*)&one, sizeof(ulong));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Libc.close(_fd);
        Libc.close(_wake);
    }

    private int Control(ulong what, int value, string doing)
    {
        int s = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (s < 0) throw new TunException(Libc.LastErrno, $"cannot make a socket to {doing} {Name}: {Libc.LastErrno}");
        try
        {
            Libc.IfReq request = Request(Name);
            request.Value = value;
            if (Libc.ioctl(s, what, ref request) < 0)
            {
                Errno e = Libc.LastErrno;
                throw new TunException(e, $"cannot {doing} {Name}: {e}");
            }

            return request.Value;
        }
        finally
        {
            Libc.close(s);
        }
    }

    private static unsafe Libc.IfReq Request(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length is 0 or > 15 || name.Any(c => c == '/' || char.IsWhiteSpace(c)) || name is "." or "..")
            throw new TunException(Errno.EINVAL, $"'{name}' is not an interface name (1 to 15 bytes, no slash, no space)");
        Libc.IfReq request = default;
        for (int i = 0; i < bytes.Length; i++) request.Name[i] = bytes[i];
        return request;
    }

    private static unsafe string NameOf(Libc.IfReq request)
    {
        int n = 0;
        while (n < 16 && request.Name[n] != 0) n++;
        return Encoding.UTF8.GetString(request.Name, n);
    }
}
