// Security modules: each hook, and where it stands among the other checks (__sys_* of net/socket.c).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SecurityModuleTests
{
    public static TheoryData<string> Hooks => ["create", "post_create", "bind", "connect", "listen", "accept", "sendmsg", "recvmsg", "getsockname", "getpeername", "setsockopt", "getsockopt", "shutdown"];

    [Theory]
    [MemberData(nameof(Hooks))]
    public void A_refused_hook_is_its_call_s_errno_and_nothing_is_done(string hook)
    {
        var module = new Module();
        Run(module, async os =>
        {
            int t = await os.Tcp(), l = await os.Listening("127.0.0.1:80"), u = await os.Udp();
            module.Refuses = hook;
            SysResult r = hook switch
            {
                "create" or "post_create" => await os.TrySocket(AddressFamily.INET, SocketType.STREAM),
                "bind" => await os.TryBind(t, "127.0.0.1:81"),
                "connect" => await os.TryConnect(t, "127.0.0.1:80"),
                "listen" => await os.TryListen(t, 1),
                "accept" => await os.TryAccept(l),
                "sendmsg" => await os.TrySendTo(u, new byte[5], "127.0.0.1:9"),
                "recvmsg" => await os.TryRecv(u, new byte[7]),
                "getsockname" => await os.TryGetSockName(l),
                "getpeername" => await os.TryGetPeerName(t),
                "setsockopt" => await os.TrySetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_MARK, 1),
                "getsockopt" => await os.TryGetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_MARK, new byte[4]),
                _ => await os.TryShutdown(t, ShutdownHow.RDWR),
            };
            Assert.Equal(Errno.EACCES, r.Errno);
            module.Refuses = "";
            Assert.Equal("0.0.0.0:0", (await os.GetSockName(t)).ToString());
            Assert.Equal(u + 1, await os.Udp()); // no descriptor was taken for nothing
            if (hook == "sendmsg") Assert.Equal("0.0.0.0:0", (await os.GetSockName(u)).ToString()); // not even a port
        });
    }

    [Fact]
    public void Modules_are_asked_behind_the_descriptor_and_before_the_protocol()
    {
        var module = new Module();
        Run(module, async os =>
        {
            int l = await os.Listening("127.0.0.1:80"), proc = await os.Open("/proc/net/udp");
            module.Refuses = "bind";
            Assert.Equal(Errno.EBADF, (await os.TryBind(99, "127.0.0.1:1")).Errno);
            Assert.Equal(Errno.ENOTSOCK, (await os.TryBind(proc, "127.0.0.1:1")).Errno);
            Assert.Equal(Errno.EACCES, (await os.TryBind(l, "127.0.0.1:1")).Errno); // bound, which would be EINVAL
            module.Refuses = "accept";
            Assert.Equal(Errno.EINVAL, (await os.TryAccept(l, (SocketType)1)).Errno); // flags first
            module.Refuses = "create";
            Assert.Equal(Errno.EACCES, (await os.TrySocket((AddressFamily)40, SocketType.STREAM)).Errno); // a family that there is not
            Assert.Equal(Errno.EAFNOSUPPORT, (await os.TrySocket((AddressFamily)99, SocketType.STREAM)).Errno); // one that cannot be
            Assert.Equal(Errno.EINVAL, (await os.TrySocket(AddressFamily.INET, (SocketType)12)).Errno);
            module.Refuses = "post_create";
            Assert.Equal(Errno.EPROTONOSUPPORT, (await os.TrySocket(AddressFamily.INET, SocketType.STREAM, IpProtocol.UDP)).Errno);
        });
    }

    [Fact]
    public void The_first_module_that_refuses_ends_it()
    {
        using var lab = new Lab();
        Module first = new() { Refuses = "bind", With = Errno.EBUSY }, second = new() { Refuses = "bind" };
        lab.A.Policies.Add(first).Add(second);
        lab.A.Run("p", async os =>
        {
            int u = await os.Udp();
            Assert.Equal(Errno.EBUSY, (await os.TryBind(u, "127.0.0.1:1")).Errno);
            Assert.Equal(1, first.Asked["bind"]);
            Assert.False(second.Asked.ContainsKey("bind"));
            lab.A.Policies.Remove(first);
            Assert.Equal(Errno.EACCES, (await os.TryBind(u, "127.0.0.1:1")).Errno);
            lab.A.Policies.Remove(second);
            await os.Bind(u, "127.0.0.1:1");
            Assert.Null(lab.A.Plan.Books.Security);
        });
        lab.Finish();
    }

    [Fact]
    public void Read_and_write_of_a_socket_are_messages_too()
    {
        var module = new Module();
        Run(module, async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "127.0.0.1:9");
            await os.Connect(u, "127.0.0.1:9");
            await os.Write(u, new byte[5]);
            await os.Read(u, new byte[7]);
        });
        Assert.Equal(1, module.Asked["sendmsg"]);
        Assert.Equal(1, module.Asked["recvmsg"]);
    }

    private static void Run(SecurityModule module, Func<Os, Task> main)
    {
        using var lab = new Lab();
        lab.A.Policies.Add(module);
        lab.A.Run("p", main);
        lab.Finish();
    }

    private sealed class Module : SecurityModule
    {
        public string Refuses = "";
        public Errno With = Errno.EACCES;
        public readonly Dictionary<string, int> Asked = new(StringComparer.Ordinal);

        public override Errno SocketCreate(ITask task, AddressFamily family, SocketType type, IpProtocol protocol) => Ask("create");

        public override Errno SocketPostCreate(ITask task, Sock sk) => Ask("post_create");

        public override Errno SocketBind(ITask task, Sock sk, SockAddr address) => Ask("bind");

        public override Errno SocketConnect(ITask task, Sock sk, SockAddr address) => Ask("connect");

        public override Errno SocketListen(ITask task, Sock sk, int backlog) => Ask("listen");

        public override Errno SocketAccept(ITask task, Sock sk) => Ask("accept");

        public override Errno SocketSendmsg(ITask task, Sock sk, SockAddr? to, int size) => size == 5 ? Ask("sendmsg") : Errno.OK;

        public override Errno SocketRecvmsg(ITask task, Sock sk, int size, MsgFlags flags) => size == 7 ? Ask("recvmsg") : Errno.OK;

        public override Errno SocketGetsockname(ITask task, Sock sk) => Ask("getsockname");

        public override Errno SocketGetpeername(ITask task, Sock sk) => Ask("getpeername");

        public override Errno SocketSetsockopt(ITask task, Sock sk, SockLevel level, int option) => Ask("setsockopt");

        public override Errno SocketGetsockopt(ITask task, Sock sk, SockLevel level, int option) => Ask("getsockopt");

        public override Errno SocketShutdown(ITask task, Sock sk, ShutdownHow how) => Ask("shutdown");

        private Errno Ask(string hook)
        {
            Asked[hook] = Asked.GetValueOrDefault(hook) + 1;
            return hook == Refuses ? With : Errno.OK;
        }
    }
}
