// The system calls that TUN and TAP devices need, by their own names (man 2 open, ioctl, poll, eventfd, read, write, close, setns; man 7 netdevice).

using System.Runtime.InteropServices;

namespace ActorNet.Devices.Tun;

internal static partial class Libc
{
    public const int O_RDONLY = 0, O_RDWR = 2, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;
    public const int AF_INET = 2, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000;
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    public const int CLONE_NEWNET = 0x4000_0000;
    public const short POLLIN = 1, POLLERR = 8, POLLHUP = 16;

    // include/uapi/linux/if_tun.h, sockios.h
    public const ulong TUNSETIFF = 0x4004_54CA, SIOCGIFMTU = 0x8921, SIOCSIFMTU = 0x8922, SIOCGIFFLAGS = 0x8913, SIOCSIFFLAGS = 0x8914;
    public const short IFF_TUN = 1, IFF_TAP = 2, IFF_NO_PI = 0x1000, IFF_UP = 1;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int fd, ulong request, ref IfReq request2);

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static unsafe partial int poll(PollFd* fds, ulong count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setns(int fd, int type);

    /// <summary>errno of the last call on this thread, in our numbers, which are Linux's.</summary>
    public static Errno LastErrno => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>struct ifreq: a name of 16 bytes and a union of 24.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public unsafe struct IfReq
    {
        public fixed byte Name[16];
        public int Value; // ifr_mtu, or ifr_flags in its low half
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events, Revents;
    }
}
