// Programs that make any call at any time, on wires that lose, double and reorder, and are broken off at any time: every call is answered,
// nothing throws, nothing is left, and one seed is one run.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

public class RandomCallsTests
{
    [Fact]
    public void Whatever_programs_call_every_call_is_answered_and_nothing_is_left()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            ulong hash = Once(seed);
            if (seed % 10 == 0) Assert.Equal(hash, Once(seed));
        }
    }

    private static ulong Once(ulong seed)
    {
        var random = new RandomStream(seed, "test", "wire");
        var wire = new WireSpec
        {
            Rate = 10_000_000, Delay = Duration.FromMilliseconds(2), Loss = random.Below(3) * 0.1, Duplicate = random.Below(2) * 0.1,
            Jitter = Duration.FromMilliseconds(random.Below(2)), QueuePackets = 20,
        };
        using Lab lab = Lab.Pair(wire, seed);
        lab.A.Sysctl("net.ipv4.tcp_tw_reuse", "1").Sysctl("net.ipv4.ip_local_port_range", "2000 2011");
        foreach (SimHost host in new[] { lab.A, lab.B })
        {
            for (int p = 0; p < 2; p++)
            {
                host.Run("program" + p, os =>
                {
                    var fds = new List<int>();
                    for (int t = 0; t < 3; t++)
                    {
                        RandomStream r = os.Random("task" + t);
                        os.Spawn(() => Any(os, r, fds));
                    }

                    return Task.CompletedTask;
                }, noFile: 12);
            }
        }

        // Most runs are broken off in the middle.
        lab.Network.RunUntil(Instant.FromMilliseconds(seed % 4 == 0 ? 600_000 : random.Below(20_000)));
        ulong hash = lab.Network.TraceHash;
        if (lab.Network.Failures.Count > 0) Assert.Fail($"seed {seed}: " + string.Join("\n", lab.Network.Failures.Select(f => $"{f}\n{f.Exception.StackTrace}")));
        if (seed % 4 == 0) Assert.True(lab.Network.Hosts.All(h => h.Processes.All(x => x.Exited)), $"seed {seed}: a program hangs");
        lab.Network.Destroy();
        Assert.True(lab.Network.Audit().Count == 0, $"seed {seed}: " + string.Join("\n", lab.Network.Audit().Take(5)));
        return hash;
    }

    private static async Task Any(Os os, RandomStream r, List<int> fds)
    {
        var buffer = new byte[20_000];
        for (int step = 0; step < 150; step++)
        {
            int fd = fds.Count == 0 || r.Below(30) == 0 ? (int)r.Below(14) - 1 : fds[(int)r.Below((uint)fds.Count)];
            SockAddr somebody = SockAddr.In(IpAddress.FromV4(r.Below(4) switch { 0 => 0x7F00_0001u, 1 => 0x0A00_0001u, 2 => 0x0A00_0002u, _ => 0x0A00_0009u }), (ushort)(2000 + r.Below(4)));
            var flags = (MsgFlags)0;
            if (r.Below(3) == 0) flags |= MsgFlags.DONTWAIT;
            switch (r.Below(18))
            {
                case 0 or 1:
                    SysResult s = await os.TrySocket(AddressFamily.INET, r.Below(3) == 0 ? SocketType.DGRAM : SocketType.STREAM);
                    if (!s.IsOk) break;
                    fds.Add((int)s.Value);
                    await os.TrySetSockOpt((int)s.Value, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, Talk.Timeval(Duration.FromMilliseconds(1 + r.Below(300))));
                    await os.TrySetSockOpt((int)s.Value, SockLevel.SOCKET, (int)SockOpt.SO_SNDTIMEO, Talk.Timeval(Duration.FromMilliseconds(1 + r.Below(300))));
                    if (r.Below(2) == 0) await os.TrySetSockOpt((int)s.Value, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
                    break;
                case 2:
                    await os.TryBind(fd, SockAddr.In(r.Below(2) == 0 ? IpAddress.Any4 : somebody.Address, somebody.Port));
                    break;
                case 3 or 4:
                    await os.TryListen(fd, (int)r.Below(4));
                    break;
                case 5 or 6:
                    SysResult a = await os.TryAccept(fd, r.Below(2) == 0 ? SocketType.NONBLOCK : 0);
                    if (a.IsOk) fds.Add((int)a.Value);
                    break;
                case 7 or 8:
                    await os.TryConnect(fd, r.Below(12) == 0 ? default : somebody);
                    break;
                case 9 or 10:
                    await os.TrySend(fd, buffer.AsMemory(0, (int)r.Below(20_000)), flags);
                    break;
                case 11:
                    await os.TrySendTo(fd, buffer.AsMemory(0, (int)r.Below(4000)), somebody, flags);
                    break;
                case 12 or 13:
                    if (r.Below(4) == 0) flags |= MsgFlags.PEEK;
                    if (r.Below(4) == 0) flags |= MsgFlags.WAITALL;
                    await os.TryRecv(fd, new byte[r.Below(8000)], flags);
                    break;
                case 14:
                    await os.TryShutdown(fd, (ShutdownHow)r.Below(3));
                    break;
                case 15:
                    if (r.Below(3) == 0) await os.TrySetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, (int)r.Below(2)));
                    await os.TryClose(fd);
                    fds.Remove(fd);
                    break;
                case 16:
                    var polled = new PollFd[1 + r.Below(3)];
                    for (int i = 0; i < polled.Length; i++) polled[i] = new PollFd(fds.Count == 0 ? -1 : fds[(int)r.Below((uint)fds.Count)], (PollEvents)r.Below(8));
                    await os.Poll(polled, Duration.FromMilliseconds(r.Below(100)));
                    break;
                default:
                    if (r.Below(3) == 0) await os.TryFcntl(fd, FcntlCmd.F_SETFL, r.Below(2) == 0 ? (int)FileFlags.NONBLOCK : 0);
                    else if (r.Below(3) == 0) await os.TryDup2(fd, (int)r.Below(12));
                    else await os.Delay(Duration.FromMicroseconds(r.Below(30_000)));
                    break;
            }
        }
    }
}
