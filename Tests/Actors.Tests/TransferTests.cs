// Bytes sent are bytes received, whatever the wire does; and one seed gives one trace.

using System.Security.Cryptography;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class TransferTests
{
    public static TheoryData<double, double, int> Wires => new()
    {
        { 0, 0, 2_000_000 },
        { 0.01, 0, 1_000_000 },
        { 0.10, 0, 200_000 },
        { 0.30, 0, 30_000 },
        { 0, 0.25, 500_000 },
        { 0.05, 0.25, 200_000 },
    };

    [Theory]
    [MemberData(nameof(Wires))]
    public void What_is_sent_arrives_whole_and_in_order_in_both_directions(double loss, double reorder, int size)
    {
        var wire = new WireSpec { Rate = 100_000_000, Delay = Duration.FromMilliseconds(5), Loss = loss, Reorder = reorder, QueuePackets = 100 };
        using Lab lab = Lab.Pair(wire);
        byte[] up = Talk.Noise(size, 1), down = Talk.Noise(size, 2);
        byte[] gotUp = [], gotDown = [];
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            os.Spawn(async () =>
            {
                await os.SendAll(c, down);
                await os.Shutdown(c, ShutdownHow.WR);
            });
            gotUp = await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            os.Spawn(async () =>
            {
                await os.SendAll(s, up);
                await os.Shutdown(s, ShutdownHow.WR);
            });
            gotDown = await os.ReadToEnd(s);
        }, Instant.FromMilliseconds(1));
        lab.Finish(3600);
        Assert.Equal(SHA256.HashData(up), SHA256.HashData(gotUp));
        Assert.Equal(SHA256.HashData(down), SHA256.HashData(gotDown));
        if (loss > 0) Assert.True(lab.A.Net.Mib[Snmp.TcpRetransSegs] > 0);
    }

    [Fact]
    public void One_seed_gives_one_trace_and_another_seed_another()
    {
        ulong first = Run(7), again = Run(7), other = Run(8);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        static ulong Run(ulong seed)
        {
            using Lab lab = Lab.Pair(new WireSpec { Rate = 10_000_000, Delay = Duration.FromMilliseconds(3), Loss = 0.05 }, seed);
            lab.B.Run("sink", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                (int c, _) = await os.Accept(l);
                await os.ReadToEnd(c);
            });
            lab.A.Run("source", async os =>
            {
                int s = await os.Dial("10.0.0.2:80");
                await os.SendAll(s, Talk.Noise(100_000));
            }, Instant.FromMilliseconds(1));
            return lab.Finish();
        }
    }

    [Fact]
    public void A_run_in_slices_is_the_same_run()
    {
        Assert.Equal(Run(60_000), Run(1));
        Assert.Equal(Run(60_000), Run(37));

        static ulong Run(int milliseconds)
        {
            using Lab lab = Lab.Pair(new WireSpec { Rate = 20_000_000, Delay = Duration.FromMilliseconds(2), Loss = 0.02, Jitter = Duration.FromMilliseconds(1) }, 3);
            lab.B.Run("echo", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                while (true)
                {
                    (int c, _) = await os.Accept(l);
                    os.Spawn(async () =>
                    {
                        await os.SendAll(c, await os.ReadToEnd(c));
                        await os.Close(c);
                    });
                }
            });
            for (int i = 0; i < 3; i++)
            {
                lab.A.Run("client" + i, async os =>
                {
                    int s = await os.Dial("10.0.0.2:80");
                    await os.SendAll(s, Talk.Noise(50_000));
                    await os.Shutdown(s, ShutdownHow.WR);
                    Assert.Equal(50_000, (await os.ReadToEnd(s)).Length);
                }, Instant.FromMilliseconds(1));
            }

            for (long t = 0; t < 60_000; t += milliseconds) lab.Network.RunUntil(Instant.FromMilliseconds(Math.Min(60_000, t + milliseconds)));
            ulong hash = lab.Network.TraceHash;
            Assert.Empty(lab.Network.Failures);
            lab.End();
            return hash;
        }
    }

    [Fact]
    public void A_thousand_datagrams_keep_their_boundaries_and_order()
    {
        using Lab lab = Lab.Pair();
        var sizes = new List<int>();
        lab.B.Run("sink", async os =>
        {
            int s = await os.Udp();
            await os.Bind(s, "10.0.0.2:9");
            var buffer = new byte[2000];
            for (int i = 0; i < 1000; i++)
            {
                int n = await os.Recv(s, buffer);
                Assert.Equal((byte)i, buffer[0]);
                sizes.Add(n);
            }
        });
        lab.A.Run("source", async os =>
        {
            int s = await os.Udp();
            var data = new byte[1400];
            for (int i = 0; i < 1000; i++)
            {
                data[0] = (byte)i;
                await os.SendTo(s, data.AsMemory(0, 1 + i), "10.0.0.2:9");
                await os.Delay(Duration.FromMicroseconds(20));
            }
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(Enumerable.Range(1, 1000), sizes);
    }

    [Fact]
    public void A_datagram_larger_than_the_mtu_is_cut_and_put_together()
    {
        using Lab lab = Lab.Pair();
        byte[] sent = Talk.Noise(60_000), got = new byte[65_536];
        int n = 0;
        lab.B.Run("sink", async os =>
        {
            int s = await os.Udp();
            await os.Bind(s, "10.0.0.2:9");
            n = await os.Recv(s, got);
        });
        lab.A.Run("source", async os =>
        {
            int s = await os.Udp();
            await os.SendTo(s, sent, "10.0.0.2:9");
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(sent, got[..n]);
        Assert.True(lab.A.Net.Mib[Snmp.IpFragCreates] > 40);
        Assert.Equal(1, lab.B.Net.Mib[Snmp.IpReasmOKs]);
    }

    [Fact]
    public void Programs_of_one_host_talk_over_its_loopback()
    {
        using var lab = new Lab();
        byte[] data = Talk.Noise(300_000), got = [];
        lab.A.Run("server", async os =>
        {
            int l = await os.Listening("127.0.0.1:80");
            (int c, SockAddr peer) = await os.Accept(l);
            Assert.True(peer.Address.IsLoopback);
            got = await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("127.0.0.1:80");
            await os.SendAll(s, data);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(data, got);
    }
}
