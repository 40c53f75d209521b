// The shortest way through the whole stack, for each protocol.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class FirstLightTests
{
    [Fact]
    public void A_ping_crosses_the_wire_and_comes_back_after_twice_its_delay()
    {
        using Lab lab = Lab.Pair();
        Duration rtt = default;
        int count = 0;
        SockAddr from = default;
        lab.A.Run("ping", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM, IpProtocol.ICMP);
            var request = new byte[64];
            request[0] = 8;
            request[7] = 1;
            await os.SendTo(s, request, "10.0.0.2:0"); // resolves the neighbour
            await os.Recv(s, new byte[100]);
            Instant sent = os.Now;
            await os.SendTo(s, request, "10.0.0.2:0");
            var reply = new byte[100];
            (count, from, _) = await os.RecvFrom(s, reply);
            rtt = os.Now - sent;
            Assert.Equal(0, reply[0]);
        });
        lab.Finish();
        Assert.Equal(64, count);
        Assert.Equal(IpAddress.Parse("10.0.0.2"), from.Address);
        Assert.InRange(rtt.Microseconds, 2000, 2010);
    }

    [Fact]
    public void A_datagram_is_echoed()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("echo", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Bind(s, "0.0.0.0:7");
            var buffer = new byte[2000];
            (int n, SockAddr from, _) = await os.RecvFrom(s, buffer);
            await os.SendTo(s, buffer.AsMemory(0, n), from);
        });
        string? heard = null;
        lab.A.Run("client", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Connect(s, "10.0.0.2:7");
            await os.Send(s, "hello"u8.ToArray());
            var buffer = new byte[100];
            int n = await os.Recv(s, buffer);
            heard = System.Text.Encoding.UTF8.GetString(buffer, 0, n);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal("hello", heard);
    }

    [Fact]
    public void A_connection_carries_bytes_both_ways_and_closes()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("echo", async os =>
        {
            int l = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(l, "0.0.0.0:7");
            await os.Listen(l, 5);
            (int c, SockAddr peer) = await os.Accept(l);
            Assert.Equal(IpAddress.Parse("10.0.0.1"), peer.Address);
            var buffer = new byte[2000];
            for (int n; (n = await os.Recv(c, buffer)) > 0;) await os.SendAll(c, buffer.AsMemory(0, n));
        });
        string heard = "";
        lab.A.Run("client", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Connect(s, "10.0.0.2:7");
            await os.Send(s, "hello"u8.ToArray());
            await os.Shutdown(s, ShutdownHow.WR);
            var buffer = new byte[100];
            for (int n; (n = await os.Recv(s, buffer)) > 0;) heard += System.Text.Encoding.UTF8.GetString(buffer, 0, n);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal("hello", heard);
    }
}
