// The real kernel by P/Invoke: syscall(2), and what a thread needs to have a network of its own.

using System.Runtime.InteropServices;

namespace ActorNet.Differential.Tests;

internal static unsafe partial class Libc
{
    public const int CLONE_NEWNET = 0x4000_0000, F_GETFD = 1, FD_CLOEXEC = 1, O_CLOEXEC = 0x80000, SIGUSR1 = 10, RLIMIT_NOFILE = 7;

    // include/uapi/linux/sockios.h, if.h
    public const int SIOCGIFFLAGS = 0x8913, SIOCSIFFLAGS = 0x8914, IFF_UP = 1;

    // arch/x86/entry/syscalls/syscall_64.tbl, beyond what scripts call
    public const int prlimit64 = 302, close_range = 436;

    /// <summary>A system call of this thread: its value, or minus the errno.</summary>
    public static long Call(long nr, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint r = syscall((nint)nr, a, b, c, d, e, f);
        return r == -1 ? -Marshal.GetLastPInvokeError() : r;
    }

    public static int Tid => (int)Call(X64.gettid);

    /// <summary>A network namespace of this thread's own, with lo up. Threads that it starts are in it too.</summary>
    public static void EnterNewNetwork()
    {
        if (unshare(CLONE_NEWNET) != 0) throw new InvalidOperationException($"unshare(CLONE_NEWNET): {(Errno)Marshal.GetLastPInvokeError()}");
        int s = (int)Call(X64.socket, 2, 2 | O_CLOEXEC, 0);
        byte* ifreq = stackalloc byte[40];
        new Span<byte>(ifreq, 40).Clear();
        "lo"u8.CopyTo(new Span<byte>(ifreq, 16));
        Call(X64.ioctl, s, SIOCGIFFLAGS, (nint)ifreq);
        *(short*)(ifreq + 16) |= IFF_UP;
        long r = Call(X64.ioctl, s, SIOCSIFFLAGS, (nint)ifreq);
        Call(X64.close, s);
        if (r != 0) throw new InvalidOperationException($"lo does not come up: {(Errno)(-r)}");
    }

    /// <summary>RLIMIT_NOFILE of the process: the soft limit.</summary>
    public static long LimitFiles(ulong soft)
    {
        ulong* limit = stackalloc ulong[2];
        Call(prlimit64, 0, RLIMIT_NOFILE, 0, (nint)limit);
        limit[0] = Math.Min(soft, limit[1]);
        return Call(prlimit64, 0, RLIMIT_NOFILE, (nint)limit, 0);
    }

    /// <summary>SIGUSR1 interrupts a call (EINTR) and does nothing else: its handler is abs(3), which is harmless at any time.</summary>
    public static void LetSigusr1Interrupt()
    {
        byte* action = stackalloc byte[152]; // struct sigaction: handler, mask, flags, restorer
        new Span<byte>(action, 152).Clear();
        *(nint*)action = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "abs");
        if (sigaction(SIGUSR1, action, null) != 0) throw new InvalidOperationException("sigaction");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint nr, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sigaction(int signal, byte* action, byte* old);

    [LibraryImport("libc")]
    public static partial uint geteuid();
}
