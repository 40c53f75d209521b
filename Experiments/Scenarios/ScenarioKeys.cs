// Every key of a scenario file but the programs' own (those stand beside each program, in Programs/).

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>The key sets of a scenario's sections.</summary>
public static class ScenarioKeys
{
    public static readonly Key<string> Name = Key.Text("name", "", "what the run is called; the file's name when absent");
    public static readonly Key<string> Description = Key.Text("description", "", "one line for people");
    public static readonly Key<long> Seed = Key.Integer("seed", "1", "where all randomness comes from; --seed wins");
    public static readonly Key<string> Order = MessageOrders.Key("order", "fifo", "which of a host's messages of one instant is handled next: fifo, random (from the seed) or a recorded schedule; each pair of actors keeps its order in any");
    public static readonly Key<Duration> Duration = Key.Time("duration", "", "virtual time after which the run ends; absent: when all programs that end by themselves have ended");
    public static readonly Key<Duration> Sample = Key.Time("sample", "100ms", "virtual time between rows of metrics.csv");
    public static readonly Key<Duration> Drain = Key.Time("drain", "5s", "virtual time given to connections to close after the end, before what is left is destroyed");
    public static readonly Key<string> Network = Key.Text("network", "10.0.0.0/8", "where automatic subnets are taken from");
    public static readonly Key<long> SubnetLength = Key.Integer("subnet-length", "24", "prefix length of automatic subnets; a subnet with more hosts gets a shorter one", 8, 30);
    public static readonly NodeKey Sysctl = Key.Node("sysctl", "object", "settings of every host, by their names in sysctl(8); a host's own win");
    public static readonly NodeKey Cpu = Key.Node("cpu", "object", "the processors of every host, and what work costs on them; a host's own keys win. Absent: nothing takes time");
    public static readonly NodeKey Hosts = Key.Node("hosts", "object", "the hosts, each under its name (or its group's)");
    public static readonly NodeKey Switches = Key.Node("switches", "object", "the learning switches, each under its name (or its group's)");
    public static readonly NodeKey Links = Key.Node("links", "object", "the wires, each (or each bundle) under a name of its own");
    public static readonly NodeKey Programs = Key.Node("programs", "object", "what runs on the hosts, each under the name the results carry");
    public static readonly NodeKey Capture = Key.Node("capture", "list or object", "devices whose frames are written as pcapng, such as [\"server:eth0\", \"client*\"]");

    public static readonly NodeKey Record = Key.Node("record", "object", "what is written down of the run beside its measurements");

    public static readonly NodeKey Vars = Key.Node("vars", "object", "values of your own, to be used as ${vars.NAME} and set with --set vars.NAME=…");

    public static readonly KeySet Root = new("(top level)", Name, Description, Seed, Order, Duration, Sample, Drain, Network, SubnetLength, Vars, Sysctl, Cpu, Hosts, Switches, Links, Programs, Capture, Record);

    public static readonly Key<long> HostCount = Key.Integer("count", "1", "makes a group: NAME1 to NAMEcount", 1, 1_000_000);
    public static readonly Key<string> HostName = Key.Text("name", "", "pattern of the names in a group, with {n} for the number from 1; NAME{n} when absent");
    public static readonly Key<bool> Router = Key.Flag("router", "false", "forwards packets, and automatic routes may lead through it");
    public static readonly ListKey Address = Key.List("address", "addresses of eth0 with prefix length, such as 10.0.0.{n}/24; absent: automatic");
    public static readonly NodeKey Addresses = Key.Node("addresses", "object", "addresses by device: { eth0 = \"10.0.0.1/24\", eth1 = [\"10.0.1.1/24\"] }");
    public static readonly Key<string> Gateway = Key.Text("gateway", "", "the default route's next hop; turns automatic routes off");
    public static readonly ListKey Routes = Key.List("routes", "routes as `ip route add` takes them: \"10.2.0.0/16 via 10.1.0.1\", \"default via 10.0.0.1 dev eth0\"; turns automatic routes off");
    public static readonly NodeKey HostSysctl = Key.Node("sysctl", "object", "this host's settings, by their names in sysctl(8)");

    public static readonly NodeKey HostCpu = Key.Node("cpu", "object", "this host's processors, and what work costs on them; the cpu keys below");

    public static readonly KeySet Host = new("hosts.NAME", HostCount, HostName, Router, Address, Addresses, Gateway, Routes, HostSysctl, HostCpu, IsolationKeys.Netns, IsolationKeys.Policies);

    public static readonly Key<long> Cores = Key.Integer("cores", "1", "processors", 1, 1024);
    public static readonly Key<Duration> SyscallCost = Key.Time("syscall", "0", "a system call on a socket; a TCP socket is owned by the caller meanwhile");
    public static readonly Key<Duration> InterruptCost = Key.Time("interrupt", "0", "an interrupt of a NIC, before its softirq");
    public static readonly Key<Duration> DeviceCost = Key.Time("device", "0", "a packet in a device's driver, either way");
    public static readonly Key<Duration> IpCost = Key.Time("ip", "0", "a packet in IP, either way");
    public static readonly Key<Duration> TransportCost = Key.Time("transport", "0", "a packet in TCP, UDP or ICMP, either way");

