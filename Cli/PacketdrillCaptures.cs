// --pcapng of `actornet packetdrill`: one file for one script, a folder for several.

using System.Globalization;
using ActorNet.Devices.Capture;

namespace ActorNet.Cli;

/// <summary>Where the captures go.</summary>
internal sealed class PacketdrillCaptures
{
    private readonly string? _path;
    private readonly bool _isFolder;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private PacketdrillCaptures(string? path, bool isFolder) => (_path, _isFolder) = (path, isFolder);

    /// <param name="path">Null for none.</param>
    /// <param name="scripts">How many there are.</param>
    /// <exception cref="IOException">The folder cannot be made; also UnauthorizedAccessException.</exception>
    public static PacketdrillCaptures Open(string? path, int scripts)
    {
        bool folder = path is not null && (scripts > 1 || Directory.Exists(path) || Path.EndsInDirectorySeparator(path));
        if (folder) Directory.CreateDirectory(path!);
        return new PacketdrillCaptures(path, folder);
    }

    /// <summary>The file for a script's packets; scripts of one name in several folders have numbers.</summary>
    /// <exception cref="IOException">It cannot be made; also UnauthorizedAccessException.</exception>
    public PcapngFile? For(string script)
    {
        if (_path is null) return null;
        string path = _path, name = Path.GetFileNameWithoutExtension(script);
        if (_isFolder)
        {
            string free = name;
            for (int n = 2; !_taken.Add(free); n++) free = string.Create(CultureInfo.InvariantCulture, $"{name}-{n}");
            path = Path.Combine(_path, free + ".pcapng");
        }

        return PcapngFile.Create(path, new PcapngOptions(Comment: name));
    }
}
