// A scenario that has been read, expanded and checked: every host, wire, address, route and program by name. Nothing here is running.

using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>What to run. Lists are in the order of the file, groups expanded in the order of their numbers.</summary>
public sealed class Scenario
{
    public required string Name { get; init; }

    public required string File { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Mutable, so that one reading serves many seeds.</summary>
    public ulong Seed { get; set; }

    /// <summary>fifo, random or a recorded schedule.</summary>
    public string Order { get; init; } = "fifo";

    /// <summary>Virtual time after which the run ends; null: when every program that ends by itself has ended.</summary>
    public Duration? Duration { get; init; }

    /// <summary>How often metrics.csv gets a row.</summary>
    public Duration Sample { get; init; }

    /// <summary>How often all sockets are written to sockets.jsonl; zero for never.</summary>
    public Duration RecordSockets { get; init; }

    /// <summary>How long, after the programs were told to stop, connections may take to close before what is left is destroyed.</summary>
    public Duration Drain { get; init; }

    public required IReadOnlyList<HostSpec> Hosts { get; init; }

    public required IReadOnlyList<SwitchSpec> Switches { get; init; }

    public required IReadOnlyList<LinkSpec> Links { get; init; }

    public required IReadOnlyList<ProgramSpec> Programs { get; init; }

    public required IReadOnlyList<CaptureSpec> Captures { get; init; }

    /// <summary>Whose system calls are written to syscalls.jsonl.</summary>
    public IReadOnlyList<HostSpec> RecordSyscalls { get; init; } = [];

    public HostSpec? Host(string name) => Hosts.FirstOrDefault(h => h.Name == name);
}

/// <summary>One simulated host.</summary>
public sealed class HostSpec(string name, string group, int number, SettingsOrigin origin)
{
    public string Name { get; } = name;

    /// <summary>The key it was written under; "client" for client1 to client10.</summary>
    public string Group { get; } = group;

    /// <summary>From 1 within its group.</summary>
    public int Number { get; } = number;

    public SettingsOrigin Origin { get; } = origin;

    /// <summary>Forwards packets (net.ipv4.ip_forward = 1), and automatic routes may lead through it.</summary>
    public bool IsRouter { get; init; }

    /// <summary>In the order of the links; eth0 first.</summary>
    public List<DeviceSpec> Devices { get; } = [];

    public List<RouteSpec> Routes { get; } = [];

    /// <summary>Network namespaces beside the first.</summary>
    public List<NetnsSpec> Netns { get; } = [];

    /// <summary>What its processes are held to, in order.</summary>
    public List<PolicySpec> Policies { get; } = [];

    /// <summary>Names as sysctl(8) has them, and their texts, in the order they are set.</summary>
    public List<KeyValuePair<string, string>> Sysctls { get; } = [];

    /// <summary>Null: nothing takes time.</summary>
    public CpuModel? Cpu { get; set; }

    /// <summary>Whether routes are computed for it.</summary>
    public bool AutomaticRoutes { get; init; } = true;

    /// <summary>Where others reach it: the first address of its first device; null when it has none.</summary>
    public IpAddress? Address => Devices.Count > 0 && Devices[0].Addresses.Count > 0 ? Devices[0].Addresses[0].Address : null;

    public override string ToString() => Name;
}

/// <summary>A host's device at one end of a link.</summary>
public sealed class DeviceSpec(HostSpec host, string name)
{
    public HostSpec Host { get; } = host;

    public string Name { get; } = name;

    public int Mtu { get; set; } = 1500;

    /// <summary>It has all offloads.</summary>
    public bool Offloads { get; set; }

    /// <summary>The namespace that it is in; null for the host's first.</summary>
    public string? Netns { get; set; }

    public List<InterfaceAddress> Addresses { get; } = [];

    public override string ToString() => $"{Host.Name}:{Name}";
}

/// <summary>An address with its prefix length, as `ip address` writes it.</summary>
public readonly record struct InterfaceAddress(IpAddress Address, int PrefixLength)
{
    public uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);

    public uint Network => Address.V4 & Mask;

    public bool Contains(IpAddress a) => (a.V4 & Mask) == Network;

    /// <summary>Parses "10.0.0.1/24".</summary>
    public static bool TryParse(string text, out InterfaceAddress value)
    {
        value = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IpAddress.TryParse(text.AsSpan(0, slash), out IpAddress a) || !a.IsV4) return false;
        if (!int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out int length) || length > 32) return false;
        value = new InterfaceAddress(a, length);
        return true;
    }

    public override string ToString() => $"{Address}/{PrefixLength}";
}

/// <summary>A route, as `ip route add PREFIX via VIA dev DEV`.</summary>
/// <param name="Via">Null for a route that the device reaches by itself.</param>
/// <param name="Device">Null: the one that reaches <paramref name="Via"/>.</param>
public sealed record RouteSpec(InterfaceAddress Prefix, IpAddress? Via, string? Device)
{
    public override string ToString() =>
        (Prefix.PrefixLength == 0 ? "default" : Prefix.ToString()) + (Via is { } v ? $" via {v}" : "") + (Device is null ? "" : $" dev {Device}");
}

/// <summary>A learning switch.</summary>
public sealed record SwitchSpec(string Name, string Group, int Number, SettingsOrigin Origin)
{
    /// <summary>How long a learnt address is kept.</summary>
    public Duration Aging { get; init; }

    /// <summary>Ports taken by links so far.</summary>
    public int Ports { get; set; }
}

/// <summary>One end of a link: a host's device, or a switch's port.</summary>
public sealed record LinkEnd(DeviceSpec? Device, SwitchSpec? Switch, string PortName)
{
    public string NodeName => Device?.Host.Name ?? Switch!.Name;

    public override string ToString() => $"{NodeName}:{PortName}";
}

/// <summary>A wire between two ends, each direction on its own.</summary>
public sealed record LinkSpec(string Name, LinkEnd A, LinkEnd B, WireSpec Forward, WireSpec Backward, SettingsOrigin Origin);

/// <summary>One program on one host.</summary>
public sealed class ProgramSpec
{
    /// <summary>The key it was written under.</summary>
    public required string Name { get; init; }

    public required HostSpec Host { get; init; }

    public required ProgramKind Kind { get; init; }

    public required ProgramParameters Parameters { get; init; }

    /// <summary>From 0, over all hosts of the entry.</summary>
    public required int Index { get; init; }

    public required Instant Start { get; init; }

    /// <summary>RLIMIT_NOFILE.</summary>
    public int NoFile { get; init; } = 65_536;

    /// <summary>The namespace that it runs in; null for the host's first.</summary>
    public string? Netns { get; init; }

    public Credentials Credentials { get; init; } = Credentials.Root;

    /// <summary>Whom a client talks to: hosts in the order they take turns; empty for servers.</summary>
    public IReadOnlyList<ProgramTarget> Targets { get; init; } = [];

    public required SettingsOrigin Origin { get; init; }
}

/// <summary>A host (or a bare address) that a client is pointed at.</summary>
public readonly record struct ProgramTarget(string Name, IpAddress Address);

/// <summary>A device whose frames are written to a pcapng file.</summary>
/// <param name="SnapLength">Bytes kept of each frame; 0 for all.</param>
public sealed record CaptureSpec(string NodeName, string Device, int SnapLength);
