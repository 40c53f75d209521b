// Two TCP machines with nothing between them: no actor, no IP, no wire. What a segment costs inside TCP alone.

using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;
using BenchmarkDotNet.Attributes;

namespace ActorNet.Benchmarks.Pieces;

/// <summary>A connection between them; segments go from one's hands into the other's.</summary>
[MemoryDiagnoser]
public class TcpMachines
{
    private const int Mss = 1_448;

    private static readonly IpAddress s_a = IpAddress.Parse("10.0.0.1"), s_b = IpAddress.Parse("10.0.0.2");

    private readonly byte[] _data = new byte[Mss], _room = new byte[2 * Mss];
    private TcpSock _client = null!, _server = null!, _listener = null!;
    private Instant _now = Instant.FromSeconds(1);

    [GlobalSetup]
    public void Connect()
    {
        var pool = new SkBuffPool();
        Net a = new("a", 1, pool), b = new("b", 2, pool);
        TcpRoute there = new(s_a, 1500), back = new(s_b, 1500);
        _listener = new TcpSock(b) { Routes = _ => back, Local = SockAddr.In(IpAddress.Any4, 80) };
        _listener.Listen(8, _now);
        _client = new TcpSock(a) { Routes = _ => there, Local = SockAddr.In(s_a, 40_000) };
        _client.Connect(SockAddr.In(s_b, 80), there, _now);
        Move(_client, _listener);
        Move(_listener, _client);
        Move(_client, _listener);
        if (!_listener.TryTakeChild(out TcpSock? child) && !_listener.TryAccept(out child)) throw new InvalidOperationException("no connection");
        _listener.TryAccept(out _);
        _server = child!;
        for (int i = 0; i < 1_000; i++) Segment();
    }

    /// <summary>send of one full segment, TryXmit, Rcv at the other end, recv there, and the ACK's way back (each second segment has one).</summary>
    [Benchmark]
    public void Segment()
    {
        _now += Duration.FromMicroseconds(20);
        if (_client.Send(_data, null, MsgFlags.None, _now).Value != Mss) throw new InvalidOperationException("not sent");
        Move(_client, _server);
        if (_server.Recv(_room, MsgFlags.None, _now, out _, out _).Value != Mss) throw new InvalidOperationException("not received");
        Move(_server, _client);
    }

    private void Move(TcpSock from, TcpSock to)
    {
        while (from.TryXmit(_now, out SkBuff? skb))
        {
            skb.PacketType = PacketType.HOST;
            if (TcpInput.Check(skb, to.Net) != DropReason.NOT_DROPPED_YET) throw new InvalidOperationException("a bad segment");
            to.Rcv(skb, _now);
        }
    }
}
