// The arrows of docs/architecture.md, asserted from the assemblies' own references.

using System.Reflection;

namespace ActorNet.Architecture.Tests;

[Trait("Engine", "Embedded")] // on Akka the engine's arrow points to packages
public sealed class AssemblyArrowsTests
{
    /// <summary>Which of our assemblies each may name; what they name beyond is the BCL and the packages listed.</summary>
    private static readonly Dictionary<string, (string[] Ours, string[] Packages)> Arrows = new()
    {
        ["ActorNet.Protocols"] = ([], []),
        ["ActorNet.Engine"] = ([], []),
        ["ActorNet.Devices"] = (["ActorNet.Protocols", "ActorNet.Engine"], []),
        ["ActorNet.Actors"] = (["ActorNet.Devices", "ActorNet.Protocols", "ActorNet.Engine"], []),
        ["ActorNet.Experiments"] = (["ActorNet.Actors", "ActorNet.Devices", "ActorNet.Protocols", "ActorNet.Engine"], []),
        ["ActorNet.Packetdrill"] = (["ActorNet.Actors", "ActorNet.Devices", "ActorNet.Protocols", "ActorNet.Engine"], []),
        ["actornet"] = (
            ["ActorNet.Experiments", "ActorNet.Packetdrill", "ActorNet.Actors", "ActorNet.Devices", "ActorNet.Protocols", "ActorNet.Engine"],
            ["System.CommandLine", "Spectre.Console", "Serilog", "Serilog.Sinks.Console", "Serilog.Sinks.File"]),
    };

    // The packages that also begin with "System": named in Arrows, so not taken for the BCL.
    private static readonly HashSet<string> NotBcl = [.. Arrows.Values.SelectMany(a => a.Packages)];

    public static TheoryData<string> Assemblies => [.. Arrows.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_references_only_what_its_arrows_allow(string name)
    {
        (string[] ours, string[] packages) = Arrows[name];
        string[] beyond = Assembly.Load(name).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(a => !IsBcl(a) && !ours.Contains(a) && !packages.Contains(a))
            .ToArray();
        Assert.True(beyond.Length == 0, $"{name} must not reference {string.Join(", ", beyond)}");
    }

    [Fact]
    public void The_rule_sees_an_arrow_that_points_the_wrong_way()
    {
        // The same question asked of a pair that is certainly there: were references not visible, the test above could not fail.
        Assert.Contains(Assembly.Load("ActorNet.Actors").GetReferencedAssemblies(), a => a.Name == "ActorNet.Protocols");
    }

    private static bool IsBcl(string name) =>
        !NotBcl.Contains(name)
        && (name.StartsWith("System.", StringComparison.Ordinal) || name is "System" or "mscorlib" or "netstandard" or "Microsoft.Win32.Primitives");
}
