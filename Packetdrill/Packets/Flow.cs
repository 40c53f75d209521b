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

    // What the script calls the first sequence number of each side.
    private uint _localIsn, _remoteIsn;

    /// <summary>The host has sent something.</summary>
    public bool IsAnchored { get; private set; }

    private uint _localOffset;

    /// <summary>Wire minus script, of the host's timestamps.</summary>
    public uint? StampOffset { get; private set; }

    /// <summary>The host's first packet shows where its sequence numbers begin.</summary>
    public void Anchor(uint wire, uint script, bool syn)
    {
        if (IsAnchored) return;
        IsAnchored = true;
        _localOffset = wire - script;
        if (syn) _localIsn = script;
    }

    /// <summary>The first SYN of the script's says where its own begin: one within a connection is a segment like others.</summary>
    public void BeginRemote(uint script)
    {
        if (_hasRemoteIsn) return;
        _hasRemoteIsn = true;
        _remoteIsn = script;
    }

    private bool _hasRemoteIsn;

    /// <summary>Wire minus script, of the host's numbers. A SYN has numbers as they are written; everything else counts from the SYN, which is 0.</summary>
    public uint LocalOffset(bool syn) => syn ? _localOffset : _localOffset + _localIsn;

    /// <summary>Wire minus script, of the script's numbers.</summary>
    public uint RemoteOffset(bool syn) => syn ? remoteOffset : remoteOffset + _remoteIsn;

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
