// The policies by name. A new policy is one file with a `Kind`, and one line here.

namespace ActorNet.Experiments;

/// <summary>All policies that scenarios can name.</summary>
public static class PolicyTable
{
    public static readonly IReadOnlyList<PolicyKind> All =
    [
        DenyBind.Kind,
        DenyConnect.Kind,
        DenyCall.Kind,
        RewriteConnect.Kind,
        ForceSockopt.Kind,
    ];

    public static IReadOnlyList<string> Names { get; } = All.Select(p => p.Name).ToArray();

    public static bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PolicyKind? kind) =>
        (kind = All.FirstOrDefault(p => p.Name == name)) is not null;
}
