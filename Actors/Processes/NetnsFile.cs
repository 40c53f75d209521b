// A namespace's file (fs/nsfs.c): /proc/<pid>/ns/net and what `ip netns` keeps in /run/netns. Open, it can be given to setns(2).

using System.Globalization;

namespace ActorNet.Actors;

/// <summary>An open file of a network namespace.</summary>
internal sealed class NetnsFile(Netns netns) : OpenFile(FileFlags.RDONLY)
{
    public readonly Netns Netns = netns;

    /// <summary>The namespace that a path names for a process of this host, or null: /proc/self/ns/net, /proc/PID/ns/net, /run/netns/NAME, /var/run/netns/NAME.</summary>
    public static Netns? Find(HostPlan host, ProcessActor process, string path)
    {
        foreach (string folder in (ReadOnlySpan<string>)["/run/netns/", "/var/run/netns/"])
        {
            if (path.StartsWith(folder, StringComparison.Ordinal) && path.Length > folder.Length) return host.Namespace(path[folder.Length..]) is { IsNamed: true } named ? named : null;
        }

        if (!path.StartsWith("/proc/", StringComparison.Ordinal) || !path.EndsWith("/ns/net", StringComparison.Ordinal) || path.Length < 14) return null;
        string who = path["/proc/".Length..^"/ns/net".Length];
        if (who is "self" or "thread-self") return process.Stack.Netns;
        return int.TryParse(who, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? host.Books.Processes.Find(p => p.Pid == pid && p.Started && !p.Exited)?.Netns
            : null;
    }

    /// <summary>open(2) of a namespace's file. EPERM: for writing; ENOENT: the path names none.</summary>
    public static Errno Open(Syscall.Open call, ProcessActor process, out OpenFile? file)
    {
        file = null;
        if (Find(process.Stack.Netns.Host, process, call.Path) is not { } netns) return Errno.ENOENT;
        if ((call.Flags & FileFlags.AccessMode) != FileFlags.RDONLY) return Errno.EPERM;
        file = new NetnsFile(netns);
        return Errno.OK;
    }

    /// <summary>As readlink(2) shows it: "net:[4026531840]".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"net:[{Netns.Inode}]");
}
