// A network namespace of a test's own: the real kernel as the other side, and nothing of the machine's own network.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace ActorNet.Testing;

/// <summary>A test that needs the real kernel: Linux, root, /dev/net/tun and `ip netns`. Elsewhere it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetnsFactAttribute : FactAttribute
{
    public override string? Skip
    {
        get { return Netns.WhyNot; }
        set { _ = value; } // the machine decides, nobody else
    }
}

/// <summary>A network namespace, up to its disposal; processes started in it end with it.</summary>
public sealed partial class Netns : IDisposable
{
    private static readonly Lazy<string?> Reason = new(Probe);
    private static int s_count;

    private readonly List<Process> _started = [];

    public Netns()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"an-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        Check(Call("ip", "netns", "add", Name));
        Check(Exec("ip", "link", "set", "lo", "up"));
    }

    /// <summary>Why namespaces cannot be had here, or null.</summary>
    public static string? WhyNot => Reason.Value;

    public string Name { get; }

    /// <summary>Runs a program in the namespace and waits for its end.</summary>
    public (int ExitCode, string Output, string Error) Exec(string program, params string[] arguments) =>
        Call("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>The same; an exit code other than 0 is an exception with what it printed.</summary>
    public string Must(string program, params string[] arguments) => Check(Exec(program, arguments));

    /// <summary>Starts a program in the namespace; it is killed at the latest when the namespace is disposed.</summary>
    public Process Start(string program, params string[] arguments)
    {
        Process process = Process.Start(Info("ip", ["netns", "exec", Name, program, .. arguments]))!;
        _started.Add(process);
        return process;
    }

    /// <summary>Runs code on a thread of its own inside the namespace. What it opens there (a TUN device, a socket) stays in the namespace.</summary>
    public T Inside<T>(Func<T> code)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = code();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start(); // and not from the pool: a thread that has moved may not serve anybody else
        thread.Join();
        if (failure is not null) throw new InvalidOperationException($"in namespace {Name}: {failure.Message}", failure);
        return result;
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            try
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
                process.WaitForExit(5000);
            }
            catch (InvalidOperationException)
            {
                // it has just ended by itself
            }

            process.Dispose();
        }

        Call("ip", "netns", "del", Name);
    }

    private void Enter()
    {
        const int O_RDONLY = 0, O_CLOEXEC = 0x8_0000, CLONE_NEWNET = 0x4000_0000;
        int fd = open($"/var/run/netns/{Name}", O_RDONLY | O_CLOEXEC);
        if (fd < 0) throw new InvalidOperationException($"open of namespace {Name}: errno {Marshal.GetLastPInvokeError()}");
        int result = setns(fd, CLONE_NEWNET);
        int errno = Marshal.GetLastPInvokeError();
        _ = close(fd);
        if (result != 0) throw new InvalidOperationException($"setns: errno {errno}");
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux()) return "network namespaces exist on Linux only";
        if (geteuid() != 0) return "needs root: network namespaces and TUN devices";
        if (!File.Exists("/dev/net/tun")) return "needs /dev/net/tun";
        string name = string.Create(CultureInfo.InvariantCulture, $"an-probe-{Environment.ProcessId}");
        try
        {
            (int exit, _, string error) = Call("ip", "netns", "add", name);
            if (exit != 0) return $"ip netns add: {error.Trim()}";
            Call("ip", "netns", "del", name);
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "needs the ip command (iproute2)";
        }
    }

    private static string Check((int ExitCode, string Output, string Error) result) =>
        result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"exit code {result.ExitCode}: {result.Output}{result.Error}");

    private static (int ExitCode, string Output, string Error) Call(string program, params string[] arguments)
    {
        using Process process = Process.Start(Info(program, arguments))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static ProcessStartInfo Info(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        return info;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int fd, int type);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
