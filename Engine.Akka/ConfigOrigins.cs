// What ActorNet asks of configuration beyond Akka's and Hocon's API, on Akka.NET. Files are read by our own reader, which knows places, resolves
// substitutions and includes by the specification, and hands the resolved text to Hocon; both trees then have one shape, and the places of ours
// are kept for the nodes of Hocon's.

using System.Runtime.CompilerServices;
using ActorNet.Engine.Configuration;

namespace ActorNet.Engine.Hosts;

/// <summary>Places of keys and values for error messages, and the loading of a file with overrides.</summary>
public static class ConfigOrigins
{
    private const string Unknown = "configuration";

    private static readonly ConditionalWeakTable<object, Places> s_places = [];

    private sealed record Places(string Key, string Value, string Path);

    public static Hocon.Config FromFile(string file, IEnumerable<string>? overrides = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        if (!File.Exists(file)) throw new Hocon.ConfigurationException(Directory.Exists(file) ? $"{file}: expected a file, found a directory" : $"{file}: no such file");
        HoconSource source;
        try
        {
            source = HoconIncludes.ReadFile(file, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Hocon.ConfigurationException($"{file}: {e.Message}", e);
        }
        return Bridge(ConfigurationFactory.Parse(source, null, overrides));
    }

    public static Hocon.Config Parse(string text, string name, IEnumerable<string>? overrides = null) =>
        Bridge(ConfigurationFactory.Parse(new HoconSource(name, text), null, overrides));

    public static string OriginOf(this Hocon.Config config, string path) => Find(config, path)?.Value ?? Unknown;

    public static string KeyOriginOf(this Hocon.Config config, string path) => Find(config, path)?.Key ?? Unknown;

    public static string Origin(this Hocon.HoconValue value) => s_places.TryGetValue(value, out Places? places) ? places.Value : Unknown;

    public static string KeyOrigin(this Hocon.HoconField field) => s_places.TryGetValue(field, out Places? places) ? places.Key : Unknown;

    public static string PathOf(this Hocon.HoconValue value) => s_places.TryGetValue(value, out Places? places) ? places.Path : "";

    public static long GetNanoseconds(this Hocon.Config config, string path) => GetNanoseconds(config.GetValue(path));

    public static long GetNanoseconds(this Hocon.HoconValue value)
    {
        string text = value.GetString();
        if (text.Equals("infinite", StringComparison.OrdinalIgnoreCase)) return long.MaxValue;
        return HoconUnits.TryDuration(text, out decimal nanos) ? (long)nanos : throw new Hocon.HoconException($"{value.Origin()}: expected {HoconUnits.DurationExpected}, found \"{text}\"");
    }

    public static bool IsConfigurationError(this Exception error) => error
        is Configuration.ConfigurationException or Hocon.ConfigurationException or Hocon.HoconException or Hocon.HoconParserException or Hocon.HoconTokenizerException
        or Akka.Configuration.ConfigurationException;

    private static Hocon.Config Bridge(Configuration.Config config)
    {
        if (config.IsEmpty) return Hocon.HoconConfigurationFactory.Empty;
        Hocon.Config bridged = Hocon.HoconConfigurationFactory.ParseString(config.ToString());
        Keep(config.Root.GetObject(), bridged.Root.GetObject());
        return bridged;
    }

    private static void Keep(Configuration.HoconObject ours, Hocon.HoconObject theirs)
    {
        foreach (Configuration.HoconField field in ours.Values)
        {
            if (!theirs.TryGetField(field.Key, out Hocon.HoconField twin)) continue;
            s_places.AddOrUpdate(twin, new Places(field.KeyOrigin.ToString(), field.Value.Origin.ToString(), field.Value.Place.ToString()));
            Keep(field.Value, twin.Value);
        }
    }

    private static void Keep(Configuration.HoconValue ours, Hocon.HoconValue theirs)
    {
        string origin = ours.Origin.ToString();
        s_places.AddOrUpdate(theirs, new Places(origin, origin, ours.Place.ToString()));
        if (ours.TryGetObject(out Configuration.HoconObject? obj))
        {
            Keep(obj, theirs.GetObject());
        }
        else if (ours.Type == Configuration.HoconType.Array)
        {
            IList<Configuration.HoconValue> mine = ours.GetArray();
            IList<Hocon.HoconValue> elements = theirs.GetArray();
            for (int i = 0; i < mine.Count && i < elements.Count; i++) Keep(mine[i], elements[i]);
        }
    }

    private static Places? Find(Hocon.Config config, string path)
    {
        Hocon.HoconObject? here = config.Root.GetObject();
        Places? nearest = null;
        foreach (string key in Configuration.HoconPath.Parse(path))
        {
            if (here is null || !here.TryGetField(key, out Hocon.HoconField field) || !s_places.TryGetValue(field, out Places? places)) break;
            nearest = places;
            here = field.Value.TryGetObject(out Hocon.HoconObject inner) ? inner : null;
        }
        return nearest;
    }
}
