// Bytes sent are bytes received: two machines over a wire that loses, repeats, delays and reorders.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpTransferTests
{
    /// <summary>One direction of a connection: what is to be sent, and what has come.</summary>
    private sealed class Flow(TcpSock from, TcpSock to, int length, ulong seed)
    {
        private readonly byte[] _data = Bytes(length, seed);
        private readonly byte[] _buffer = new byte[16_384];
        private int _sent, _received;
        private bool _shut;

        public bool Done { get; private set; }

        public int MaxRead { get; init; } = 16_384;

        public int MaxWrite { get; init; } = 65_536;

        public int Received => _received;

        public void Step(Instant now, bool shutdown)
        {
            while (_sent < _data.Length && from.State.CanSend())
            {
                SysResult n = from.Send(_data.AsSpan(_sent, Math.Min(MaxWrite, _data.Length - _sent)), null, MsgFlags.None, now);
                if (n.Errno == Errno.EAGAIN) break;
                Assert.True(n.IsOk, $"send: {n}");
                _sent += (int)n.Value;
            }

            if (_sent == _data.Length && !_shut && shutdown && from.State.CanSend())
            {
                Assert.Equal(Errno.OK, from.Shutdown(ShutdownHow.WR, now));
                _shut = true;
            }

            while (!Done)
            {
                SysResult n = to.Recv(_buffer.AsSpan(0, MaxRead), MsgFlags.None, now, out _, out _);
                if (n.Errno == Errno.EAGAIN) break;
                Assert.True(n.IsOk, $"recv: {n} after {_received}");
                if (n.Value == 0)
                {
                    Assert.Equal(_data.Length, _received);
                    Done = true;
                    break;
                }

                Assert.True(_data.AsSpan(_received, (int)n.Value).SequenceEqual(_buffer.AsSpan(0, (int)n.Value)), $"bytes differ at {_received}");
                _received += (int)n.Value;
            }
        }

        private static byte[] Bytes(int length, ulong seed)
        {
            var random = new RandomStream(seed, "flow", "bytes");
            byte[] b = new byte[length];
            for (int i = 0; i < length; i++) b[i] = (byte)random.NextUInt64();
            return b;
        }
    }

    private static (TcpSock Client, TcpSock Server) Open(VirtualWire wire)
    {
        TcpSock listener = wire.B.Listen(80, wire.Now);
        TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
        TcpSock? server = null;
        Assert.True(wire.Run(() => server is not null || listener.TryAccept(out server), Duration.FromSeconds(120)), "the handshake ends");
        return (client, server!);
    }

    internal static void Transfer(VirtualWire wire, int forth, int back, int maxRead = 16_384, int maxWrite = 65_536, ulong seed = 7)
    {
        (TcpSock client, TcpSock server) = Open(wire);
        var there = new Flow(client, server, forth, seed) { MaxRead = maxRead, MaxWrite = maxWrite };
        var here = new Flow(server, client, back, seed + 1) { MaxRead = maxRead, MaxWrite = maxWrite };
        bool ok = wire.Run(
            () =>
            {
                there.Step(wire.Now, true);
                here.Step(wire.Now, true);
                wire.Pump();
                return there.Done && here.Done;
            },
            Duration.FromSeconds(20_000));
        Assert.True(ok, $"received {there.Received} of {forth} and {here.Received} of {back}; {client.State} {server.State} at {wire.Now}");
        client.Close(wire.Now);
        server.Close(wire.Now);
        wire.Pump();
        Assert.True(wire.Run(() => wire.A.Socks.Count == 0 && wire.B.Socks.Count == 1, Duration.FromSeconds(2000)), "both ends come to an end");
        Assert.Equal(0, wire.A.Net.Tcp.Orphans + wire.B.Net.Tcp.Orphans);
        Assert.Equal(0, wire.A.Net.Mib[Snmp.TcpCurrEstab] + wire.B.Net.Mib[Snmp.TcpCurrEstab]);
        Assert.Equal(0, wire.Audit());
    }

    [Fact]
    public void A_small_message_goes_there_and_back() => Transfer(new VirtualWire(1), 100, 100);

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 0.01)]
    [InlineData(2, 0.10)]
    [InlineData(3, 0.30)]
    public void Bytes_sent_are_bytes_received_at_any_loss(int seed, double loss) =>
        Transfer(new VirtualWire((ulong)seed + 10) { Loss = loss }, loss > 0.2 ? 200_000 : 2_000_000, loss > 0.2 ? 50_000 : 300_000);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.02)]
    [InlineData(0.10)]
    public void Reordering_and_duplicates_do_no_harm(double loss) =>
        Transfer(new VirtualWire(77) { Loss = loss, Reorder = 0.2, Duplicate = 0.05 }, 700_000, 200_000);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void It_works_without_sack_and_without_timestamps(bool sack, bool timestamps)
    {
        var wire = new VirtualWire(5) { Loss = 0.03, Reorder = 0.05 };
        wire.A.Net.Sysctl.tcp_sack = sack;
        wire.A.Net.Sysctl.tcp_timestamps = timestamps ? 1 : 0;
        Transfer(wire, 500_000, 100_000);
    }

    [Fact]
    public void Small_windows_and_slow_readers_end_as_well()
    {
        var wire = new VirtualWire(6) { Loss = 0.02 };
        wire.B.Net.Sysctl.tcp_rmem_default = 4608;
        wire.B.Net.Sysctl.tcp_moderate_rcvbuf = false;
        wire.A.Net.Sysctl.tcp_window_scaling = false;
        Transfer(wire, 120_000, 30_000, maxRead: 300, maxWrite: 777);
    }

    [Fact]
    public void A_tiny_mss_carries_everything()
    {
        var wire = new VirtualWire(8) { Loss = 0.02 };
        wire.A.Route = new TcpRoute(wire.A.Address, 576, 256);
        Transfer(wire, 100_000, 100_000, maxWrite: 100);
    }

    [Fact]
    public void A_bottleneck_with_a_short_queue_is_filled_and_survived()
    {
        var wire = new VirtualWire(9) { Rate = 10_000_000, QueueLimit = 20, Delay = Duration.FromMilliseconds(20) };
        Instant start = wire.Now;
        Transfer(wire, 5_000_000, 0);
        // 40 Mbit at 10 Mbit/s take 4 s; the run includes the last FIN's time-out, so look at retransmissions instead of time alone.
        Assert.True(wire.A.Net.Mib[Snmp.TcpRetransSegs] < 700, $"{wire.A.Net.Mib[Snmp.TcpRetransSegs]} retransmissions");
        Assert.True(wire.A.Net.Mib[Snmp.TcpExtTCPTimeouts] < 5, $"{wire.A.Net.Mib[Snmp.TcpExtTCPTimeouts]} time-outs");
        _ = start;
    }
}
