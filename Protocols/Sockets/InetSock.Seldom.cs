// What few sockets of the Internet family have beyond the others: one reference for all of it.

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private InetSeldom? _seldom;

    private InetSeldom Seldom => _seldom ??= new InetSeldom();

    private sealed class InetSeldom
    {
        public InetBindOptions? Bind;
        public ErrorQueue? Errors;
        public InetMulticast? Mc;
        public byte[]? IpOptions;
    }
}
