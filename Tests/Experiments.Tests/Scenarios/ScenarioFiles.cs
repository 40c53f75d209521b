// Where the shipped scenarios and documents are, seen from a test's folder.

namespace ActorNet.Experiments.Tests;

internal static class ScenarioFiles
{
    public static readonly string Root = FindRoot();

    public static string Shipped(string name) => Path.Combine(Root, "config", "scenarios", name);

    /// <summary>Two hosts and a wire, with more text put in.</summary>
    public static string TwoHosts(string programs, string wire = "", string top = "") =>
        $$"""
        hosts { a {}, b {} }
        links { w { between = [a, b], delay = 1ms {{wire}} } }
        programs { {{programs}} }
        {{top}}
        """;

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "ActorNet.sln"))) at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("no ActorNet.sln above the tests");
    }
}
