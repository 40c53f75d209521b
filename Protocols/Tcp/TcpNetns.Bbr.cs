// Where BBR's flows begin their cycle is drawn by lot, from a stream that nothing else draws from.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpNetns
{
    /// <summary>The phases that BBR's cycles begin with.</summary>
    internal RandomStream BbrPhases => field ??= _net.Random("bbr");
}
