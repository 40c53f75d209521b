// Two hosts in real time: the same on the embedded engine and, with -p:ActorEngine=Akka, on Akka.NET.

using System.Security.Cryptography;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

public class RealtimeTests
{
    [Fact]
    public void Two_hosts_carry_a_body_over_a_connection_in_real_time()
    {
        using ActorSystem system = EngineRun.Create("realtime", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Realtime);
        var network = new Network(system, seed: 1);
        SimHost a = network.AddHost("a"), b = network.AddHost("b");
        var wire = new WireSpec { Rate = 1_000_000_000, Delay = Duration.FromMilliseconds(1) };
        network.Link(a, "eth0", b, "eth0", wire, wire);
        a.AddAddress("eth0", "10.0.0.1/24");
        b.AddAddress("eth0", "10.0.0.2/24");
        var body = new byte[300_000];
        for (int i = 0; i < body.Length; i++) body[i] = (byte)(i * 31 >> 3);
        byte[]? heard = null;
        b.Run("sink", async os =>
        {
            int l = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(l, "0.0.0.0:9");
            await os.Listen(l, 5);
            (int c, SockAddr _) = await os.Accept(l);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[20_000];
            for (int n; (n = await os.Recv(c, buffer)) > 0;) hash.AppendData(buffer, 0, n);
            heard = hash.GetHashAndReset();
        });
        a.Run("source", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Delay(Duration.FromMilliseconds(20));
            await os.Connect(s, "10.0.0.2:9");
            await os.SendAll(s, body);
            await os.Shutdown(s, ShutdownHow.WR);
            while (await os.Recv(s, new byte[100]) > 0) { }
        });
        Assert.True(network.RunPrograms(Instant.FromSeconds(30)), "still running after 30 s");
        Assert.Empty(network.Failures.Select(f => f.Exception.ToString()));
        Assert.Equal(SHA256.HashData(body), heard);
    }
}
