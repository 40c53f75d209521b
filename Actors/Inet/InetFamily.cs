// PF_INET's registration (net/ipv4/af_inet.c): which calls a type gets; its machine is InetCalls.Create's choice.

namespace ActorNet.Actors;

/// <summary>AF_INET: TCP, UDP, and ICMP echo sockets.</summary>
internal sealed class InetFamily(NetStack stack) : NetFamily(AddressFamily.INET)
{
    private readonly InetStreamOps _stream = new();
    private readonly InetDgramOps _dgram = new();

    public override Errno Create(Socket socket, IpProtocol protocol)
    {
        Errno e = InetCalls.Create(stack.Net, stack.Fib, socket.Type, protocol, out Sock? sk);
        if (e != Errno.OK) return e;
        socket.Sk = sk;
        socket.Ops = socket.Type == SocketType.STREAM ? _stream : _dgram;
        return Errno.OK;
    }
}
