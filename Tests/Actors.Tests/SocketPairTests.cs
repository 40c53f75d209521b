// socketpair(2): what the generic layer does of it, and that a family with pairs needs nothing but its own operation. AF_INET's answers are in the
// differential scripts (sockets/socketpair-*.pkt).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SocketPairTests
{
    private const AddressFamily AF_TEST = (AddressFamily)44;
    private const SocketType DGRAM = SocketType.DGRAM;

    [Fact]
    public void A_family_with_pairs_gives_two_descriptors_of_sockets_that_know_each_other()
    {
        using Lab lab = WithFamily(out PairOps ops);
        lab.A.Run("p", async os =>
        {
            (int first, int second) = await os.SocketPair(AF_TEST, DGRAM | SocketType.NONBLOCK | SocketType.CLOEXEC);
            Assert.Equal((0, 1), (first, second));
            Assert.NotNull(ops.Second!.Actor); // the faces that the family joined are those of the descriptors
            Assert.NotEqual(ops.First!.Inode, ops.Second.Inode);
            foreach (int fd in (int[])[first, second])
            {
                Assert.Equal((int)(FileFlags.RDWR | FileFlags.NONBLOCK), (await os.TryFcntl(fd, FcntlCmd.F_GETFL, 0)).Value);
                Assert.Equal(1, (await os.TryFcntl(fd, FcntlCmd.F_GETFD, 0)).Value);
            }

            await os.Send(second, new byte[] { 1, 2, 3 });
            Assert.Equal(3, await os.Recv(second, new byte[10]));
        });
        lab.Finish();
    }

    [Fact]
    public void With_room_for_one_descriptor_it_is_EMFILE_whatever_the_family_and_none_is_taken()
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            int u = await os.Udp();
            await os.Udp();
            Assert.Equal(Errno.EMFILE, (await os.TrySocketPair(AddressFamily.INET, DGRAM)).Errno);
            Assert.Equal(Errno.EMFILE, (await os.TrySocketPair((AddressFamily)100, DGRAM)).Errno);
            Assert.Equal(Errno.EINVAL, (await os.TrySocketPair(AddressFamily.INET, DGRAM | (SocketType)0x100)).Errno);
            await os.Close(u);
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TrySocketPair(AddressFamily.INET, DGRAM)).Errno);
            Assert.Equal(u, await os.Udp());
        }, noFile: 3);
        lab.Finish();
    }

    [Fact]
    public void The_hooks_of_both_sockets_come_first_then_the_pair_s_own()
    {
        using Lab lab = WithFamily(out _);
        var module = new Module();
        lab.A.Policies.Add(module);
        lab.A.Run("p", async os =>
        {
            await os.SocketPair(AF_TEST, DGRAM);
            Assert.Equal(["create", "post_create", "create", "post_create", "socketpair"], module.Asked);
            await RefusedAt("socketpair", 1, "create", "post_create", "create", "post_create", "socketpair");
            await RefusedAt("post_create", 2, "create", "post_create", "create", "post_create");
            await RefusedAt("create", 2, "create", "post_create", "create");
            await RefusedAt("create", 1, "create");
            module.Refuses = "";
            Assert.Equal(2, await os.Socket(AF_TEST, DGRAM)); // no descriptor was lost

            async Task RefusedAt(string hook, int time, params string[] asked)
            {
                module.Asked.Clear();
                (module.Refuses, module.Time) = (hook, time);
                Assert.Equal(Errno.EACCES, (await os.TrySocketPair(AF_TEST, DGRAM)).Errno);
                Assert.Equal(asked, module.Asked);
            }
        });
        lab.Finish();
    }

    [Fact]
    public void Sockets_that_are_made_for_nothing_are_made_and_released_for_the_cgroup_too()
    {
        using var lab = new Lab();
        var program = new Counter();
        lab.A.Policies.Add(program);
        lab.A.Run("p", async os =>
        {
            Assert.Equal(Errno.EOPNOTSUPP, (await os.TrySocketPair(AddressFamily.INET, SocketType.STREAM)).Errno);
            Assert.Equal((2, 2), (program.Created, program.Released));
            program.Refuses = true;
            Assert.Equal(Errno.EPERM, (await os.TrySocketPair(AddressFamily.INET, SocketType.STREAM)).Errno);
            Assert.Equal((3, 2), (program.Created, program.Released));
        });
        lab.Finish();
    }

    [Fact]
    public void An_observer_sees_one_call()
    {
        using Lab lab = WithFamily(out _);
        var watch = new Watch();
        lab.A.Observe(watch);
        lab.A.Run("p", async os =>
        {
            await os.SocketPair(AF_TEST, DGRAM);
            await os.TrySocketPair(AddressFamily.INET, SocketType.STREAM, IpProtocol.TCP);
        });
        lab.Finish();
        Assert.Equal(
            ["socketpair(AF_44, SOCK_DGRAM, IPPROTO_IP, [0, 1]) = 0", "socketpair(AF_INET, SOCK_STREAM, IPPROTO_TCP) = -1 EOPNOTSUPP (Operation not supported)"],
            watch.Seen);
    }

    private static Lab WithFamily(out PairOps ops)
    {
        var lab = new Lab();
        ops = new PairOps();
        lab.A.Plan.Stack.Families.Register(new PairFamily(lab.A.Net, ops));
        return lab;
    }

    private sealed class PairFamily(Net net, PairOps ops) : NetFamily(AF_TEST)
    {
        public override Errno Create(Socket socket, IpProtocol protocol)
        {
            (socket.Sk, socket.Ops) = (new FamilyTests.EchoSock(net), ops);
            return Errno.OK;
        }
    }

    private sealed class PairOps : ProtoOps
    {
        public Socket? First { get; private set; }

        public Socket? Second { get; private set; }

        public override Errno SocketPair(Socket first, Socket second)
        {
            (First, Second) = (first, second);
            first.State = second.State = SocketState.CONNECTED;
            return Errno.OK;
        }

        public override void SendTo(SockActor s, Syscall.SendTo call) => s.Send(call);

        public override void RecvFrom(SockActor s, Syscall.RecvFrom call) => s.Recv(call);
    }

    private sealed class Module : SecurityModule
    {
        private int _seen;

        public List<string> Asked { get; } = [];

        public string Refuses { get; set; } = "";

        /// <summary>Which time it refuses.</summary>
        public int Time
        {
            get;
            set => (field, _seen) = (value, 0);
        }

        public override Errno SocketCreate(ITask task, AddressFamily family, SocketType type, IpProtocol protocol) => Ask("create");

        public override Errno SocketPostCreate(ITask task, Sock sk) => Ask("post_create");

        public override Errno SocketSocketpair(ITask task, Sock first, Sock second) => first == second ? throw new ArgumentException("one socket twice") : Ask("socketpair");

        private Errno Ask(string hook)
        {
            Asked.Add(hook);
            return hook == Refuses && ++_seen == Time ? Errno.EACCES : Errno.OK;
        }
    }

    private sealed class Counter : CgroupProgram
    {
        public int Created { get; private set; }

        public int Released { get; private set; }

        public bool Refuses { get; set; }

        public override Errno SockCreate(ITask task, Sock sk)
        {
            Created++;
            return Refuses ? Errno.EPERM : Errno.OK;
        }

        public override void SockRelease(ITask task, Sock sk) => Released++;
    }

    private sealed class Watch : ISyscallObserver
    {
        public List<string> Seen { get; } = [];

        public void Entered(in SyscallEvent entered)
        {
        }

        public void Answered(in SyscallEvent answered) => Seen.Add(SyscallText.Format(answered.Call));
    }
}
