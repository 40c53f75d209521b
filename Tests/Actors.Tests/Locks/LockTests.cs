// lock_sock and release_sock with a processor on which calls take their time: what waits for the owner, and in which order it is let in.

using ActorNet.Devices.Wires;
using ActorNet.Protocols.Tcp;
using static ActorNet.Actors.SockLockEvent.What;

namespace ActorNet.Actors.Tests.Locks;

[Trait("Engine", "Embedded")]
public class LockTests
{
    [Fact]
    public void Segments_that_find_the_socket_owned_wait_and_are_handled_in_order_before_the_next_call()
    {
        byte[]? got = null;
        List<SockLockEvent> seen = LockLab.Run(
            async (os, s) =>
            {
                for (byte i = 1; i <= 3; i++)
                {
                    await os.Send(s, new byte[] { i, i }); // arrive while the server's first call costs
                    await os.Delay(Duration.FromMilliseconds(2));
                }

                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(s);
            },
            async (os, c) =>
            {
                ValueTask hold = os.Hold(c);
                var buffer = new byte[10];
                int n = await os.Recv(c, buffer); // stands in line behind the owner
                await hold;
                got = buffer[..n];
                await os.Close(c);
            });
        Assert.Equal([1, 1, 2, 2, 3, 3], got!); // all three were let in before the recv
        Assert.Equal([OWNED, BACKLOGGED, BACKLOGGED, BACKLOGGED, DRAINED, RELEASED, OWNED, RELEASED], seen.Kinds()[..8]);
        Assert.Equal([SyscallNr.setsockopt, SyscallNr.setsockopt, SyscallNr.setsockopt, SyscallNr.setsockopt], seen[..4].Select(e => e.Call!.Value));
        Assert.Equal(3, seen[4].Packets);
        Assert.Equal(0, seen[4].Backlog);
        Assert.True(seen[1].Backlog > 0 && seen[2].Backlog > seen[1].Backlog && seen[3].Backlog > seen[2].Backlog, "bytes by truesize");
        Assert.Equal(LockLab.Settled + LockLab.Call, seen[4].At);
        Assert.Equal(SyscallNr.recvfrom, seen[6].Call);
    }

    [Fact]
    public void Without_a_cpu_model_no_call_holds_the_lock_for_any_time()
    {
        List<SockLockEvent> seen = LockLab.Run(
            async (os, s) =>
            {
                await os.Send(s, new byte[100]);
                await os.Close(s);
            },
            async (os, c) =>
            {
                await os.Hold(c);
                Assert.Equal(100, (await os.ReadToEnd(c)).Length);
                await os.Close(c);
            },
            new CpuModel());
        Assert.Empty(seen);
    }

    [Fact]
    public void A_receive_that_must_not_wait_does_not_see_the_backlog()
    {
        LockLab.Run(
            async (os, s) =>
            {
                await os.Send(s, new byte[5]);
                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(s);
            },
            async (os, c) =>
            {
                // The segment arrives while this very call owns the socket: tcp_recvmsg gives EAGAIN before release_sock lets it in.
                Assert.Equal(Errno.EAGAIN, (await os.TryRecv(c, new byte[10], MsgFlags.DONTWAIT)).Errno);
                Assert.Equal(5, (await os.TryRecv(c, new byte[10], MsgFlags.DONTWAIT)).Value);
                await os.Close(c);
            });
    }

    [Fact]
    public void A_receive_that_waits_lets_the_backlog_in_as_it_begins_to_wait()
    {
        Instant done = default;
        LockLab.Run(
            async (os, s) =>
            {
                await os.Send(s, new byte[5]);
                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(s);
            },
            async (os, c) =>
            {
                Assert.Equal(5, await os.Recv(c, new byte[10])); // sk_wait_data: release_sock, and there it is
                done = os.Now;
                await os.Close(c);
            });
        Assert.Equal(LockLab.Settled + LockLab.Call, done);
    }

