// Programs of a host's cgroup. What is expected was answered by Linux 6.18 with BPF programs of one or two instructions on a cgroup of their own.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class CgroupProgramTests
{
    [Fact]
    public void Bind4_comes_before_all_that_is_wrong_with_an_address()
    {
        Run(new Program { OnBind4 = static (ref SockAddr _) => Errno.EPERM }, async os =>
        {
            int u = await os.Udp();
            Assert.Equal(Errno.EPERM, (await os.TryBind(u, "127.0.0.1:5000")).Errno);
            Assert.Equal(Errno.EPERM, (await os.TryBind(u, "1.2.3.4:5000")).Errno);
            Assert.Equal(Errno.EPERM, (await os.TryBind(u, new SockAddr(AddressFamily.INET6, default, 1))).Errno);
            await os.Listen(await os.Tcp(), 1); // a port that the kernel chooses is nobody's to refuse
            await os.SendTo(u, new byte[1], "127.0.0.1:9");
            Assert.Equal(Errno.EPERM, (await os.TryBind(u, "127.0.0.1:5000")).Errno); // bound, which would be EINVAL
        });
    }

    [Fact]
    public void Bind4_rewrites_the_address()
    {
        Run(new Program { OnBind4 = static (ref SockAddr a) => Set(ref a, "127.0.0.1:7") }, async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "1.2.3.4:5000");
            Assert.Equal("127.0.0.1:7", (await os.GetSockName(u)).ToString());
        });
    }

    [Fact]
    public void A_refused_post_bind4_takes_the_port_away_again()
    {
        var program = new Program { OnPostBind4 = static sk => sk.Local.Port == 5000 ? Errno.EPERM : Errno.OK };
        Run(program, async os =>
        {
            int u = await os.Udp(), t = await os.Tcp();
            Assert.Equal(Errno.EPERM, (await os.TryBind(u, "127.0.0.1:5000")).Errno);
            Assert.Equal(Errno.EPERM, (await os.TryBind(t, "127.0.0.1:5000")).Errno);
            Assert.Equal("0.0.0.0:0", (await os.GetSockName(u)).ToString());
            Assert.Equal("0.0.0.0:0", (await os.GetSockName(t)).ToString());
            program.OnPostBind4 = null;
            await os.Bind(u, "127.0.0.1:5000");
            await os.Bind(t, "127.0.0.1:5000");
        });
    }

    [Fact]
    public void Connect4_comes_before_the_route_and_behind_the_state()
    {
        Run(new Program { OnConnect4 = static (ref SockAddr _) => Errno.EPERM }, async os =>
        {
            int u = await os.Udp(), t = await os.Tcp();
            Assert.Equal(Errno.EPERM, (await os.TryConnect(u, "8.8.8.8:9")).Errno);
            Assert.Equal("0.0.0.0:0", (await os.GetSockName(u)).ToString());
            Assert.Equal(Errno.EPERM, (await os.TryConnect(t, "8.8.8.8:9")).Errno);
            Assert.Equal(Errno.OK, (await os.TryConnect(t, new SockAddr(AddressFamily.UNSPEC, default, 0))).Errno);
            Assert.Equal(Errno.EISCONN, (await os.TryConnect(await os.Listening("127.0.0.1:80"), "127.0.0.1:9")).Errno);
        });
    }

    [Fact]
    public void Connect4_and_getpeername4_make_a_service_address()
    {
        var program = new Program
        {
            OnConnect4 = static (ref SockAddr a) => a == "10.96.0.1:80" ? Set(ref a, "127.0.0.1:8080") : Errno.OK,
            OnName4 = static (bool peer, ref SockAddr a) => { if (peer && a == "127.0.0.1:8080") a = "10.96.0.1:80"; },
        };
        Run(program, async os =>
        {
            int l = await os.Listening("127.0.0.1:8080"), t = await os.Tcp(), u = await os.Udp();
            await os.Connect(t, "10.96.0.1:80");
            (int c, SockAddr _) = await os.Accept(l);
            Assert.Equal("10.96.0.1:80", (await os.GetPeerName(t)).ToString());
            Assert.Equal("127.0.0.1:8080", (await os.GetSockName(c)).ToString());
            await os.Connect(u, "10.96.0.1:80");
            Assert.Equal("10.96.0.1:80", (await os.GetPeerName(u)).ToString());
        });
    }

    [Fact]
    public void Sendmsg4_and_recvmsg4_see_datagrams_with_an_address()
    {
        var program = new Program
        {
            OnSendmsg4 = static (ref SockAddr a) => a == "10.96.0.1:53" ? Set(ref a, "127.0.0.1:5353") : Errno.EPERM,
            OnRecvmsg4 = static (ref SockAddr a) => { if (a == "127.0.0.1:5353") a = "10.96.0.1:53"; },
        };
        Run(program, async os =>
        {
            int server = await os.Udp(), u = await os.Udp();
            await os.Bind(server, "127.0.0.1:5353");
            await os.SendTo(u, new byte[3], "10.96.0.1:53");
            (_, SockAddr from, _) = await os.RecvFrom(server, new byte[10]);
            await os.Connect(server, from);
            await os.Send(server, new byte[2]); // without an address nobody is asked
            (int n, SockAddr shown, _) = await os.RecvFrom(u, new byte[10]);
            Assert.Equal((2, "10.96.0.1:53"), (n, shown.ToString()));
            Assert.Equal(Errno.EPERM, (await os.TrySendTo(u, new byte[1], "8.8.8.8:9")).Errno); // before the route
            Assert.Equal(Errno.EINVAL, (await os.TrySendTo(u, new byte[1], "127.0.0.1:0")).Errno); // behind what is wrong with the address
            Assert.Equal(Errno.EMSGSIZE, (await os.TrySendTo(u, new byte[70_000], "127.0.0.1:9")).Errno);
            Assert.Equal(Errno.EPERM, (await os.TrySendTo(server, new byte[1], "127.0.0.1:9")).Errno);
        });
    }

    [Fact]
    public void Sock_create_comes_behind_the_protocol_and_release_at_the_last_close()
    {
        var program = new Program();
        Run(program, async os =>
        {
            int u = await os.Udp(), v = await os.Dup(u);
            program.OnCreate = static _ => Errno.EPERM;
            Assert.Equal(Errno.EPERM, (await os.TrySocket(AddressFamily.INET, SocketType.DGRAM)).Errno);
            Assert.Equal(Errno.EPROTONOSUPPORT, (await os.TrySocket(AddressFamily.INET, SocketType.STREAM, IpProtocol.UDP)).Errno);
            await os.Close(u);
            Assert.Equal(0, program.Released);
            await os.Close(v);
            Assert.Equal(1, program.Released);
        });
    }

    [Fact]
    public void Setsockopt_programs_come_before_the_kernel()
    {
        var program = new Program { OnSet = static _ => Errno.EPERM };
        Run(program, async os =>
        {
            int t = await os.Tcp();
            Assert.Equal(Errno.EPERM, (await os.TrySetSockOpt(t, (SockLevel)77, 8, 4096)).Errno);
            Assert.Equal(Errno.EPERM, (await os.TrySetSockOpt(t, SockLevel.SOCKET, 8, new byte[1])).Errno);
            program.OnSet = static c =>
            {
                c.Handled = true;
                return Errno.OK;
            };
            int before = await Number(os, t, SockOpt.SO_RCVBUF);
            await os.SetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, 4096);
            await os.SetSockOpt(t, SockLevel.SOCKET, 999, 1);
            Assert.Equal(before, await Number(os, t, SockOpt.SO_RCVBUF));
            program.OnSet = static c =>
            {
                c.Number = 8192;
                return Errno.OK;
            };
            await os.SetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, 4096);
            Assert.Equal(2 * 8192, await Number(os, t, SockOpt.SO_RCVBUF));
        });
    }

    [Fact]
    public void Getsockopt_programs_come_behind_the_kernel()
    {
        var program = new Program { OnGet = static _ => Errno.EPERM };
        Run(program, async os =>
        {
            int t = await os.Tcp();
            Assert.Equal(Errno.EPERM, (await os.TryGetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, new byte[4])).Errno);
            Assert.Equal(Errno.ENOPROTOOPT, (await os.TryGetSockOpt(t, SockLevel.SOCKET, 999, new byte[4])).Errno);
            program.OnGet = static c =>
            {
                c.Result = Errno.OK;
                c.Number = 42;
                return Errno.OK;
            };
            Assert.Equal(42, await Number(os, t, (SockOpt)999));
        });
    }

    [Theory]
    [InlineData(Errno.EPERM, Errno.EACCES, Errno.EACCES)]
    [InlineData(Errno.EACCES, Errno.EPERM, Errno.EACCES)]
    [InlineData(Errno.EACCES, Errno.OK, Errno.EACCES)]
    [InlineData(Errno.OK, Errno.EPERM, Errno.EPERM)]
    [InlineData(Errno.OK, Errno.OK, Errno.OK)]
    public void All_programs_run_and_all_must_allow(Errno first, Errno second, Errno answer)
    {
        int ran = 0;
        using var lab = new Lab();
        foreach (Errno e in (Errno[])[first, second])
        {
            lab.A.Policies.Add(new Program
            {
                OnBind4 = (ref SockAddr _) =>
                {
                    ran++;
                    return e;
                },
            });
        }

        lab.A.Run("p", async os => Assert.Equal(answer, (await os.TryBind(await os.Udp(), "127.0.0.1:5000")).Errno));
        lab.Finish();
        Assert.Equal(2, ran);
    }

    [Fact]
    public void Programs_know_whose_call_it_is_in_every_namespace_and_can_be_detached()
    {
        using var lab = new Lab();
        lab.A.AddNamespace("blue");
        var program = new Program { OnBind4 = (ref SockAddr _) => Errno.EPERM };
        lab.A.Policies.Add(program);
        lab.A.Run("p", async os =>
        {
            Assert.Equal(Errno.EPERM, (await os.TryBind(await os.Udp(), "127.0.0.1:5000")).Errno);
            Assert.Equal((1, "p", 1000u), (program.Last!.Pid, program.Last.Name, program.Last.Credentials.Uid));
            lab.A.Policies.Remove(program);
            Assert.Null(lab.A.Net.Cgroup);
            await os.Bind(await os.Udp(), "127.0.0.1:5000");
        }, netns: "blue", credentials: Credentials.User(1000, 1000));
        lab.Finish();
    }

    private static void Run(CgroupProgram program, Func<Os, Task> main)
    {
        using var lab = new Lab();
        lab.A.Policies.Add(program);
        lab.A.Run("p", main);
        lab.Finish();
    }

    private static Errno Set(ref SockAddr address, SockAddr to)
    {
        address = to;
        return Errno.OK;
    }

    private static async Task<int> Number(Os os, int fd, SockOpt option)
    {
        byte[] value = new byte[4];
        await os.GetSockOpt(fd, SockLevel.SOCKET, (int)option, value);
        return BitConverter.ToInt32(value);
    }

    private delegate Errno OnAddress(ref SockAddr address);

    private delegate void OnShown(ref SockAddr address);

    private delegate void OnName(bool ofPeer, ref SockAddr address);

    private sealed class Program : CgroupProgram
    {
        public OnAddress? OnBind4, OnConnect4, OnSendmsg4;
        public OnShown? OnRecvmsg4;
        public OnName? OnName4;
        public Func<Sock, Errno>? OnPostBind4, OnCreate;
        public Func<SockOptContext, Errno>? OnSet, OnGet;
        public ITask? Last;
        public int Released;

        public override Errno SockCreate(ITask task, Sock sk) => OnCreate?.Invoke(sk) ?? Errno.OK;

        public override void SockRelease(ITask task, Sock sk) => Released++;

        public override Errno Bind4(ITask task, Sock sk, ref SockAddr address)
        {
            Last = task;
            return OnBind4?.Invoke(ref address) ?? Errno.OK;
        }

        public override Errno PostBind4(ITask task, Sock sk) => OnPostBind4?.Invoke(sk) ?? Errno.OK;

        public override Errno Connect4(ITask task, Sock sk, ref SockAddr peer) => OnConnect4?.Invoke(ref peer) ?? Errno.OK;

        public override Errno Sendmsg4(ITask task, Sock sk, ref SockAddr to) => OnSendmsg4?.Invoke(ref to) ?? Errno.OK;

        public override void Recvmsg4(ITask task, Sock sk, ref SockAddr from) => OnRecvmsg4?.Invoke(ref from);

        public override void Getsockname4(ITask task, Sock sk, ref SockAddr name) => OnName4?.Invoke(false, ref name);

        public override void Getpeername4(ITask task, Sock sk, ref SockAddr name) => OnName4?.Invoke(true, ref name);

        public override Errno Setsockopt(ITask task, Sock sk, SockOptContext context) => OnSet?.Invoke(context) ?? Errno.OK;

        public override Errno Getsockopt(ITask task, Sock sk, SockOptContext context) => OnGet?.Invoke(context) ?? Errno.OK;
    }
}
