// Anything may arrive: random segments and mutated near-valid ones, in every state. Nothing throws, hangs or leaks, and the invariants hold
// (TcpSock checks them after every call in Debug).

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_segments_in_any_state_do_no_harm(int seed)
    {
        var random = new RandomStream((ulong)seed, "fuzz", "segments");
        for (int round = 0; round < 150; round++)
        {
            var wire = new VirtualWire((ulong)(seed * 1000 + round)) { Loss = 0.05, Reorder = 0.1 };
            wire.B.Net.Sysctl.tcp_sack = random.Below(4) != 0;
            wire.A.Net.Sysctl.tcp_timestamps = (int)random.Below(2);
            wire.A.Net.Sysctl.tcp_ecn = (int)random.Below(6);
            wire.B.Net.Sysctl.tcp_ecn = (int)random.Below(6);
            wire.B.Net.Sysctl.tcp_ecn_option = (int)random.Below(4);
            wire.A.Net.Sysctl.tcp_congestion_control = random.Below(2) == 0 ? "reno" : "cubic";
            TcpSock listener = wire.B.Listen(80, wire.Now, 2);
            TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
            if (random.Below(4) == 0) client.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_KEEPALIVE, [1, 0, 0, 0], wire.Now);
            byte[] buffer = new byte[3000];
            TcpSock? server = null;
            SkBuff? last = null;
            wire.Filter = (_, skb) =>
            {
                last?.Free();
                last = skb.Copy();
                return true;
            };
            for (int step = 0; step < 60; step++)
            {
                Act(wire, random, client, buffer);
                if (server is null) listener.TryAccept(out server);
                if (server is not null) Act(wire, random, server, buffer);
                TcpHost target = random.Below(2) == 0 ? wire.A : wire.B;
                SkBuff evil = last is not null && random.Below(4) != 0 ? Mutate(last.Copy(), random) : Garbage(wire, random);
                Address(evil, target, wire);
                evil.Ip.Tos = (byte)random.Below(4);
                target.Rcv(evil, wire.Now);
                wire.Run(() => false, Duration.FromMilliseconds(random.Below(300)));
            }

            wire.Filter = null;
            last?.Free();
            client.Close(wire.Now);
            server?.Close(wire.Now);
            wire.Pump();
            wire.Run(() => false, Duration.FromSeconds(30));
            Assert.Equal(0, wire.Audit());
        }
    }

    private static void Act(VirtualWire wire, RandomStream random, TcpSock sk, byte[] buffer)
    {
        Instant now = wire.Now;
        switch (random.Below(14))
        {
            case < 4: sk.Send(buffer.AsSpan(0, (int)random.Below(3000)), null, random.Below(5) == 0 ? MsgFlags.MORE : random.Below(20) == 0 ? MsgFlags.OOB : MsgFlags.None, now); break;
            case < 8: sk.Recv(buffer.AsSpan(0, (int)random.Below(3000)), random.Below(5) == 0 ? MsgFlags.PEEK : random.Below(20) == 0 ? MsgFlags.OOB : MsgFlags.None, now, out _, out _); break;
            case 8 when random.Below(8) == 0: sk.Shutdown((ShutdownHow)random.Below(3), now); break;
            case 9 when random.Below(12) == 0: sk.Close(now); break;
            case 10: sk.Setsockopt(SockLevel.TCP, (int)TcpOpt.TCP_NODELAY, [(byte)random.Below(2), 0, 0, 0], now); break;
            case 11: sk.Setsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CORK, [(byte)random.Below(2), 0, 0, 0], now); break;
            case 12: sk.IcmpError(new IcmpErrorInfo(3, 4, Errno.EMSGSIZE, true, 200 + (int)random.Below(1400), random.NextUInt32(), default), now); break;
        }

        _ = sk.Poll;
        wire.Pump();
    }

    private static SkBuff Mutate(SkBuff skb, RandomStream random)
    {
        Span<byte> b = skb.Data;
        for (uint n = random.Below(3); n > 0; n--)
        {
            switch (random.Below(6))
            {
                case 0: b[13] = (byte)random.NextUInt32(); break; // flags
                case 1: Add(b[4..], (int)random.Below(4000) - 2000); break;
                case 2: Add(b[8..], (int)random.Below(4000) - 2000); break;
                case 3: BinaryPrimitives.WriteUInt16BigEndian(b[14..], (ushort)(random.Below(2) == 0 ? 0 : random.NextUInt32())); break;
                case 4: BinaryPrimitives.WriteUInt16BigEndian(b[18..], (ushort)random.Below(100)); break;
                case 5: b[20..][(int)random.Below((uint)Math.Max(1, b.Length - 20))..][..Math.Min(1, b.Length - 20)].Fill((byte)random.NextUInt32()); break;
            }
        }

        return skb;
    }

    private static void Add(Span<byte> b, int d) => BinaryPrimitives.WriteUInt32BigEndian(b, BinaryPrimitives.ReadUInt32BigEndian(b) + (uint)d);

    private static SkBuff Garbage(VirtualWire wire, RandomStream random)
    {
        int n = (int)random.Below(200);
        SkBuff skb = wire.Pool.Alloc(128, n);
        foreach (ref byte x in skb.Put(n)) x = (byte)random.NextUInt32();
        if (n > 12) skb.Data[12] = (byte)(random.Below(16) << 4);
        return skb;
    }

    private static void Address(SkBuff skb, TcpHost to, VirtualWire wire)
    {
        bool a = to == wire.A;
        skb.Ip.Saddr = a ? wire.B.Address : wire.A.Address;
        skb.Ip.Daddr = to.Address;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        skb.Tcp = default;
        skb.PacketType = PacketType.HOST;
        if (skb.Length < 4) return;
        BinaryPrimitives.WriteUInt16BigEndian(skb.Data, a ? (ushort)80 : (ushort)40_000);
        BinaryPrimitives.WriteUInt16BigEndian(skb.Data[2..], a ? (ushort)40_000 : (ushort)80);
    }

    [Fact]
    public void A_conversation_is_the_same_twice()
    {
        static string Run()
        {
            var wire = new VirtualWire(99) { Loss = 0.05, Reorder = 0.1 };
            ulong hash = 14695981039346656037;
            wire.Filter = (_, skb) =>
            {
                foreach (byte x in skb.Data) hash = (hash ^ x) * 1099511628211;
                hash = (hash ^ (ulong)wire.Now.Nanoseconds) * 1099511628211;
                return true;
            };
            TcpSock listener = wire.B.Listen(80, wire.Now);
            TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
            TcpSock? server = null;
            byte[] b = new byte[10_000];
            wire.Run(
                () =>
                {
                    if (server is null) listener.TryAccept(out server);
                    if (client.State.CanSend()) client.Send(b, null, MsgFlags.None, wire.Now);
                    server?.Recv(b, MsgFlags.None, wire.Now, out _, out _);
                    wire.Pump();
                    return false;
                },
                Duration.FromSeconds(5));
            wire.Audit();
            return $"{hash:x16}";
        }

        Assert.Equal(Run(), Run());
    }
}