    [Fact]
    public void While_a_receive_waits_the_lock_is_free()
    {
        List<SockLockEvent> seen = LockLab.Run(
            async (os, s) =>
            {
                await os.Delay(Duration.FromMilliseconds(30)); // the recv has its time behind it
                await os.Send(s, new byte[5]);
                await os.Close(s);
            },
            async (os, c) =>
            {
                ValueTask<int> recv = os.Recv(c, new byte[10]);
                await os.Delay(Duration.FromMilliseconds(15));
                await os.Hold(c); // another thread's call gets the lock meanwhile
                Assert.Equal(5, await recv);
                await os.Close(c);
            });
        Assert.Equal([OWNED, RELEASED, OWNED, RELEASED], seen.Kinds()[..4]);
        Assert.Equal(SyscallNr.setsockopt, seen[2].Call);
        Assert.DoesNotContain(BACKLOGGED, seen.Kinds()[..4]);
    }

    [Fact]
    public void Calls_stand_in_line_for_the_lock_and_get_it_in_order()
    {
        List<Instant> done = [];
        List<SockLockEvent> seen = LockLab.Run(
            async (os, s) =>
            {
                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(s);
            },
            async (os, c) =>
            {
                ValueTask one = os.Hold(c);
                ValueTask<int> two = os.Send(c, new byte[1]);
                ValueTask<SockAddr> three = os.GetSockName(c);
                await one;
                done.Add(os.Now);
                await two;
                done.Add(os.Now);
                await three;
                done.Add(os.Now);
                await os.Close(c);
            },
            new CpuModel { Syscall = LockLab.Call, Cores = 4 }); // processors there are enough; the lock is one
        Assert.Equal([LockLab.Settled + LockLab.Call, LockLab.Settled + LockLab.Call * 2, LockLab.Settled + LockLab.Call * 3], done);
        Assert.Equal([SyscallNr.setsockopt, SyscallNr.sendto, SyscallNr.getsockname], seen.Where(e => e.Kind == OWNED).Take(3).Select(e => e.Call!.Value));
    }

    [Fact]
    public void A_full_backlog_drops_and_counts()
    {
        Lab? lab = null;
        int sent = 0;
        List<SockLockEvent> seen = LockLab.Run(
            async (os, s) =>
            {
                SockAddr me = await os.GetSockName(s);
                await os.Delay(Duration.FromMilliseconds(5));
                // Old data, one byte in front of the window over and over: no two of them go on where the other ends.
                for (; sent < 1000; sent++) lab!.System.ActorSelection("/user/b/tcp").Tell(Segment(lab, me, SockAddr.Parse("10.0.0.2:80")), ActorRefs.NoSender);
                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(s);
            },
            async (os, c) =>
            {
                await os.Hold(c);
                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(c);
            },
            prepare: l =>
            {
                lab = l;
                l.B.Sysctl("net.ipv4.tcp_rmem", "4096 20000 20000").Sysctl("net.ipv4.tcp_wmem", "4096 16384 16384");
            });
        int drops = seen.Count(e => e.Kind == DROPPED), kept = seen.Count(e => e.Kind == BACKLOGGED);
        Assert.Equal(1000, drops + kept);
        // tcp_add_backlog: twice sk_rcvbuf, half of sk_sndbuf, 64 KiB; whoever finds less than that may still come in.
        int limit = 2 * 20_000 + 16_384 / 2 + 65_536, one = seen.First(e => e.Kind == BACKLOGGED).Backlog;
        Assert.Equal(limit / one + 1, kept);
        Assert.Equal(drops, lab!.B.Net.Mib[Snmp.TcpExtTCPBacklogDrop]);
        Assert.Equal(drops, lab.B.Net.Mib.Drops(DropReason.SOCKET_BACKLOG));
        Assert.Equal(kept, seen.Single(e => e.Kind == DRAINED).Packets);
    }

    private static SkBuff Segment(Lab lab, SockAddr from, SockAddr to)
    {
        SkBuff skb = lab.Network.Pool.Alloc(100, 100);
        TcpHeader.Emit(skb.Put(21), from.Port, to.Port, 1, 1, 20, TcpFlags.ACK | TcpFlags.PSH, 1000, 0);
        skb.Ip.Saddr = from.Address;
        skb.Ip.Daddr = to.Address;
        skb.Ip.Protocol = (byte)IpProtocol.TCP;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        return skb;
    }

