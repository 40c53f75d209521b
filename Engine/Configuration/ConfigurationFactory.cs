// Ways to get a Config: text, files, embedded resources.

using System.Reflection;

namespace ActorNet.Engine.Configuration;

/// <summary>Reads configuration. Every error names file, line and column.</summary>
public static class ConfigurationFactory
{
    private static readonly string[] DefaultNames = ["app.conf", "app.hocon"];

    public static Config Empty => Config.Empty;

    /// <summary>Reads HOCON text; what it includes by relative name is looked for among embedded resources.</summary>
    public static Config ParseString(string hocon) => ParseString(hocon, null);

    /// <summary>Reads HOCON text; everything it includes is asked of <paramref name="includeCallback"/>.</summary>
    public static Config ParseString(string hocon, HoconIncludeCallbackAsync? includeCallback)
    {
        ArgumentNullException.ThrowIfNull(hocon);
        return Parse(new HoconSource("text", hocon), includeCallback);
    }

    /// <summary>Reads a file, which has to be UTF-8. Without an extension, .conf and .hocon are tried.</summary>
    /// <exception cref="ConfigurationException">There is no such file, or it is not HOCON.</exception>
    public static Config FromFile(string filePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        foreach (string path in Path.HasExtension(filePath) ? [filePath] : new[] { filePath, filePath + ".conf", filePath + ".hocon" })
        {
            if (!File.Exists(path)) continue;
            try
            {
                return Parse(HoconIncludes.ReadFile(path, path), null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ConfigurationException($"{path}: {e.Message}", e);
            }
        }
        throw new ConfigurationException(Directory.Exists(filePath) ? $"{filePath} is a directory, not a HOCON file" : $"No HOCON file at {filePath} could be found.");
    }

    public static Config FromResource<TAssembly>(string resourceName) => FromResource(resourceName, typeof(TAssembly).Assembly);

    public static Config FromResource(string resourceName, object instanceInAssembly) => FromResource(resourceName, instanceInAssembly switch
    {
        Assembly assembly => assembly,
        Type type => type.Assembly,
        _ => instanceInAssembly.GetType().Assembly,
    });

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        HoconSource source = HoconIncludes.ReadResource(assembly, resourceName, includedBy: null)
            ?? throw new ConfigurationException($"No resource {resourceName} in {assembly.GetName().Name}.");
        return Parse(source, null);
    }

    /// <summary>The application's own file, <c>app.conf</c> or <c>app.hocon</c> beside the program; empty when there is none.</summary>
    public static Config Default()
    {
        foreach (string name in DefaultNames)
        {
            string path = Path.Combine(AppContext.BaseDirectory, name);
            if (File.Exists(path)) return FromFile(path);
        }
        return Empty;
    }

    /// <inheritdoc cref="Default"/>
    public static Config Load() => Default();

    internal static Config Parse(HoconSource source, HoconIncludeCallbackAsync? callback, IEnumerable<string>? overrides = null)
    {
        PathScope scope = new(null, [], null);
        HoconIncludes includes = new(callback);
        ObjectNode root = HoconReader.Read(source, scope, includes);
        foreach (string setting in overrides ?? [])
            root.MergeOver(HoconReader.Read(new HoconSource($"setting \"{setting}\"", setting), scope, includes));
        return new Config(HoconTree.Build(root, Environment.GetEnvironmentVariable));
    }
}
