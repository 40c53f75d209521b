// Sockets and connections for the memory benchmarks: bound, listening, half open, established, used, closed.

using System.Buffers.Binary;
using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Benchmarks;

/// <summary>Connections from one host to another, one after another.</summary>
/// <param name="request">A request of 100 bytes and a response of 1,000 go over each.</param>
/// <param name="close">The client closes, and the server after it.</param>
internal sealed class IdleConnections(int count, bool request, bool close) : ProgramLab(count)
{
    protected override void Start()
    {
        Server.Run("server", async os =>
        {
            int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(listener, PairLab.Any(Port));
            await os.Listen(listener, 4096);
            var buffer = new byte[1000];
            for (int i = 0; ; i++)
            {
                (int fd, _) = await os.Accept(listener);
                if (request)
                {
                    await os.Recv(fd, buffer);
                    await os.Send(fd, buffer);
                }

                if (!close || i < First) continue;
                await os.Recv(fd, buffer); // the end of the stream
                await os.Close(fd);
            }
        }, noFile: NoFile);
        byte[] ask = new byte[100], answer = new byte[1000];
        Make(Client, async (os, i) =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Connect(fd, PairLab.At(Port));
            if (request)
            {
                await os.Send(fd, ask);
                await os.Recv(fd, answer, MsgFlags.WAITALL);
            }

            if (close && i >= First) await os.Close(fd);
        });
    }
}

/// <summary>Datagram sockets, or listeners, each with a port of its own.</summary>
internal sealed class BoundSockets(int count, SocketType type) : ProgramLab(count)
{
    protected override void Start() => Make(Client, async (os, _) =>
    {
        int fd = await os.Socket(AddressFamily.INET, type);
        await os.Bind(fd, PairLab.Any(0));
        if (type == SocketType.STREAM) await os.Listen(fd, 128);
    });
}

/// <summary>Handshakes that a listener waits in, for an ACK that never comes: the machine alone.</summary>
internal sealed class HalfOpen(int count) : MemoryLab(count)
{
    private readonly Net _net = new("a", 1, new SkBuffPool());
    private TcpSock? _listener;
    private int _number;

    public override object[] Roots => [_net, _listener!];

    public override void Prepare()
    {
        _net.Sysctl.tcp_max_syn_backlog = 1_000_000;
        _net.Sysctl.tcp_syncookies = 0;
        _net.Sysctl.somaxconn = 1_000_000;
        _listener = new TcpSock(_net) { Local = SockAddr.In(IpAddress.Parse("10.0.0.1"), 80), Routes = _ => new TcpRoute() { Mtu = 1500 } };
        _listener.Listen(1_000_000, Instant.FromSeconds(1));
        for (int i = 0; i < 10; i++) Syn();
    }

    public override void Grow()
    {
        for (int i = 0; i < Count; i++) Syn();
    }

    public override void Dispose() => _listener?.Destroy();

    private void Syn()
    {
        SkBuff skb = _net.Pool.Alloc(100, 20);
        Span<byte> b = skb.Put(20);
        b.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(b, (ushort)(1024 + _number % 60_000));
        b[3] = 80;
        BinaryPrimitives.WriteInt32BigEndian(b[4..], _number);
        b[12] = 5 << 4;
        b[13] = 2; // SYN
        b[14] = 0xff;
        skb.TransportHeader = skb.DataOffset;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        skb.Ip.Saddr = IpAddress.Parse($"10.1.0.{1 + _number++ / 60_000}");
        skb.Ip.Daddr = _listener!.Local.Address;
        _listener.Rcv(skb, Instant.FromSeconds(1));
        while (_listener.TryXmit(Instant.FromSeconds(1), out SkBuff? reply)) reply.Free();
    }
}
