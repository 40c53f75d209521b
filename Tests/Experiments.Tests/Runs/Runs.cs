// Runs small scenarios for tests: no files, and the run must be good unless the test says otherwise.

namespace ActorNet.Experiments.Tests;

internal static class Runs
{
    public static RunResult Run(string text, ulong? seed = null, IReadOnlyList<string>? settings = null) => Run(ScenarioFile.Parse(text, "test.conf", settings, seed));

    public static RunResult Run(Scenario scenario)
    {
        RunResult result = new ScenarioRun(scenario, new RunOptions()).Execute();
        Assert.Empty(result.Summary.Violations);
        return result;
    }

    public static ProgramSummary Program(this RunResult result, string name) => Assert.Single(result.Summary.Programs, p => p.Name == name);

    public static HostSummary Host(this RunResult result, string name) => Assert.Single(result.Summary.Hosts, h => h.Name == name);

    /// <summary>All that was asked was answered, and right.</summary>
    public static ProgramSummary Good(this ProgramSummary program, long requests)
    {
        Assert.Equal("", string.Join(", ", program.ErrorsByName.Select(e => $"{e.Key} {e.Value}")));
        Assert.Equal(requests, program.Requests);
        return program;
    }
}
