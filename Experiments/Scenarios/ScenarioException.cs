// All that is wrong with a scenario, one clear line each.

namespace ActorNet.Experiments;

/// <summary>A scenario that cannot run: exit code 2, and nothing was written.</summary>
public sealed class ScenarioException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public ScenarioException(string error) : this([error]) { }

    /// <summary>One line each: where, which key, what was expected.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}

/// <summary>Collects errors while a file is read, so that all are told at once.</summary>
public sealed class ScenarioErrors
{
    private readonly List<string> _lines = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public int Count => _lines.Count;

    public bool Any => _lines.Count > 0;

    /// <summary>"file:line: path: message".</summary>
    public void Add(SettingsNode at, string message) => Add(at.Origin, at.Path, message);

    public void Add(SettingsOrigin origin, string path, string message)
    {
        string line = path.Length > 0 ? $"{origin}: {path}: {message}" : $"{origin}: {message}";
        if (_seen.Add(line)) _lines.Add(line);
    }

    public void ThrowIfAny()
    {
        if (_lines.Count > 0) throw new ScenarioException(_lines);
    }
}
