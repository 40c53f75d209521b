// A family of sockets of the test's own: one registration makes socket(2) know it. Its machine has faults, to see what a bug in one socket costs.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class FamilyTests
{
    private const AddressFamily AF_TEST = (AddressFamily)44;

    [Fact]
    public void A_family_is_one_registration_and_what_it_lacks_is_EOPNOTSUPP()
    {
        using Lab lab = WithFamily();
        lab.A.Run("p", async os =>
        {
            Assert.Equal(Errno.ESOCKTNOSUPPORT, (await os.TrySocket(AF_TEST, SocketType.STREAM)).Errno);
            int s = await os.Socket(AF_TEST, SocketType.DGRAM);
            await os.Send(s, new byte[] { 1, 2, 3 });
            Assert.Equal(3, await os.Recv(s, new byte[10]));
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TryListen(s, 1)).Errno);
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TryBind(s, "0.0.0.0:1")).Errno);
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TryConnect(s, "0.0.0.0:1")).Errno);
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TryAccept(s)).Errno);
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TryGetSockName(s)).Errno);
        });
        lab.Finish();
    }

    [Fact]
    public void A_bug_in_a_socket_costs_that_socket_and_is_reported()
    {
        using Lab lab = WithFamily();
        var seen = new List<Errno>();
        lab.A.Run("p", async os =>
        {
            int s = await os.Socket(AF_TEST, SocketType.DGRAM), good = await os.Socket(AF_TEST, SocketType.DGRAM);
            os.Spawn(async () => seen.Add((await os.TryRecv(s, new byte[1])).Errno)); // waits
            os.Spawn(async () => Assert.Equal(1, await os.Poll(new PollFd[] { new(s, PollEvents.IN) }, Duration.Infinite)));
            await os.Delay(Duration.FromMilliseconds(1));
            seen.Add((await os.TrySend(s, new byte[] { 0xBA, 0xD0 })).Errno);
            await os.Delay(Duration.FromMilliseconds(1));
            seen.Add((await os.TrySend(s, new byte[1])).Errno);
            PollFd[] fds = [new(s, PollEvents.IN)];
            Assert.Equal(1, await os.Poll(fds, Duration.Infinite));
            Assert.Equal(PollEvents.ERR | PollEvents.HUP, fds[0].REvents);
            await os.Close(s);
            await os.Send(good, new byte[1]);
            Assert.Equal(1, await os.Recv(good, new byte[1]));
        });
        Assert.True(lab.Network.RunPrograms(Instant.FromSeconds(10)));
        Assert.Equal([Errno.EIO, Errno.EIO, Errno.EIO], seen);
        lab.Network.Destroy();
        IReadOnlyList<string> audit = lab.Network.Audit();
        Assert.Equal(2, audit.Count);
        Assert.Contains("a: a socket threw at", audit[0], StringComparison.Ordinal);
        Assert.Contains("was stopped in mid-life", audit[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_behind_a_bug_in_a_mailbox_is_answered_and_freed()
    {
        using Lab lab = WithFamily();
        var seen = new List<string>();
        lab.A.Run("p", async os =>
        {
            int s = await os.Socket(AF_TEST, SocketType.DGRAM);
            await os.Send(s, new byte[1]);
            // All in one turn of the program: a packet that throws with one behind it in its batch, then what waits in the mailbox.
            EchoOps.Last.Tell(Chain(lab.Network.Pool, 3), ActorRefs.NoSender);
            EchoOps.Last.Tell(Chain(lab.Network.Pool, 2), ActorRefs.NoSender);
            ValueTask<SysResult> recv = os.TryRecv(s, new byte[1]), accept = os.TrySend(s, new byte[1]);
            PollFd[] fds = [new(s, PollEvents.IN)];
            ValueTask<int> poll = os.Poll(fds, Duration.Infinite);
            ValueTask<SysResult> close = os.TryClose(s);
            seen.Add($"{(await recv).Errno} {(await accept).Errno} {await poll} {fds[0].REvents} {(await close).Errno}");
            Assert.Equal(s, await os.Socket(AF_TEST, SocketType.DGRAM)); // every number is free again
        });
        Assert.True(lab.Network.RunPrograms(Instant.FromSeconds(10)));
        lab.Network.Destroy();
        Assert.Empty(lab.Network.Failures);
        Assert.Equal(["EIO EIO 1 ERR, HUP OK"], seen);
        Assert.Equal(2, lab.Network.Audit().Count); // the bug and the socket that it cost: no packet, no call
        Assert.All(lab.Network.Audit(), wrong => Assert.Contains("socket", wrong, StringComparison.Ordinal));
    }

    [Fact]
    public void A_bug_in_a_process_s_actor_costs_that_process_and_is_reported()
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("p", async os =>
        {
            int l = await os.Listening("0.0.0.0:80"), u = await os.Udp();
            ValueTask<SysResult> recv = os.TryRecv(u, new byte[1]);
            PollFd[] fds = [new(l, PollEvents.IN), new(u, PollEvents.IN)];
            ValueTask<int> poll = os.Poll(fds, Duration.Infinite);
            await os.Delay(Duration.FromSeconds(100));
        });
        lab.B.Run("q", async os =>
        {
            await os.Delay(Duration.FromSeconds(2));
            Assert.Equal(Errno.ECONNREFUSED, (await os.TryConnect(await os.Tcp(), "10.0.0.1:80")).Errno);
        });
        lab.Network.RunUntil(Instant.FromSeconds(1));
        lab.System.ActorSelection("/user/a/proc/1").Tell(new CallTimeout(null!), ActorRefs.NoSender);
        Assert.True(lab.Network.RunPrograms(Instant.FromSeconds(10)));
        Assert.Empty(lab.Network.Failures);
        lab.Network.Destroy();
        Assert.Contains("a process's actor threw", Assert.Single(lab.Network.Audit()), StringComparison.Ordinal);
    }

    private static SkBuff Chain(SkBuffPool pool, int length)
    {
        SkBuff first = pool.Alloc(100);
        for (int i = 1; i < length; i++)
        {
            SkBuff skb = pool.Alloc(100);
            skb.Next = first;
            first = skb;
        }

        return first;
    }

    private static Lab WithFamily()
    {
        var lab = new Lab();
        lab.A.Plan.Stack.Families.Register(new TestFamily(lab.A.Net));
        return lab;
    }

    private sealed class TestFamily(Net net) : NetFamily(AF_TEST)
    {
        private readonly EchoOps _ops = new();

        public override Errno Create(Socket socket, IpProtocol protocol)
        {
            if (socket.Type != SocketType.DGRAM) return Errno.ESOCKTNOSUPPORT;
            socket.Sk = new EchoSock(net);
            socket.Ops = _ops;
            return Errno.OK;
        }
    }

    private sealed class EchoOps : ProtoOps
    {
        [ThreadStatic] private static IActorRef? t_last;

        /// <summary>Who was last sent by.</summary>
        public static IActorRef Last => t_last!;

        public override void SendTo(SockActor s, Syscall.SendTo call)
        {
            t_last = s.Me;
            s.Send(call);
        }

        public override void RecvFrom(SockActor s, Syscall.RecvFrom call) => s.Recv(call);
    }

    // What is sent to it is received from it; 0xBAD0 makes it throw.
    internal sealed class EchoSock(Net net) : Sock(net, AF_TEST, SocketType.DGRAM, IpProtocol.RAW)
    {
        private readonly Queue<byte[]> _queue = new();
        private bool _closed;

        public override PollEvents Poll => _queue.Count > 0 ? PollEvents.IN | PollEvents.OUT : PollEvents.OUT;

        public override Instant NextTimer => Instant.Never;

        public override bool IsDead => _closed;

        public override void OnTimer(Instant now)
        {
        }

        public override bool TryXmit(Instant now, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SkBuff? skb)
        {
            skb = null;
            return false;
        }

        public override DropReason Rcv(SkBuff skb, Instant now) => throw new ArithmeticException("a bug");

        public override void IcmpError(in IcmpErrorInfo error, Instant now)
        {
        }

        public override SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, ReadOnlySpan<byte> control, MsgFlags flags, Instant now)
        {
            if (data is [0xBA, 0xD0]) throw new ArithmeticException("a bug");
            _queue.Enqueue(data.ToArray());
            return data.Length;
        }

        public override SysResult Recv(scoped Span<byte> buffer, ref CmsgWriter control, MsgFlags flags, Instant now, out SockAddr from, out MsgFlags outFlags)
        {
            from = default;
            outFlags = MsgFlags.None;
            if (!_queue.TryDequeue(out byte[]? data)) return Errno.EAGAIN;
            int n = Math.Min(data.Length, buffer.Length);
            data.AsSpan(0, n).CopyTo(buffer);
            return n;
        }

        public override Errno Shutdown(ShutdownHow how, Instant now) => Errno.OK;

        public override void Close(Instant now) => _closed = true;

        public override void Destroy() => _closed = true;

        public override Errno Setsockopt(SockLevel level, int option, ReadOnlySpan<byte> value, Instant now) => SetSocketOption(option, value, now);

        public override Errno Getsockopt(SockLevel level, int option, Span<byte> value, out int length, Instant now) => GetSocketOption(option, value, out length);
    }
}
