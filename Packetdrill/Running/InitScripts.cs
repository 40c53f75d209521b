// --init_scripts: shell scripts that run on the host before a script's first event, as the original runs them before its own.

namespace ActorNet.Packetdrill;

/// <summary>Puts the lines of set-up scripts before a script.</summary>
public static class InitScripts
{
    /// <summary>The script with the lines of the files that its options name before its first event.</summary>
    /// <remarks>Files are separated by commas; a path that is relative counts from the working folder, or else from the script's.</remarks>
    /// <exception cref="ScriptException">A file cannot be read.</exception>
    public static Script Prepend(Script script)
    {
        List<ScriptEvent> lines = [];
        foreach (ScriptOption option in script.Options.Where(o => o.Name == "init_scripts"))
        {
            foreach (string file in option.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)) lines.AddRange(Lines(option, script, file));
        }

        return lines.Count == 0 ? script : script with { Events = [.. lines, .. script.Events] };
    }

    private static IEnumerable<ScriptEvent> Lines(ScriptOption option, Script script, string file)
    {
        string path = File.Exists(file) ? file : Path.Combine(Path.GetDirectoryName(script.File) ?? "", file);
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScriptException(option.At, $"--init_scripts: {e.Message}");
        }

        for (int i = 0; i < lines.Length; i++)
        {
            int first = i;
            string line = lines[i].Trim();
            while (line.EndsWith('\\') && i + 1 < lines.Length) line = line[..^1] + " " + lines[++i].Trim();
            if (line.Length > 0 && line[0] != '#') yield return new CommandEvent(new Place(path, first + 1, 1), EventTime.Next, line);
        }
    }
}
