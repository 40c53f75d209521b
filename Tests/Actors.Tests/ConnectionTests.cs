// The life of connections as processes see it: half-close, backlog, TIME_WAIT and its reuse, orphans, forgotten children.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class ConnectionTests
{
    [Fact]
    public void A_half_closed_connection_carries_data_the_other_way()
    {
        using Lab lab = Lab.Pair();
        byte[] late = Talk.Noise(100_000), got = [];
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(3, (await os.ReadToEnd(c)).Length);
            await os.Delay(Duration.FromSeconds(5));
            await os.SendAll(c, late);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Send(s, new byte[3]);
            await os.Shutdown(s, ShutdownHow.WR);
            got = await os.ReadToEnd(s);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(late, got);
    }

    [Fact]
    public void Who_closes_first_waits_a_minute_and_its_port_is_taken_until_then()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Close(c); // first
            await os.Close(l);
            await os.Delay(Duration.FromSeconds(1));
            int plain = await os.Tcp(), reusing = await os.Tcp();
            Assert.Equal(Errno.EADDRINUSE, (await os.TryBind(plain, "0.0.0.0:80")).Errno);
            await os.SetSockOpt(reusing, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
            await os.Bind(reusing, "0.0.0.0:80");
            await os.Close(reusing);
            await os.Delay(Duration.FromSeconds(58));
            Assert.Equal(Errno.EADDRINUSE, (await os.TryBind(plain, "0.0.0.0:80")).Errno);
            await os.Delay(Duration.FromSeconds(2));
            await os.Bind(plain, "0.0.0.0:80");
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            Assert.Equal(0, await os.Recv(s, new byte[1]));
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(1, lab.B.Net.Mib[Snmp.TcpExtTW]);
    }

    [Fact]
    public void A_pair_in_TIME_WAIT_gives_way_to_a_new_connection()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            for (int i = 0; i < 2; i++)
            {
                (int c, _) = await os.Accept(l);
                await os.Close(c);
            }
        });
        lab.A.Run("client", async os =>
        {
            for (int i = 0; i < 2; i++)
            {
                int s = await os.Tcp();
                await os.Bind(s, "10.0.0.1:5000"); // the very same pair
                await os.Connect(s, "10.0.0.2:80");
                Assert.Equal(0, await os.Recv(s, new byte[1]));
                await os.Close(s);
                await os.Delay(Duration.FromSeconds(2));
            }
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(2, lab.B.Net.Mib[Snmp.TcpPassiveOpens]);
    }

    [Fact]
    public void A_SYN_for_a_pair_in_TIME_WAIT_without_a_listener_gets_its_ACK_and_the_pair_stays()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Close(l);
            await os.Close(c);
        });
        lab.A.Run("client", async os =>
        {
            for (int i = 0; i < 2; i++)
            {
                int s = await os.Tcp();
                await os.Bind(s, "10.0.0.1:5000");
                SysResult r = await os.TryConnect(s, "10.0.0.2:80");
                if (i == 0) Assert.Equal(0, await os.Recv(s, new byte[1]));
                // A bare RST for the ACK of the old pair, and the SYN again, which finds the pair gone (RFC 9293 3.10.7.3).
                else Assert.Equal(Errno.ECONNREFUSED, r.Errno);
                await os.Close(s);
                await os.Delay(Duration.FromSeconds(2));
            }
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal((1, 0), (lab.B.Net.Mib[Snmp.TcpExtTW], lab.B.Net.Mib[Snmp.TcpExtTWKilled])); // counted when it began, not when a RST ended it
        Assert.Equal(0, lab.B.Net.Tcp.TimewaitCount);
    }

    [Fact]
    public void A_child_without_a_place_in_the_table_gives_its_process_an_error()
    {
        using Lab lab = Lab.Pair();
        var seen = new List<string>();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Close(l);
            seen.Add($"{(await os.TryRecv(c, new byte[1])).Errno}");
            seen.Add($"{(await os.TrySend(c, new byte[1])).Errno}");
            seen.Add($"{(await os.TryClose(c)).Errno}");
        });
        lab.A.Run("client", async os => Assert.Equal(Errno.ECONNRESET, (await os.TryRecv(await os.Dial("10.0.0.2:80"), new byte[1])).Errno), Instant.FromMilliseconds(1));
        lab.Network.RunUntil(Instant.FromSeconds(1));
        lab.System.ActorSelection("/user/b/sock/*").Tell(ChildRefused.Instance, ActorRefs.NoSender);
        lab.Finish();
        Assert.Equal(["ECONNRESET", "EPIPE", "OK"], seen);
    }

    [Fact]
    public void Beyond_the_backlog_connections_wait_for_accept()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80", backlog: 2);
            await os.Delay(Duration.FromSeconds(2));
            for (int i = 0; i < 6; i++)
            {
                (int c, _) = await os.Accept(l);
                Assert.Equal(1, await os.Recv(c, new byte[1]));
                await os.Close(c);
            }
        });
        int served = 0;
        for (int i = 0; i < 6; i++)
        {
            lab.A.Run("client" + i, async os =>
            {
                int s = await os.Dial("10.0.0.2:80");
                await os.Send(s, new byte[1]);
                Assert.Equal(0, await os.Recv(s, new byte[1]));
                served++;
            }, Instant.FromMilliseconds(1 + i));
        }

        lab.Finish();
        Assert.Equal(6, served);
        Assert.True(lab.B.Net.Mib[Snmp.TcpExtListenOverflows] > 0);
    }

    [Fact]
    public void A_listener_that_closes_resets_whom_nobody_accepted()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            await os.Delay(Duration.FromSeconds(1));
            await os.Close(l);
            int again = await os.Listening("0.0.0.0:80");
            _ = again;
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80"), t = await os.Dial("10.0.0.2:80");
            Assert.Equal(Errno.ECONNRESET, (await os.TryRecv(s, new byte[1])).Errno);
            Assert.Equal(Errno.ECONNRESET, (await os.TryRecv(t, new byte[1])).Errno);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
    }

    [Fact]
    public void An_orphan_delivers_what_was_written_before_the_close()
    {
        using Lab lab = Lab.Pair(new Devices.Wires.WireSpec { Rate = 1_000_000, Delay = Duration.FromMilliseconds(20), Loss = 0.05 });
        byte[] data = Talk.Noise(200_000), got = [];
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            got = await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF, 1_000_000);
            await os.SendAll(s, data);
            // The process ends with most of it still in the socket.
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(data, got);
    }

    [Fact]
    public void Data_that_comes_after_the_close_is_answered_with_a_reset()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Close(c);
            await os.Delay(Duration.FromSeconds(5));
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Delay(Duration.FromSeconds(1));
            Assert.Equal(10, await os.Send(s, new byte[10]));
            await os.Delay(Duration.FromSeconds(1));
            Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[10])).Errno);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.True(lab.B.Net.Mib[Snmp.TcpOutRsts] > 0);
    }

    [Fact]
    public void Two_sockets_that_connect_to_each_other_at_once_are_connected()
    {
        using Lab lab = Lab.Pair();
        string a = "", b = "";
        lab.A.Run("a", os => Meet(os, "10.0.0.1:5000", "10.0.0.2:6000", t => a = t), Instant.FromMilliseconds(100));
        lab.B.Run("b", os => Meet(os, "10.0.0.2:6000", "10.0.0.1:5000", t => b = t), Instant.FromMilliseconds(100));
        lab.Finish();
        Assert.Equal("10.0.0.2:6000", a);
        Assert.Equal("10.0.0.1:5000", b);

        static async Task Meet(Os os, SockAddr from, SockAddr to, Action<string> heard)
        {
            // The neighbours first: else one SYN waits for ARP.
            int u = await os.Udp();
            await os.SendTo(u, new byte[1], to);
            await os.Delay(Duration.FromMilliseconds(100));
            int s = await os.Tcp();
            await os.Bind(s, from);
            await os.Connect(s, to);
            await os.Send(s, System.Text.Encoding.ASCII.GetBytes(from.ToString()));
            var buffer = new byte[100];
            heard(System.Text.Encoding.ASCII.GetString(buffer, 0, await os.Recv(s, buffer)));
        }
    }

    [Fact]
    public void Hundreds_of_short_connections_leave_nothing_behind()
    {
        using Lab lab = Lab.Pair();
        const int Count = 500;
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80", 128);
            for (int i = 0; i < Count; i++)
            {
                (int c, _) = await os.Accept(l);
                os.Spawn(async () =>
                {
                    var b = new byte[10];
                    int n = await os.Recv(c, b);
                    await os.Send(c, b.AsMemory(0, n));
                    await os.Close(c);
                });
            }
        });
        int good = 0;
        lab.A.Run("client", async os =>
        {
            for (int w = 0; w < 10; w++)
            {
                os.Spawn(async () =>
                {
                    for (int i = 0; i < Count / 10; i++)
                    {
                        int s = await os.Dial("10.0.0.2:80");
                        await os.Send(s, new byte[7]);
                        if (await os.Recv(s, new byte[10]) == 7) good++;
                        await os.Close(s);
                    }
                });
            }

            await Task.CompletedTask;
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(Count, good);
    }
}
