// The programs by name. A new program is one file with a `Kind`, and one line here.

namespace ActorNet.Experiments;

/// <summary>All programs that scenarios can name.</summary>
public static class ProgramTable
{
    public static readonly IReadOnlyList<ProgramKind> All =
    [
        PingProgram.Kind,
        UdpEchoProgram.Kind,
        TcpEchoProgram.Kind,
        KeepOpenProgram.Kind,
        BulkProgram.Kind,
        HttpServerProgram.Kind,
        HttpClientProgram.Kind,
        DiscardProgram.Kind,
        ChargenProgram.Kind,
    ];

    public static IReadOnlyList<string> Names { get; } = All.Select(p => p.Name).ToArray();

    public static bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ProgramKind? kind) =>
        (kind = All.FirstOrDefault(p => p.Name == name)) is not null;
}
