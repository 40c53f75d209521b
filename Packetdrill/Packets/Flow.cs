// One connection as script and host know it: which ports it has, and how the script's numbers become the wire's and back.

namespace ActorNet.Packetdrill;

/// <summary>A connection between the host and the script's far end.</summary>
/// <param name="LocalPort">The host's.</param>
/// <param name="RemotePort">The far end's.</param>
internal sealed class Flow(ushort localPort, ushort remotePort, uint remoteOffset)
{
    // By the script's value: what the host's clock really said in the packet that the script expected with that value.
    private readonly Dictionary<uint, uint> _stamps = [];

    public ushort LocalPort { get; } = localPort;

    public ushort RemotePort { get; } = remotePort;

    /// <summary>Wire minus script, of what the host sends; null until its first packet.</summary>
    public uint? LocalOffset { get; private set; }

    /// <summary>Wire minus script, of what the script sends.</summary>
    public uint RemoteOffset { get; } = remoteOffset;

    /// <summary>Wire minus script, of the host's timestamps.</summary>
    public uint? StampOffset { get; private set; }

    /// <summary>The host's first packet shows where its sequence numbers begin.</summary>
    public void Anchor(uint wire, uint script) => LocalOffset ??= wire - script;

    /// <summary>A timestamp that the script expected, and the one that came.</summary>
    public void Stamp(uint script, uint wire)
    {
        StampOffset ??= wire - script;
        _stamps[script] = wire;
    }

    /// <summary>What the script echoes, as the host knows it.</summary>
    public uint ToWireEcho(uint script) =>
        script == 0 ? 0 : _stamps.TryGetValue(script, out uint wire) ? wire : script + (StampOffset ?? 0);
}