    [Fact]
    public void Segments_that_follow_each_other_are_joined_in_the_backlog()
    {
        Lab? lab = null;
        LockLab.Run(
            async (os, s) =>
            {
                await os.Send(s, new byte[4000]); // three segments of one instant, with one timestamp
                await os.Delay(Duration.FromMilliseconds(100));
                await os.Close(s);
            },
            async (os, c) =>
            {
                await os.Hold(c);
                Assert.Equal(4000, await os.Recv(c, new byte[5000]));
                await os.Close(c);
            },
            prepare: l => lab = l);
        Assert.Equal(2, lab!.B.Net.Mib[Snmp.TcpExtTCPBacklogCoalesce]);
    }

    [Fact]
    public void Datagrams_do_not_wait_for_the_owner()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        Instant polled = default;
        lab.B.SetCpu(new CpuModel { Syscall = Duration.FromMilliseconds(50), Cores = 2 });
        lab.B.Run("server", async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "0.0.0.0:9");
            await LockLab.Until(os, Instant.FromMilliseconds(200));
            ValueTask hold = os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_BROADCAST, 1); // until 250 ms
            Assert.Equal(1, await os.Poll(new PollFd[] { new(u, PollEvents.IN) }, Duration.FromSeconds(1)));
            polled = os.Now;
            await hold;
            Assert.Equal(3, await os.Recv(u, new byte[10]));
        });
        lab.A.Run("client", async os =>
        {
            await os.Delay(Duration.FromMilliseconds(205));
            int u = await os.Udp();
            await os.SendTo(u, new byte[3], "10.0.0.2:9");
        });
        lab.Finish(10);
        Assert.InRange(polled.Nanoseconds, 205_000_000, 215_000_000);
    }

    [Fact]
    public void A_listener_takes_connections_while_a_call_owns_it()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        lab.B.SetCpu(new CpuModel { Syscall = Duration.FromMilliseconds(50) });
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80"); // four calls
            await LockLab.Until(os, Instant.FromMilliseconds(300));
            await os.Hold(l);
            (int c, _) = await os.Accept(l);
            await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            await os.Delay(Duration.FromMilliseconds(310));
            int s = await os.Dial("10.0.0.2:80");
            Assert.True(os.Now < Instant.FromMilliseconds(320), $"connected at {os.Now}");
            await os.Close(s);
        });
        lab.Finish(10);
    }

    [Fact]
    public void A_signal_ends_a_call_that_would_wait_once_it_has_had_its_time()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        Errno ended = Errno.OK;
        Instant at = default;
        lab.B.SetCpu(new CpuModel { Syscall = LockLab.Call });
        lab.B.Run("server", async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "0.0.0.0:9");
            ended = (await os.TryRecv(u, new byte[1])).Errno;
            at = os.Now;
        });
        lab.Network.RunUntil(Instant.FromMilliseconds(35)); // socket costs nothing, bind 10 ms: the recv owns the socket until 20 ms, then waits
        lab.Network.StopPrograms();
        lab.End();
        Assert.Equal(Errno.EINTR, ended);
    }

    [Fact]
    public void A_time_out_of_a_datagram_socket_does_not_wait_for_the_owner()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        lab.B.SetCpu(new CpuModel { Syscall = LockLab.Call, Cores = 2 });
        lab.B.Run("server", async os =>
        {
            int u = await os.Udp();
            await os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, Talk.Timeval(Duration.FromMilliseconds(4)));
            ValueTask<SysResult> recv = os.TryRecv(u, new byte[1]); // waits from 20 ms to 24 ms
            await LockLab.Until(os, Instant.FromMilliseconds(21));
            ValueTask hold = os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_BROADCAST, 1);
            Assert.Equal(Errno.EAGAIN, (await recv).Errno);
            Assert.Equal(Instant.FromMilliseconds(24), os.Now);
            await hold;
        });
        lab.Finish(10);
    }

    [Fact]
    public void A_kill_ends_a_connect_whose_cost_elapses()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        lab.B.SetCpu(new CpuModel { Syscall = LockLab.Call });
        lab.B.Run("client", async os =>
        {
            int s = await os.Tcp();
            await os.Connect(s, "10.0.0.77:80"); // nobody is there
        });
        lab.Network.RunUntil(Instant.FromMilliseconds(5)); // the connect has not got its port yet
        lab.Network.StopPrograms();
        lab.End();
    }
}
