// A workload that scenarios and the TUN command can name: its parameters, what it listens on, and its body over Os.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>What a program's instance listens on: two on one host cannot have the same.</summary>
public readonly record struct ListenPort(IpProtocol Protocol, int Port)
{
    public override string ToString() => $"{(Protocol == IpProtocol.UDP ? "udp" : "tcp")} port {Port}";
}

/// <summary>A program by name. One file per program declares one of these; <see cref="ProgramTable"/> lists them.</summary>
public sealed class ProgramKind(string name, string doc, params Key[] keys)
{
    public string Name { get; } = name;

    /// <summary>One line for people.</summary>
    public string Doc { get; } = doc;

    /// <summary>Its own parameters.</summary>
    public KeySet Parameters { get; } = new($"programs.NAME with program = {name}", keys);

    /// <summary>The common keys and its own.</summary>
    internal KeySet AllKeys { get; } = new($"programs.NAME with program = {name}", [.. ScenarioKeys.ProgramKeys, .. keys]);

    /// <summary>With `to`, without it, or either: what the program is follows from it.</summary>
    public TargetRule Targets { get; init; } = TargetRule.Optional;

    /// <summary>What it listens on, if it is a server with these parameters.</summary>
    public Func<ProgramParameters, ListenPort?> Listens { get; init; } = static _ => null;

    /// <summary>Whether an instance ends by itself, so that a run without a duration can end.</summary>
    public Func<ProgramParameters, bool> Ends { get; init; } = static _ => false;

    /// <summary>Checks what the keys alone cannot; answers what is wrong, and at which key.</summary>
    public Func<ProgramParameters, (Key Key, string Message)?> Check { get; init; } = static _ => null;

    /// <summary>The program.</summary>
    public required Func<ProgramContext, Task> Run { get; init; }
}

/// <summary>Whether a program is given `to`.</summary>
public enum TargetRule { None, Optional, Required }

/// <summary>A program's parameters, all parsed.</summary>
public sealed class ProgramParameters(IReadOnlyDictionary<Key, object?> values, IReadOnlySet<Key> given, bool hasTargets)
{
    /// <summary>Whether `to` was given: a client.</summary>
    public bool HasTargets { get; } = hasTargets;

    public T Get<T>(Key<T> key) => (T)values[key]!;

    public IReadOnlyList<string> Get(ListKey key) => ((SettingsNode[])values[key]!).Select(n => n.Text).ToArray();

    public string? Get(DirectoryKey key) => (string?)values[key];

    /// <summary>Whether it was given (and is not the default standing in).</summary>
    public bool Has(Key key) => given.Contains(key);

    /// <summary>Null when it was not given.</summary>
    public T? Maybe<T>(Key<T> key) where T : struct => Has(key) ? (T)values[key]! : null;
}

/// <summary>What an instance of a program is given.</summary>
public sealed class ProgramContext(Os os, ProgramParameters parameters, ProgramMeter meter, string name, int index, IReadOnlyList<ProgramTarget> targets)
{
    public Os Os { get; } = os;

    public ProgramParameters Parameters { get; } = parameters;

    public ProgramMeter Meter { get; } = meter;

    /// <summary>The scenario's name for it.</summary>
    public string Name { get; } = name;

    /// <summary>From 0, over all hosts of the entry.</summary>
    public int Index { get; } = index;

    /// <summary>Whom it talks to; its own turn first.</summary>
    public IReadOnlyList<ProgramTarget> Targets { get; } = targets;

    public ProgramTarget Target => Targets[Index % Targets.Count];

    public bool IsClient => Targets.Count > 0;

    /// <summary>Called by servers when they listen.</summary>
    public Action? OnListening { get; init; }

    public T Get<T>(Key<T> key) => Parameters.Get(key);

    /// <summary>A stream of random numbers of this instance alone.</summary>
    public RandomStream Random(string purpose) => Os.Random($"{Name} {Index} {purpose}");
}
