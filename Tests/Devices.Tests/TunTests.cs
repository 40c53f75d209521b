// TUN against the real kernel, in a network namespace of the test's own.

using System.Net;
using System.Net.Sockets;
using ActorNet.Devices.Tun;
using ActorNet.Engine.Configuration;
using ActorNet.Testing;

namespace ActorNet.Devices.Tests;

public sealed class TunTests
{
    // A datagram turned round as it is: addresses and ports swapped. Both checksums are sums over the same words, and stay right.
    private static void TurnRound(Span<byte> ip)
    {
        for (int i = 0; i < 4; i++) (ip[12 + i], ip[16 + i]) = (ip[16 + i], ip[12 + i]);
        Span<byte> udp = ip[((ip[0] & 15) * 4)..];
        for (int i = 0; i < 2; i++) (udp[i], udp[2 + i]) = (udp[2 + i], udp[i]);
    }

    private static TunDevice OpenIn(Netns ns, string name)
    {
        TunDevice tun = ns.Inside(() => TunDevice.Open(name));
        ns.Must("ip", "addr", "add", "10.77.0.1/24", "dev", name);
        ns.Must("ip", "link", "set", name, "up");
        return tun;
    }

    private static Socket ClientIn(Netns ns)
    {
        Socket socket = ns.Inside(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp));
        socket.ReceiveTimeout = 10_000;
        socket.Connect(new IPEndPoint(IPAddress.Parse("10.77.0.2"), 7));
        return socket;
    }

    [NetnsFact]
    public void The_kernels_packets_are_read_and_ours_are_received_by_it()
    {
        using var ns = new Netns();
        using TunDevice tun = OpenIn(ns, "an0");
        using Socket socket = ClientIn(ns);
        socket.Send("hello, wire"u8);
        byte[] buffer = new byte[2000];
        Span<byte> packet = default;
        do
        {
            Assert.True(tun.Wait(packets: true, 10_000));
            SysResult n = tun.Read(buffer);
            if (n.IsOk) packet = buffer.AsSpan(0, (int)n.Value);
        }
        while (packet.Length == 0 || packet[0] >> 4 != 4); // the kernel also sends IPv6 solicitations
        TurnRound(packet);
        Assert.Equal(packet.Length, tun.Write(packet).Value);
        Assert.Equal(11, socket.Receive(buffer));
        Assert.Equal("hello, wire"u8.ToArray(), buffer[..11]);
        Assert.Equal(Errno.EINVAL, tun.Write([0xFF, 0, 0, 0]).Errno); // neither IPv4 nor IPv6
    }

    [NetnsFact]
    public void The_mtu_is_the_kernels_and_a_woken_wait_ends()
    {
        using var ns = new Netns();
        using TunDevice tun = OpenIn(ns, "an0");
        ns.Inside(() =>
        {
            Assert.Equal(1500, tun.Mtu);
            tun.Mtu = 9000;
            Assert.Equal(9000, tun.Mtu);
            return Assert.Throws<TunException>(() => tun.Mtu = 1_000_000).Errno;
        });
        Assert.Contains("mtu 9000", ns.Must("ip", "link", "show", "an0"), StringComparison.Ordinal);
        tun.Wake();
        Assert.False(tun.Wait(packets: false, -1));
    }

    [NetnsFact]
    public void What_cannot_be_opened_says_why()
    {
        using var ns = new Netns();
        using TunDevice tun = OpenIn(ns, "an0");
        TunException Refused(string name) => ns.Inside(() => Assert.Throws<TunException>(() => TunDevice.Open(name)));
        Assert.Equal(Errno.EBUSY, Refused("an0").Errno);
        Assert.Equal(Errno.EINVAL, Refused("lo").Errno);
        Assert.Equal(Errno.EINVAL, Refused("a-name-of-sixteen").Errno);
        Assert.Contains("in use", Refused("an0").Message, StringComparison.Ordinal);
    }

    [NetnsFact]
    public void A_simulated_host_answers_a_thousand_datagrams_and_closes_its_device()
    {
        using var ns = new Netns();
        TunDevice tun = OpenIn(ns, "an0");
        using Socket socket = ClientIn(ns);
        var pool = new SkBuffPool();
        var dev = new NetDeviceState(NetDeviceInfo.Tun("an0", 2), new Net("h", 1, pool));
        ActorSystem system = EngineRun.Create("tun", ConfigurationFactory.Empty, EngineMode.Realtime);
        IActorRef host = system.ActorOf(Props.Create(() => new EchoHost(dev, tun)).AsHost(), "h");
        bool done = false;
        var loop = new Thread(() => system.RunUntil(60_000_000_000, () => Volatile.Read(ref done)));
        loop.Start();
        try
        {
            byte[] sent = new byte[1472], got = new byte[2000];
            for (int i = 0; i < 1000; i += 10)
            {
                for (int j = i; j < i + 10; j++)
                {
                    int length = 1 + j * 7 % 1472;
                    sent.AsSpan(0, length).Fill((byte)j);
                    socket.Send(sent.AsSpan(0, length));
                }

                for (int j = i; j < i + 10; j++)
                {
                    int n = socket.Receive(got);
                    Assert.Equal((1 + j * 7 % 1472, (byte)j), (n, got[n - 1]));
                }
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            loop.Join();
            system.Stop(host);
            system.RunUntil(system.NowNanos() + 1_000_000);
            system.Terminate();
        }

        Assert.True(dev.Stats.rx_packets >= 1000 && dev.Stats.tx_packets == 1000);
        Assert.Equal(0, pool.Outstanding);
        Assert.NotEqual(0, ns.Exec("ip", "link", "show", "an0").ExitCode); // the last descriptor is closed: the kernel has removed it
    }

    private sealed class EchoHost : UntypedActor
    {
        private readonly IActorRef _tun;

        public EchoHost(NetDeviceState dev, TunDevice tun)
        {
            _tun = Context.ActorOf(Props.Create(() => new TunActor(dev, tun)), "an0");
            _tun.Tell(new NetDevice.Attach(EtherType.IP, Self), Self);
        }

        protected override void OnReceive(object message)
        {
            if (message is not SkBuff chain) return;
            for (SkBuff? skb = chain; skb is not null; skb = skb.Next)
            {
                TurnRound(skb.Data);
                skb.PacketType = PacketType.OUTGOING;
            }

            _tun.Tell(chain, Self);
        }
    }
}
