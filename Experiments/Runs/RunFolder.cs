// Where a run's files go. Each is written beside its place and moved there when it is whole: a reader never sees half a file.

namespace ActorNet.Experiments;

/// <summary>The folder of one run.</summary>
public sealed class RunFolder
{
    internal const string Partial = ".partial";

    private readonly List<string> _open = [];
    private readonly bool _made;

    /// <exception cref="ScenarioException">The folder cannot be made.</exception>
    public RunFolder(string path)
    {
        Path = path;
        _made = !Directory.Exists(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"{path}: cannot be the run's folder: {e.Message}");
        }
    }

    public string Path { get; }

    /// <summary>Where a run's results go when nobody says: runs/NAME-SEED.</summary>
    public static string Default(Scenario scenario) => System.IO.Path.Combine("runs", $"{scenario.Name}-{scenario.Seed}");

    /// <summary>Where to write a file of this name until <see cref="Commit"/>.</summary>
    public string Begin(string name)
    {
        _open.Add(name);
        return System.IO.Path.Combine(Path, name + Partial);
    }

    /// <summary>Moves all files that were begun to their places.</summary>
    public void Commit()
    {
        foreach (string name in _open)
        {
            string partial = System.IO.Path.Combine(Path, name + Partial);
            if (File.Exists(partial)) File.Move(partial, System.IO.Path.Combine(Path, name), overwrite: true);
        }

        _open.Clear();
    }

    /// <summary>Removes what was begun and not committed, and the folder if it was made for this run and is empty: the run broke off.</summary>
    public void Abandon()
    {
        foreach (string name in _open) File.Delete(System.IO.Path.Combine(Path, name + Partial));
        _open.Clear();
        if (_made && Directory.Exists(Path) && !Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }

    public void Write(string name, string text)
    {
        string partial = System.IO.Path.Combine(Path, name + Partial);
        File.WriteAllText(partial, text);
        File.Move(partial, System.IO.Path.Combine(Path, name), overwrite: true);
    }
}
