// What ACTORNET_FUZZ asks for: how many cases, or for how long, and from which seed on. Shared by the fuzzers of segments and of scripts.

using System.Globalization;

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>How long to fuzz: <c>COUNT:SEED</c>, <c>COUNT</c>, <c>20m</c> or <c>20m:SEED</c>; nothing is what every test run does.</summary>
internal readonly record struct FuzzRequest(long Count, TimeSpan Time, ulong Seed)
{
    public const string Variable = "ACTORNET_FUZZ";

    public bool Goes(long done, TimeSpan elapsed) => Time > TimeSpan.Zero ? elapsed < Time : done < Count;

    public bool IsLong => Time > TimeSpan.Zero;

    public static FuzzRequest FromEnvironment(long usual, ulong seed)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return new FuzzRequest(usual, TimeSpan.Zero, seed);
        string[] parts = text.Split(':');
        if (parts.Length > 1) seed = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        return parts[0].EndsWith('m')
            ? new FuzzRequest(0, TimeSpan.FromMinutes(double.Parse(parts[0][..^1], CultureInfo.InvariantCulture)), seed)
            : new FuzzRequest(long.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero, seed);
    }
}
