// Finds what an include names: "Include semantics: missing files, file formats, locating resources" of the HOCON specification. A name
// is looked for beside the file that includes it and then among the embedded resources; the working directory plays no part in it.

using System.Reflection;
using System.Text;

namespace ActorNet.Engine.Configuration;

internal sealed class HoconIncludes(HoconIncludeCallbackAsync? callback)
{
    /// <summary>More than any configuration needs; without it two files that include each other's halves could multiply for ever.</summary>
    private const int MaxSources = 1000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _sources;

    public static HoconIncludes None => new(callback: null);

    /// <summary>The sources an include brings in, the weaker first; none when there is no such thing and it is not required.</summary>
    public List<HoconSource> Find(HoconSource from, HoconOrigin at, HoconCallbackType? kind, string name, bool required)
    {
        List<HoconSource> found = [];
        if (callback is not null)
            FromCallback(from, at, kind ?? HoconCallbackType.File, name, found);
        else if (kind == HoconCallbackType.Url || (kind is null && name.Contains("://", StringComparison.Ordinal)))
            FromUrl(from, at, name, found);
        else
        {
            if (kind != HoconCallbackType.Resource) FromFiles(from, at, name, found);
            if (found.Count == 0 && kind != HoconCallbackType.File) FromResources(from, name, found);
        }
        if (found.Count == 0 && required) throw new HoconParserException(at, $"the required include \"{name}\" was not found{Where(from, kind)}");
        foreach (HoconSource source in found) RefuseCycle(source, at);
        if ((_sources += found.Count) > MaxSources) throw new HoconParserException(at, $"more than {MaxSources} includes");
        return found;
    }

    private static string Where(HoconSource from, HoconCallbackType? kind) =>
        kind == HoconCallbackType.Resource ? " among the embedded resources" : from.Folder is null ? "" : $" in {from.Folder}";

    private static void RefuseCycle(HoconSource source, HoconOrigin at)
    {
        if (source.Identity is null) return;
        List<string> chain = [source.Name];
        for (HoconSource? outer = source.IncludedBy; outer is not null; outer = outer.IncludedBy)
        {
            chain.Add(outer.Name);
            if (outer.Identity != source.Identity) continue;
            chain.Reverse();
            throw new HoconParserException(at, $"these files include each other in a circle: {string.Join(" → ", chain)}");
        }
    }

    private void FromCallback(HoconSource from, HoconOrigin at, HoconCallbackType kind, string name, List<HoconSource> found)
    {
        string? text;
        try
        {
            text = callback!(kind, name).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not HoconException)
        {
            throw new HoconParserException(at, $"the include \"{name}\" could not be read: {e.Message}", e);
        }
        if (text is not null) found.Add(new HoconSource(name, text) { Identity = $"{kind}:{name}", IncludedBy = from });
    }

    private static void FromUrl(HoconSource from, HoconOrigin at, string name, List<HoconSource> found)
    {
        if (!Uri.TryCreate(name, UriKind.Absolute, out Uri? uri)) throw new HoconParserException(at, $"expected a URL, found \"{name}\"");
        if (!uri.IsFile) throw new HoconParserException(at, $"expected a file: URL, found \"{name}\": configuration is not fetched over a network");
        FromFile(from, at, uri.LocalPath, uri.LocalPath, found);
    }

    private static void FromFiles(HoconSource from, HoconOrigin at, string name, List<HoconSource> found)
    {
        if (from.Folder is null && !Path.IsPathFullyQualified(name)) return;
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal)) throw new HoconParserException(at, "expected the name of a file");
        // Relative to the including file, and printed the way that file's own name was given.
        string path = Path.Combine(from.Folder ?? "", name);
        string shown = Path.IsPathFullyQualified(name) ? name : Path.Combine(Path.GetDirectoryName(from.Name) ?? "", name);
        FromFile(from, at, path, shown, found);
        if (found.Count > 0 || Path.HasExtension(name)) return;
        // Without an extension it is a base name: JSON first, HOCON last and strongest.
        FromFile(from, at, path + ".json", shown + ".json", found);
        FromFile(from, at, path + ".conf", shown + ".conf", found);
    }

    private static void FromFile(HoconSource from, HoconOrigin at, string path, string shown, List<HoconSource> found)
    {
        if (!File.Exists(path))
        {
            if (Directory.Exists(path)) throw new HoconParserException(at, $"expected a file, found the directory {shown}");
            return;
        }
        try
        {
            found.Add(ReadFile(path, shown, from));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoconParserException(at, $"the include \"{shown}\" could not be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a file, which has to be UTF-8.</summary>
    public static HoconSource ReadFile(string path, string shown, HoconSource? includedBy = null)
    {
        byte[] bytes = File.ReadAllBytes(path);
        try
        {
            string full = Path.GetFullPath(path);
            return new HoconSource(shown, StrictUtf8.GetString(bytes)) { Identity = full, Folder = Path.GetDirectoryName(full), IncludedBy = includedBy };
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            throw new HoconException($"{shown}:{line}:1: expected UTF-8 text, found bytes that are none", e);
        }
    }

    private static void FromResources(HoconSource from, string name, List<HoconSource> found)
    {
        string wanted = name.TrimStart('/');
        if (from.Assembly is Assembly own)
        {
            // Beside the including resource: "My.Assembly.reference.conf" stands in "My.Assembly.".
            string[] parts = from.Name.Split('.');
            string folder = parts.Length > 2 ? string.Join('.', parts[..^2]) + "." : "";
            if (TryResource(own, folder + wanted, from, found)) return;
        }
        Assembly[] loaded = AppDomain.CurrentDomain.GetAssemblies();
        Array.Sort(loaded, static (a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        foreach (Assembly assembly in loaded)
            if (!assembly.IsDynamic && TryResource(assembly, wanted, from, found)) return;
    }

    private static bool TryResource(Assembly assembly, string name, HoconSource from, List<HoconSource> found) =>
        AddResource(assembly, name, from, found)
        || AddResource(assembly, name.Replace('/', '.'), from, found)
        || (!Path.HasExtension(name) && AddResource(assembly, name + ".conf", from, found));

    private static bool AddResource(Assembly assembly, string name, HoconSource from, List<HoconSource> found)
    {
        if (name.Length == 0 || ReadResource(assembly, name, from) is not HoconSource source) return false;
        found.Add(source);
        return true;
    }

    public static HoconSource? ReadResource(Assembly assembly, string name, HoconSource? includedBy)
    {
        using Stream? stream = assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        using StreamReader reader = new(stream, StrictUtf8);
        return new HoconSource(name, reader.ReadToEnd()) { Identity = $"{assembly.GetName().Name}/{name}", Assembly = assembly, IncludedBy = includedBy };
    }
}
