// A script of packetdrill's language as a tree. The language: google/packetdrill's syntax page, and the paper of USENIX ATC 2013.

namespace ActorNet.Packetdrill;

/// <summary>A parsed script: options, then events in the order of their lines.</summary>
public sealed record Script(string File, IReadOnlyList<ScriptOption> Options, IReadOnlyList<ScriptEvent> Events);

/// <summary><c>--name=value</c> at a script's beginning.</summary>
public sealed record ScriptOption(Place At, string Name, string Value);

/// <summary>Something that happens, or has to happen, at a time.</summary>
public abstract record ScriptEvent(Place At, EventTime Time);

/// <summary><c>socket(..., SOCK_STREAM, IPPROTO_TCP) = 3</c>.</summary>
/// <param name="Name">The call, as its man page has it.</param>
/// <param name="Result">What it returns; <see cref="Ellipsis"/> for whatever it does.</param>
/// <param name="Errno">The errno's name when the result is -1.</param>
/// <param name="Note">What stands in parentheses behind it: a comment.</param>
public sealed record SyscallEvent(Place At, EventTime Time, string Name, IReadOnlyList<Expr> Arguments, Expr Result, string? Errno, string? Note)
    : ScriptEvent(At, Time)
{
    public override string ToString() => $"{Name}({string.Join(", ", Arguments)}) = {Result}{(Errno is null ? "" : " " + Errno)}";
}

/// <summary><c>&lt; S 0:0(0) win 32792</c>: a packet that arrives (<see cref="Inbound"/>) or has to leave, up to the end of its line.</summary>
public sealed record PacketEvent(Place At, EventTime Time, bool Inbound, string Text) : ScriptEvent(At, Time);

/// <summary><c>`sysctl -q net.ipv4.tcp_sack=0`</c>: a shell command. One without a time follows the event before it at once.</summary>
public sealed record CommandEvent(Place At, EventTime Time, string Text) : ScriptEvent(At, Time);

/// <summary><c>%{ assert tcpi_unacked == 1 }%</c>: code.</summary>
public sealed record CodeEvent(Place At, EventTime Time, string Text) : ScriptEvent(At, Time);
