// /proc as a process sees it: /proc/net (its network namespace's), and /proc/sys/net. A path leads to a directory or to a file that is made when it is
// opened (fs/proc/generic.c, proc_net.c, proc_sysctl.c; path_openat's checks in their order).

namespace ActorNet.Actors;

/// <summary>What an open asks: the process's namespace and host, and its rights.</summary>
internal readonly record struct ProcContext(NetStack Stack, HostPlan Host, Credentials Credentials);

/// <summary>Finds and opens files of /proc.</summary>
internal static class ProcFs
{
    private const int NameMax = 255, PathMax = 4096;
    private const FileFlags Kept = FileFlags.AccessMode | FileFlags.APPEND | FileFlags.NONBLOCK | FileFlags.ASYNC | FileFlags.DIRECTORY
        | FileFlags.SYNC | FileFlags.NOFOLLOW | FileFlags.NOATIME;

    private static readonly string[] s_net =
        ["arp", "dev", "icmp", "igmp", "netstat", "protocols", "raw", "route", "snmp", "sockstat", "softnet_stat", "tcp", "udp", "udplite"];

    /// <summary>open(2): ENOENT, ENOTDIR, EISDIR, EEXIST, EACCES, ENAMETOOLONG.</summary>
    public static Errno Open(string path, FileFlags flags, in ProcContext context, out OpenFile? file)
    {
        file = null;
        bool create = (flags & FileFlags.CREAT) != 0, exclusive = create && (flags & FileFlags.EXCL) != 0;
        bool temporary = (flags & FileFlags.TMPFILE) == FileFlags.TMPFILE, writes = (flags & FileFlags.AccessMode) != FileFlags.RDONLY;
        if (temporary && (create || !writes)) return Errno.EINVAL;
        if (path.Length == 0) return Errno.ENOENT;
        if (path.Length >= PathMax || path.Split('/').Any(p => p.Length > NameMax)) return Errno.ENAMETOOLONG;
        Errno e = Walk(path, context, out List<string> at, out bool isDirectory);
        if (e != Errno.OK) return e;
        bool slash = path[^1] == '/';
        if (slash && !isDirectory) return create ? Errno.EISDIR : Errno.ENOTDIR;
        if (exclusive) return Errno.EEXIST;
        if (temporary) return !isDirectory ? Errno.ENOTDIR : at is ["proc", "sys", ..] ? Errno.EACCES : Errno.EOPNOTSUPP;
        if (!slash && (flags & FileFlags.NOFOLLOW) != 0 && IsLink(path)) return (flags & FileFlags.DIRECTORY) != 0 ? Errno.ENOTDIR : Errno.ELOOP;
        if (isDirectory && (writes || create)) return Errno.EISDIR;
        if (!isDirectory && (flags & FileFlags.DIRECTORY) != 0) return Errno.ENOTDIR;
        FileFlags kept = flags & Kept | FileFlags.LARGEFILE;
        ProcContext c = context;
        if (isDirectory) file = new ProcDirectory(kept, () => Children(at, c));
        else if (at[1] == "net") e = OpenNet(at[2], kept, c, out file);
        else e = OpenSysctl(at, kept, c, out file);
        if (e == Errno.OK && (flags & FileFlags.NOATIME) != 0 && !IsOwner(c.Credentials)) return Errno.EPERM;
        if (e == Errno.OK && (flags & FileFlags.DIRECT) != 0) return Errno.EINVAL; // no file here can do it (FMODE_CAN_ODIRECT)
        return e;
    }

    /// <summary>inode_owner_or_capable: all files of /proc are root's.</summary>
    public static bool IsOwner(Credentials who) => who.Uid == 0 || who.Capable(Capability.FOWNER);

    // What is a symbolic link in Linux.
    private static bool IsLink(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray() is ["proc", "net" or "self" or "thread-self"];

    // Lexical but for "..", which the walk undoes; every prefix must be a directory.
    private static Errno Walk(string path, in ProcContext context, out List<string> at, out bool isDirectory)
    {
        at = [];
        isDirectory = true;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isDirectory) return Errno.ENOTDIR;
            if (part == ".") continue;
            if (part == "..")
            {
                if (at.Count > 0) at.RemoveAt(at.Count - 1);
                continue;
            }

            string name = part;
            bool found = false;
            foreach ((string child, bool directory) in Children(at, context))
            {
                if (child != name) continue;
                (found, isDirectory) = (true, directory);
                break;
            }

            if (!found) return Errno.ENOENT;
            at.Add(name);
            // /proc/self/net is what /proc/net leads to; a process has one thread.
            if (at is ["proc", "self" or "thread-self", "net"]) at.RemoveAt(1);
        }

