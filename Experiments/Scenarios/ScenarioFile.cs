// From a file's name to a scenario that can run.

namespace ActorNet.Experiments;

/// <summary>Loads scenarios.</summary>
public static class ScenarioFile
{
    /// <param name="settings">`path=value` each, as --set gives them.</param>
    /// <param name="seed">As --seed gives it; wins over the file's.</param>
    /// <exception cref="ScenarioException">All that is wrong with it.</exception>
    public static Scenario Load(string file, IReadOnlyList<string>? settings = null, ulong? seed = null) => With(ScenarioReader.Read(SettingsFile.Read(file, settings ?? []), file), seed);

    /// <summary>As <see cref="Load"/>, from text.</summary>
    public static Scenario Parse(string text, string name, IReadOnlyList<string>? settings = null, ulong? seed = null) =>
        With(ScenarioReader.Read(SettingsFile.Parse(text, name, settings ?? []), name), seed);

    private static Scenario With(Scenario scenario, ulong? seed)
    {
        if (seed is { } s) scenario.Seed = s;
        return scenario;
    }
}
