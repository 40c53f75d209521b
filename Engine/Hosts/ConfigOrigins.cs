// What ActorNet asks of configuration beyond Akka's and Hocon's API: where a key was written, overrides on top of a file, nanoseconds. The one place
// for it; its twin on Akka.NET answers with what Hocon knows.

using ActorNet.Engine.Configuration;

namespace ActorNet.Engine.Hosts;

/// <summary>Places of keys and values for error messages, and the loading of a file with overrides.</summary>
public static class ConfigOrigins
{
    /// <summary>Reads a file and lays <c>path=value</c> settings over it, as if each were a last line of the file; substitutions see them.</summary>
    /// <exception cref="ConfigurationException">No such file, or not HOCON; see <see cref="IsConfigurationError"/>.</exception>
    public static Config FromFile(string file, IEnumerable<string>? overrides = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        if (!File.Exists(file)) throw new ConfigurationException(Directory.Exists(file) ? $"{file}: expected a file, found a directory" : $"{file}: no such file");
        HoconSource source;
        try
        {
            source = HoconIncludes.ReadFile(file, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file}: {e.Message}", e);
        }
        return ConfigurationFactory.Parse(source, null, overrides);
    }

    /// <summary>Reads text that errors call <paramref name="name"/>, and lays settings over it.</summary>
    public static Config Parse(string text, string name, IEnumerable<string>? overrides = null) =>
        ConfigurationFactory.Parse(new HoconSource(name, text), null, overrides);

    /// <summary><c>file:line:column</c> of the value at a path, or of the innermost object that is there.</summary>
    public static string OriginOf(this Config config, string path) => (config.FindNearest(path)?.Value ?? config.Root).Origin.ToString();

    /// <summary><c>file:line:column</c> of the key at a path, or of the innermost key that is there.</summary>
    public static string KeyOriginOf(this Config config, string path) => config.FindNearest(path)?.KeyOrigin.ToString() ?? config.Root.Origin.ToString();

    /// <summary><c>file:line:column</c> of a value.</summary>
    public static string Origin(this HoconValue value) => value.Origin.ToString();

    /// <summary><c>file:line:column</c> of a field's key.</summary>
    public static string KeyOrigin(this HoconField field) => field.KeyOrigin.ToString();

    /// <summary>Where a value stands in the tree, such as <c>hosts.web[2].port</c>; empty for the root.</summary>
    public static string PathOf(this HoconValue value) => value.Place.ToString();

    /// <summary>A duration in nanoseconds, without a unit milliseconds; <see cref="long.MaxValue"/> for <c>infinite</c>.</summary>
    public static long GetNanoseconds(this Config config, string path) => config.GetValue(path).GetNanoseconds();

    /// <inheritdoc cref="GetNanoseconds(Config, string)"/>
    public static long GetNanoseconds(this HoconValue value) => value.GetNanoseconds();

    /// <summary>Is this exception a complaint about configuration, whichever engine's reader made it?</summary>
    public static bool IsConfigurationError(this Exception error) => error is ConfigurationException;
}
