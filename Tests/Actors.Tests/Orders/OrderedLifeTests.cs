// The everyday life of sockets under all legal orders.

namespace ActorNet.Actors.Tests.Orders;

public class OrderedLifeTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private void Print(int orders) => output.WriteLine($"{orders} orders");

    [Fact]
    public void A_datagram_over_loopback() => Print(Orders.All(lab =>
    {
        lab.A.Run("program", async os =>
        {
            int to = await os.Udp(), from = await os.Udp();
            await os.Bind(to, "127.0.0.1:1000");
            await os.SendTo(from, new byte[3], "127.0.0.1:1000");
            Assert.Equal(3, await os.Recv(to, new byte[10]));
            await os.Close(to);
            await os.Close(from);
        }, Orders.Start);
        lab.Finish(10);
    }));

    [Fact]
    public void A_connection_over_a_cable() => Print(Orders.All(lab =>
    {
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(Talk.Noise(100), await os.ReadToEnd(c));
            await os.Close(c);
        }, Orders.Start);
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Send(s, Talk.Noise(100));
            await os.Close(s);
        }, Orders.Start);
        lab.Finish(200);
    }));

    [Fact]
    public void A_connection_over_loopback() => Print(Orders.All(lab =>
    {
        lab.A.Run("server", async os =>
        {
            int l = await os.Listening("127.0.0.1:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(Talk.Noise(100), await os.ReadToEnd(c));
            await os.Close(c);
        }, Orders.Start);
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("127.0.0.1:80");
            await os.Send(s, Talk.Noise(100));
            await os.Close(s);
        }, Orders.Start + Duration.FromMicroseconds(10));
        lab.Finish(200);
    }));
}
