// The kernel of this machine for one run of a script: calls by number, and descriptors kept apart from the test process's own.

namespace ActorNet.Differential.Tests;

/// <summary>
/// A script's descriptor N is the process's Base + N: moved there as soon as it is made, so that a script has the numbers that a program alone would have, and
/// dup2, F_DUPFD and RLIMIT_NOFILE mean what they say.
/// </summary>
internal sealed unsafe class Kernel : IKernel
{
    private const int Base = 640, Files = 1024, FirstFree = 3;

    private static readonly int s_null = Prepare();

    public static string? WhyNot { get; } = Probe();

    public long Call(int nr, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) => Libc.Call(nr, a, b, c, d, e, f);

    public int Real(int fd) => fd < 0 ? fd : Base + fd;

    public int Script(int real) => real - Base;

    public int Install(int real)
    {
        int fd = Reserve();
        if (fd < 0) throw new InvalidOperationException("no descriptor is free");
        Move(real, fd);
        return fd;
    }

    /// <summary>Makes a call of a script. The descriptor that it returns has the script's lowest free number.</summary>
    public SysResult Make(SystemCall call)
    {
        long r = call.OnKernel(this);
        if (r < 0 || !call.ReturnsDescriptor) return Result(r);
        int fd = Reserve();
        if (fd >= 0)
        {
            Move((int)r, fd);
            return fd;
        }

        Libc.Call(X64.close, (nint)r);
        return Errno.EMFILE;
    }

    /// <summary>The same for a call that blocks: the number is taken before it waits. Until it returns, the number is that of a file which is no socket.</summary>
    public SysResult MakeBlocking(SystemCall call)
    {
        int fd = call.ReturnsDescriptor ? Reserve() : -1;
        long r = call.OnKernel(this);
        if (fd < 0) return Result(r);
        if (r < 0) Libc.Call(X64.close, Base + fd);
        else Move((int)r, fd);
        return r < 0 ? Result(r) : fd;
    }

    /// <summary>A script's 0, 1 and 2.</summary>
    public static void OpenTerminal()
    {
        for (int fd = 0; fd < FirstFree; fd++) Libc.Call(X64.dup2, s_null, Base + fd);
    }

    /// <summary>Closes all that a script left open.</summary>
    public static void CloseAll() => Libc.Call(Libc.close_range, Base, Base + Files - 1, 0);

    /// <summary>Ends whatever waits on a script's sockets.</summary>
    public static void ShutdownAll()
    {
        for (int fd = Base; fd < Base + 64; fd++) Libc.Call(X64.shutdown, fd, (int)ShutdownHow.RDWR);
    }

    private static SysResult Result(long r) => r < 0 ? (Errno)(-r) : r;

    private static int Reserve()
    {
        for (int fd = FirstFree; fd < Files; fd++)
        {
            if (Libc.Call(X64.fcntl, Base + fd, Libc.F_GETFD) != -(long)Errno.EBADF) continue;
            Libc.Call(X64.dup2, s_null, Base + fd);
            return fd;
        }

        return -1;
    }

    private static void Move(int real, int fd)
    {
        bool closeOnExec = (Libc.Call(X64.fcntl, real, Libc.F_GETFD) & Libc.FD_CLOEXEC) != 0;
        Libc.Call(X64.dup3, real, Base + fd, closeOnExec ? Libc.O_CLOEXEC : 0);
        Libc.Call(X64.close, real);
    }

    private static int Prepare()
    {
        Libc.LimitFiles(Base + Files);
        Libc.LetSigusr1Interrupt();
        fixed (byte* path = "/dev/null\0"u8) return (int)Libc.Call(X64.open, (nint)path, 2 | Libc.O_CLOEXEC);
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux()) return "the kernel beside is not Linux";
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64) return "system calls are made by their x86-64 numbers";
        if (Libc.geteuid() != 0) return "needs root: a network namespace for each script";
        string? why = null;
        var thread = new Thread(() =>
        {
            try
            {
                Libc.EnterNewNetwork();
            }
            catch (InvalidOperationException e)
            {
                why = e.Message;
            }
        });
        thread.Start();
        thread.Join();
        return why;
    }
}
