// socketpair(2).

namespace ActorNet.Actors;

public sealed partial class Os
{
    /// <summary>socketpair(2): two descriptors.</summary>
    /// <param name="type">SOCK_*, with SOCK_NONBLOCK and SOCK_CLOEXEC or-ed in.</param>
    public async ValueTask<(int First, int Second)> SocketPair(AddressFamily family, SocketType type, IpProtocol protocol = 0)
    {
        var call = new Syscall.SocketPair { Family = family, Type = type, Protocol = protocol };
        await Int(call);
        return (call.First, call.Second);
    }

    public ValueTask<SysResult> TrySocketPair(AddressFamily family, SocketType type, IpProtocol protocol = 0) =>
        Try(new Syscall.SocketPair { Family = family, Type = type, Protocol = protocol });
}
