// A policy that scenarios can name: its parameters, and what it attaches to a host.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A policy by name. One file per policy declares one of these; <see cref="PolicyTable"/> lists them.</summary>
public sealed class PolicyKind(string name, string doc, params Key[] keys)
{
    /// <summary>The errno that most policies refuse with.</summary>
    internal static Key<Errno> ErrnoKey(string byDefault) => new(
        "errno", "errno", byDefault, "what a refused call fails with", "the name of an errno, such as EACCES",
        static (string s, out Errno e) => Enum.TryParse(s, out e) && Enum.IsDefined(e) && e != Errno.OK && char.IsAsciiLetter(s[0]));

    /// <summary>A range of ports.</summary>
    internal static Key<PortRange> PortsKey(string doc) => new("ports", "ports", "0-65535", doc, "a port such as 80 or a range such as 1-1023", PortRange.TryParse);

    /// <summary>The uid that a policy is for.</summary>
    internal static readonly Key<long> UserKey = Key.Integer("user", "", "only processes with this effective uid; absent: all", 0, uint.MaxValue - 1);

    public string Name { get; } = name;

    /// <summary>One line for people.</summary>
    public string Doc { get; } = doc;

    /// <summary>Its own parameters.</summary>
    public KeySet Parameters { get; } = new($"hosts.NAME.policies.NAME with policy = {name}", keys);

    /// <summary>The common key and its own.</summary>
    internal KeySet AllKeys { get; } = new($"hosts.NAME.policies.NAME with policy = {name}", [IsolationKeys.Policy, .. keys]);

    /// <summary>Keys that have no default.</summary>
    public Key[] Required { get; init; } = [];

    /// <summary>Attaches it, one object for each host.</summary>
    public required Action<HostPolicies, ProgramParameters> Attach { get; init; }

    /// <summary>Whether a policy with a `user` is for this caller.</summary>
    internal static bool Concerns(long? user, ITask task) => user is null || task.Credentials.Uid == user;
}

/// <summary>Ports from one to another, both included.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    public bool Contains(ushort port) => port >= First && port <= Last;

    public static bool TryParse(string text, out PortRange range)
    {
        range = default;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (!ushort.TryParse(dash < 0 ? text : text[..dash], System.Globalization.NumberStyles.None, null, out ushort first)) return false;
        ushort last = first;
        if (dash >= 0 && !ushort.TryParse(text.AsSpan(dash + 1), System.Globalization.NumberStyles.None, null, out last)) return false;
        range = new PortRange(first, last);
        return first <= last;
    }
}