    public static readonly KeySet CpuCosts = new("cpu and hosts.NAME.cpu", Cores, SyscallCost, InterruptCost, DeviceCost, IpCost, TransportCost);

    public static readonly Key<long> SwitchCount = Key.Integer("count", "1", "makes a group: NAME1 to NAMEcount", 1, 100_000);
    public static readonly Key<Duration> Aging = Key.Time("aging", "300s", "how long a learnt address is kept");

    public static readonly KeySet Switch = new("switches.NAME", SwitchCount, Aging);

    public static readonly ListKey Between = Key.List("between", "the two ends: [client, lan]. Hosts, switches or groups; \"router:eth2\" names the device. One group and one node: a star; two groups: shared out evenly, in order");
    public static readonly Key<long> LinkMtu = Key.Integer("mtu", "1500", "largest IP packet of the devices at both ends, in bytes", 68, 9710);
    public static readonly Key<bool> Offloads = Key.Flag("offloads", "false", "the devices at both ends have the offloads of a veth (tso, gso, gro, checksums): a wire without rate, impairments and capture passes large packets whole");
    public static readonly NodeKey Forward = Key.Node("forward", "object", "what differs from the first end to the second; the wire keys below");
    public static readonly NodeKey Backward = Key.Node("backward", "object", "what differs from the second end to the first; the wire keys below");

    public static readonly Key<long> Rate = Key.Rate("rate", "0", "how fast frames are put on the wire; 0 for no limit");
    public static readonly Key<Duration> Delay = Key.Time("delay", "1us", "propagation; at least 1ns");
    public static readonly Key<Duration> Jitter = Key.Time("jitter", "0", "the delay varies by up to so much either way, uniformly; frames may overtake each other");
    public static readonly Key<bool> KeepOrder = Key.Flag("keep-order", "false", "with jitter: frames never overtake each other");
    public static readonly Key<double> Loss = Key.Percent("loss", "0%", "of the frames, at random");
    public static readonly Key<double> Duplicate = Key.Percent("duplicate", "0%", "of the frames arrive twice");
    public static readonly Key<double> Corrupt = Key.Percent("corrupt", "0%", "of the frames arrive with one bit flipped");
    public static readonly Key<double> Mark = Key.Percent("mark", "0%", "of the frames whose sender understands ECN arrive marked (CE)");
    public static readonly Key<double> Reorder = Key.Percent("reorder", "0%", "of the frames overtake those before them");
    public static readonly Key<long> ReorderGap = Key.Integer("reorder-gap", "1", "with reorder: only every so-manieth frame may", 1, 1_000_000);
    public static readonly Key<Duration> ReorderAhead = Key.Time("reorder-ahead", "", "with reorder: how much earlier such a frame arrives; absent: all of the delay");
    public static readonly Key<string> Queue = Key.Text("queue", "1000", "what may wait for a wire with a rate: packets (1000) or bytes (64KiB); beyond it frames are dropped");

    internal static readonly Key[] WireKeys = [Rate, Delay, Jitter, KeepOrder, Loss, Duplicate, Corrupt, Mark, Reorder, ReorderGap, ReorderAhead, Queue];

    public static readonly KeySet Wire = new("links.NAME.forward and .backward", WireKeys);
    public static readonly KeySet Link = new("links.NAME", [Between, LinkMtu, Offloads, Forward, Backward, .. WireKeys]);

    public static readonly Key<string> Program = Key.Text("program", "", "which program; the section's name when absent");
    public static readonly ListKey On = Key.List("on", "the hosts it runs on: names, groups, or globs such as client*");
    public static readonly ListKey To = Key.List("to", "clients: the hosts (names, groups, globs) or addresses they talk to; instances take turns");
    public static readonly Key<long> ProgramCount = Key.Integer("count", "1", "how many on each host", 1, 1_000_000);
    public static readonly Key<Duration> Start = Key.Time("start", "0s", "when the first one starts");
    public static readonly Key<Duration> Stagger = Key.Time("stagger", "0s", "each next one starts so much later than the one before it");

    public static readonly Key<long> NoFile = Key.Integer("nofile", "65536", "descriptors an instance may have open (RLIMIT_NOFILE)", 4, 1_048_576);

    internal static readonly Key[] ProgramKeys = [Program, On, To, ProgramCount, Start, Stagger, NoFile, .. IsolationKeys.ProgramKeys];

    public static readonly KeySet ProgramSection = new("programs.NAME", ProgramKeys);

    public static readonly ListKey CaptureDevices = Key.List("devices", "NODE or NODE:DEVICE, with groups and globs");
    public static readonly Key<long> SnapLength = Key.Size("snaplen", "0", "bytes kept of each frame; 0 for all");

    public static readonly KeySet Captures = new("capture", CaptureDevices, SnapLength);

    public static readonly Key<Duration> RecordSockets = Key.Time("sockets", "0s", "virtual time between two looks at every host's sockets, for `actornet ss`; 0: none");

    public static readonly KeySet Records = new("record", RecordSockets, IsolationKeys.RecordSyscalls);

    /// <summary>All sections but those of the single programs, for the reference.</summary>
    public static readonly IReadOnlyList<KeySet> Sections = [Root, Host, IsolationKeys.NetnsSection, CpuCosts, Switch, Link, Wire, ProgramSection, Captures, Records];
}
