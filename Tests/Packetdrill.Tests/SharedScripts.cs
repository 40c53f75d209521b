// The suite's scripts, where they are: they are GPL and not part of this repository. PASS names those that a vanilla kernel passes.

using System.Runtime.CompilerServices;

namespace ActorNet.Packetdrill.Tests;

internal static class SharedScripts
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../shared/packetdrill"));

    public static readonly IReadOnlyDictionary<string, string> Defines = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["TFO_COOKIE"] = "3021b9d889017eeb", ["CODE"] = "host_unreachable", ["CMSG_LEVEL_IP"] = "SOL_IP", ["CMSG_TYPE_RECVERR"] = "IP_RECVERR",
    };

    /// <summary>Why tests of the suite are skipped; null where it is here.</summary>
    public static string? WhyNot => File.Exists(Path.Combine(s_root, "PASS")) ? null : "needs the packetdrill scripts beside this repository (../shared/packetdrill)";

    /// <summary>The scripts that PASS names in mode ipv4; none where the suite is not beside this repository.</summary>
    public static IReadOnlyList<string> Ipv4()
    {
        string pass = Path.Combine(s_root, "PASS");
        if (!File.Exists(pass)) return [];
        return [.. File.ReadLines(pass).Where(l => !l.StartsWith('#')).Select(l => l.Split(' ')).Where(w => w.Contains("ipv4")).Select(w => w[0])];
    }

    public static PacketResult Play(string name, Target target)
    {
        Script script = Parser.Parse(name, File.ReadAllText(Path.Combine(s_root, name)));
        return PacketRun.Play(script, Defines, target: target);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
