// The keys of what is apart on a host: network namespaces, users, policies, and who watches.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Keys of namespaces, credentials and policies.</summary>
public static class IsolationKeys
{
    public static readonly NodeKey Netns = Key.Node("netns", "object", "network namespaces beside the first, each under its name; the netns keys below");
    public static readonly NodeKey Policies = Key.Node("policies", "object", "what its processes are held to, each under a name of its own, asked in this order; the policies below");

    public static readonly ListKey NetnsDevices = Key.List("devices", "devices of the host that are in it, instead of in the first");
    public static readonly Key<string> NetnsGateway = Key.Text("gateway", "", "its default route's next hop; turns its automatic routes off");
    public static readonly ListKey NetnsRoutes = Key.List("routes", "its routes, as a host's; turns its automatic routes off");
    public static readonly NodeKey NetnsSysctl = Key.Node("sysctl", "object", "its settings, by their names in sysctl(8); the host's own are its first namespace's");

    public static readonly KeySet NetnsSection = new("hosts.NAME.netns.NAME", NetnsDevices, NetnsGateway, NetnsRoutes, NetnsSysctl);

    public static readonly Key<string> Policy = Key.Text("policy", "", "which policy; the section's name when absent");

    public static readonly Key<string> ProgramNetns = Key.Text("netns", "", "the network namespace that it runs in; absent: the host's first");
    public static readonly Key<long> User = Key.Integer("user", "0", "its uid; only 0 has capabilities that are not listed", 0, uint.MaxValue - 1);
    public static readonly Key<long> Group = Key.Integer("group", "", "its gid; absent: the uid", 0, uint.MaxValue - 1);
    public static readonly ListKey Capabilities = Key.List("capabilities", "what it may do beyond its uid, such as [NET_BIND_SERVICE, NET_RAW]; given for uid 0: all that it may do");

    internal static readonly Key[] ProgramKeys = [ProgramNetns, User, Group, Capabilities];

    public static readonly ListKey RecordSyscalls = Key.List("syscalls", "hosts whose system calls are written to syscalls.jsonl: names, groups, globs");
}