        return Errno.OK;
    }

    private static IEnumerable<(string Name, bool IsDirectory)> Children(List<string> at, in ProcContext context) => at switch
    {
        [] => [("proc", true)],
        ["proc"] => [("net", true), ("self", true), ("sys", true), ("thread-self", true)],
        ["proc", "self" or "thread-self"] => [("net", true)],
        ["proc", "net"] => s_net.Select(n => (n, false)),
        ["proc", "sys"] => [("net", true)],
        ["proc", "sys", "net", ..] => SysctlChildren(string.Join('.', at.Skip(2)) + ".", context),
        _ => [],
    };

    private static List<(string Name, bool IsDirectory)> SysctlChildren(string prefix, in ProcContext context)
    {
        List<(string Name, bool IsDirectory)> children = [];
        foreach (CtlTable entry in SysctlTable.All)
        {
            if (entry.InitOnly && context.Stack.Net.Cookie != 1) continue;
            foreach (string name in Names(entry, context.Stack.Fib))
            {
                if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
                string rest = name[prefix.Length..];
                int dot = rest.IndexOf('.', StringComparison.Ordinal);
                (string, bool) child = dot < 0 ? (rest, false) : (rest[..dot], true);
                if (!children.Contains(child)) children.Add(child);
            }
        }

        return children;
    }

    private static IEnumerable<string> Names(CtlTable entry, Fib fib)
    {
        if (!entry.Name.Contains(".DEV.", StringComparison.Ordinal)) return [entry.Name];
        return ((string[])["default", .. fib.Devices.ToArray().Select(d => d.Name)]).Select(d => entry.Name.Replace(".DEV.", "." + d + ".", StringComparison.Ordinal));
    }

    // Mode 0444. A file of records cannot be written at all (seq_open_net); others open for root, and refuse the write.
    private static Errno OpenNet(string name, FileFlags flags, ProcContext c, out OpenFile? file)
    {
        file = null;
        bool writes = (flags & FileFlags.AccessMode) != FileFlags.RDONLY;
        bool single = name is "snmp" or "netstat" or "sockstat";
        if (writes && !(single && c.Credentials.Capable(Capability.DAC_OVERRIDE))) return Errno.EACCES;
        NetStack s = c.Stack;
        Func<Instant, IEnumerable<string>> records = name switch
        {
            "arp" => now => ProcDevices.Arp(s),
            "dev" => now => ProcDevices.Dev(s.Netns),
            "icmp" => now => ProcSockets.Datagrams(s, now, d => d.Protocol == IpProtocol.ICMP && d.Type == SocketType.DGRAM, "  sl  ", 5, 127),
            "igmp" => now => s.IgmpMachine.ProcRecords(now),
            "netstat" => now => ProcMib.Netstat(s.Net),
            "protocols" => now => ProcSockets.Protocols(s),
            "raw" => now => ProcSockets.Datagrams(s, now, d => d.Type == SocketType.RAW && d.Family == AddressFamily.INET, "  sl  ", 4, 0),
            "route" => now => ProcDevices.Route(s.Fib),
            "snmp" => now => ProcMib.Snmp(s.Net),
            "sockstat" => now => ProcSockets.Sockstat(s, now),
            "softnet_stat" => now => ProcDevices.Softnet(c.Host),
            "tcp" => now => ProcSockets.Tcp(s, now),
            "udp" => now => ProcSockets.Datagrams(s, now, d => d.Protocol == IpProtocol.UDP, "   sl  ", 5, 127),
            "udplite" => now => ProcSockets.Datagrams(s, now, _ => false, "   sl  ", 5, 127),
            _ => throw new InvalidOperationException(name),
        };
        file = new SeqFile(flags, records);
        return Errno.OK;
    }

    // net_ctl_permissions and test_perm: the owner's bits are root's and the network administrator's.
    private static Errno OpenSysctl(List<string> at, FileFlags flags, ProcContext c, out OpenFile? file)
    {
        file = null;
        CtlTable entry = SysctlTable.Find(string.Join('.', at.Skip(2)), out string? device)!;
        int mode = entry.InitWritable && c.Stack.Net.Cookie != 1 ? CtlTable.ReadOnly : entry.Mode;
        if (c.Credentials.Uid == 0 || c.Credentials.Capable(Capability.NET_ADMIN)) mode >>= 6;
        else if (c.Credentials.Gid == 0) mode >>= 3;
        int wanted = (flags & FileFlags.AccessMode) switch { FileFlags.RDONLY => 4, FileFlags.WRONLY => 2, _ => 6 };
        if ((mode & wanted) != wanted) return Errno.EACCES;
        InDevice? d = null;
        foreach (InDevice each in c.Stack.Fib.Devices)
        {
            if (each.Name == device) d = each;
        }

        file = new SysctlFile(flags, entry, new SysctlScope(c.Stack.Net.Sysctl, d, c.Stack.Fib));
        return Errno.OK;
    }
}
