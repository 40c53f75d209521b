// A datagram socket as udp_diag and /proc/net/udp show it (net/ipv4/udp_diag.c, udp4_format_sock).

using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

public abstract partial class DatagramSock
{
    /// <inheritdoc/>
    public override InetDiag Diag(Instant now, ulong cookie) =>
        Diag(now, cookie, IsConnected ? TcpState.ESTABLISHED : TcpState.CLOSE, Tos, (byte)((_rcvShutdown ? 1 : 0) | (_sendShutdown ? 2 : 0)));
}
