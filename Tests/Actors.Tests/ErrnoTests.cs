// What each call answers when it cannot do what it is asked: the errno of the man pages (socket, bind, listen, accept, connect, send, recv,
// shutdown, close, getsockname, getpeername, setsockopt, fcntl, dup).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class ErrnoTests
{
    // Runs a program on host a of a pair whose other host has nothing open, and finishes the run.
    private static void OnA(Func<Os, Task> main, Func<Os, Task>? onB = null, Action<Lab>? prepare = null)
    {
        using Lab lab = Lab.Pair();
        prepare?.Invoke(lab);
        if (onB is not null) lab.B.Run("b", onB);
        lab.A.Run("a", main, Instant.FromMilliseconds(1));
        lab.Finish();
    }

    [Fact]
    public void Socket_refuses_what_no_family_type_or_protocol_makes() => OnA(async os =>
    {
        Assert.Equal(Errno.EAFNOSUPPORT, (await os.TrySocket((AddressFamily)45, SocketType.STREAM)).Errno);
        Assert.Equal(Errno.EAFNOSUPPORT, (await os.TrySocket(AddressFamily.INET6, SocketType.STREAM)).Errno);
        Assert.Equal(Errno.EAFNOSUPPORT, (await os.TrySocket((AddressFamily)4711, SocketType.STREAM)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySocket(AddressFamily.INET, (SocketType)12)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySocket(AddressFamily.INET, SocketType.STREAM | (SocketType)0x100)).Errno);
        Assert.Equal(Errno.EPROTONOSUPPORT, (await os.TrySocket(AddressFamily.INET, SocketType.STREAM, IpProtocol.UDP)).Errno);
        Assert.Equal(Errno.EPROTONOSUPPORT, (await os.TrySocket(AddressFamily.INET, SocketType.DGRAM, IpProtocol.TCP)).Errno);
        Assert.Equal(Errno.ESOCKTNOSUPPORT, (await os.TrySocket(AddressFamily.INET, SocketType.SEQPACKET)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySocket(AddressFamily.INET, SocketType.STREAM, (IpProtocol)300)).Errno);
    });

    [Fact]
    public void Every_call_on_a_closed_descriptor_is_EBADF() => OnA(async os =>
    {
        int fd = await os.Udp();
        await os.Close(fd);
        Assert.Equal(Errno.EBADF, (await os.TryClose(fd)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryBind(fd, "0.0.0.0:1")).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryListen(fd, 1)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryAccept(fd)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryConnect(fd, "10.0.0.2:1")).Errno);
        Assert.Equal(Errno.EBADF, (await os.TrySend(fd, new byte[1])).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryRecv(fd, new byte[1])).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryShutdown(fd, ShutdownHow.RDWR)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryGetSockName(fd)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryGetPeerName(-1)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryFcntl(fd, FcntlCmd.F_GETFL)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TryDup(fd)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TrySetSockOpt(12345, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1)).Errno);
    });

    [Fact]
    public void Descriptors_are_the_lowest_free_ones_up_to_the_limit() => OnA(async os =>
    {
        for (int i = 0; i < 1024; i++) Assert.Equal(i, await os.Udp());
        Assert.Equal(Errno.EMFILE, (await os.TrySocket(AddressFamily.INET, SocketType.DGRAM)).Errno);
        Assert.Equal(Errno.EMFILE, (await os.TryDup(3)).Errno);
        await os.Close(17);
        await os.Close(5);
        Assert.Equal(5, await os.Dup(9));
        Assert.Equal(17, await os.Udp());
    });

    [Fact]
    public void A_duplicate_keeps_the_socket_open_and_shares_its_flags() => OnA(async os =>
    {
        int fd = await os.Udp();
        await os.Bind(fd, "10.0.0.1:500");
        int copy = await os.Dup(fd);
        await os.Fcntl(copy, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
        await os.Close(fd);
        Assert.Equal((int)(FileFlags.RDWR | FileFlags.NONBLOCK), await os.Fcntl(copy, FcntlCmd.F_GETFL));
        Assert.Equal("10.0.0.1:500", (await os.GetSockName(copy)).ToString());
        Assert.Equal(40, await os.Dup2(copy, 40));
        await os.Close(copy);
        Assert.Equal(Errno.EAGAIN, (await os.TryRecv(40, new byte[1])).Errno);
        await os.Close(40);
        int again = await os.Udp();
        await os.Bind(again, "10.0.0.1:500"); // the last close has freed the port
    });

    [Fact]
    public void Bind_wants_an_address_of_this_host_and_a_free_port() => OnA(async os =>
    {
        int s = await os.Tcp(), t = await os.Tcp();
        Assert.Equal(Errno.EADDRNOTAVAIL, (await os.TryBind(s, "10.0.0.77:80")).Errno);
        Assert.Equal(Errno.EAFNOSUPPORT, (await os.TryBind(s, new SockAddr(AddressFamily.UNIX, default, 0))).Errno);
        await os.Bind(s, "10.0.0.1:80");
        Assert.Equal(Errno.EINVAL, (await os.TryBind(s, "10.0.0.1:81")).Errno);
        Assert.Equal(Errno.EADDRINUSE, (await os.TryBind(t, "0.0.0.0:80")).Errno);
        await os.Bind(t, "127.0.0.1:80"); // another address: no conflict
        int u = await os.Udp();
        await os.Bind(u, "0.0.0.0:80"); // another protocol
        await os.Close(s);
        int v = await os.Tcp();
        await os.Bind(v, "10.0.0.1:80");
        int any = await os.Udp();
        await os.Bind(any, "0.0.0.0:0");
        Assert.InRange((await os.GetSockName(any)).Port, 32_768, 60_999);
    });

    [Fact]
    public void Datagram_sockets_neither_listen_nor_accept() => OnA(async os =>
    {
        int s = await os.Udp();
        Assert.Equal(Errno.EOPNOTSUPP, (await os.TryListen(s, 1)).Errno);
        Assert.Equal(Errno.EOPNOTSUPP, (await os.TryAccept(s)).Errno);
        int t = await os.Tcp();
        Assert.Equal(Errno.EINVAL, (await os.TryAccept(t)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryAccept(t, (SocketType)1)).Errno);
    });

    [Fact]
    public void Two_listeners_on_one_port_need_SO_REUSEPORT() => OnA(async os =>
    {
        int a = await os.Listening("0.0.0.0:80"), b = await os.Tcp();
        await os.SetSockOpt(b, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
        Assert.Equal(Errno.EADDRINUSE, (await os.TryBind(b, "0.0.0.0:80")).Errno);
        int c = await os.Tcp(), d = await os.Tcp();
        await os.SetSockOpt(c, SockLevel.SOCKET, (int)SockOpt.SO_REUSEPORT, 1);
        await os.SetSockOpt(d, SockLevel.SOCKET, (int)SockOpt.SO_REUSEPORT, 1);
        await os.Bind(c, "0.0.0.0:81");
        await os.Bind(d, "0.0.0.0:81");
        await os.Listen(c, 1);
        await os.Listen(d, 1);
        _ = a;
    });

    [Fact]
    public void A_connection_to_a_closed_port_is_refused() => OnA(async os =>
    {
        int s = await os.Tcp();
        Assert.Equal(Errno.ECONNREFUSED, (await os.TryConnect(s, "10.0.0.2:81")).Errno);
        Assert.Equal(Errno.ECONNREFUSED, (await os.TryConnect(s, "127.0.0.1:81")).Errno); // and may be tried again
    });

    [Fact]
    public void Connect_says_why_there_is_no_way() => OnA(async os =>
    {
        int s = await os.Tcp();
        Assert.Equal(Errno.ENETUNREACH, (await os.TryConnect(s, "192.0.2.1:80")).Errno);
        Instant before = os.Now;
        Assert.Equal(Errno.EHOSTUNREACH, (await os.TryConnect(s, "10.0.0.99:80")).Errno); // nobody answers ARP: three probes, a second apart
        Assert.InRange((os.Now - before).TotalSeconds, 2.9, 3.3);
        Assert.Equal(Errno.EAFNOSUPPORT, (await os.TryConnect(s, new SockAddr(AddressFamily.UNIX, default, 0))).Errno);
        Assert.Equal(Errno.ENETUNREACH, (await os.TryConnect(s, "224.0.0.9:80")).Errno);
        int u = await os.Udp();
        Assert.Equal(Errno.ENETUNREACH, (await os.TrySendTo(u, new byte[1], "192.0.2.1:80")).Errno);
        Assert.Equal(Errno.EACCES, (await os.TrySendTo(u, new byte[1], "10.0.0.255:80")).Errno); // a broadcast, without SO_BROADCAST
        Assert.Equal(Errno.EINVAL, (await os.TrySendTo(u, new byte[1], "10.0.0.2:0")).Errno);
        Assert.Equal(Errno.EDESTADDRREQ, (await os.TrySend(u, new byte[1])).Errno);
        Assert.Equal(Errno.EMSGSIZE, (await os.TrySendTo(u, new byte[65_508], "10.0.0.2:9")).Errno);
        Assert.Equal(Errno.EMSGSIZE, (await os.TrySendTo(u, new byte[70_000], "10.0.0.2:9")).Errno);
    });

    [Fact]
    public void Connect_gives_up_after_the_last_SYN() => OnA(
        async os =>
        {
            int s = await os.Tcp();
            Instant before = os.Now;
            Assert.Equal(Errno.ETIMEDOUT, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            Assert.Equal(7, (os.Now - before).TotalSeconds, 0.1); // what two doublings take, though five retries went a second apart (a 6.18 kernel: 7.1)
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            await os.Delay(Duration.FromSeconds(30));
            _ = l;
        },
        lab =>
        {
            lab.A.Sysctl("net.ipv4.tcp_syn_retries", "2");
            lab.B.AddRoute("10.0.0.1/32", null, "lo"); // what b sends to a never leaves it
        });

    [Fact]
    public void A_connected_datagram_socket_hears_that_its_port_is_closed() => OnA(async os =>
    {
        int s = await os.Udp();
        await os.Connect(s, "10.0.0.2:81");
        Assert.Equal(1, await os.Send(s, new byte[1]));
        Assert.Equal(Errno.ECONNREFUSED, (await os.TryRecv(s, new byte[1])).Errno);
        int u = await os.Udp(); // one that is not connected hears nothing
        await os.SendTo(u, new byte[1], "10.0.0.2:81");
        await os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, Talk.Timeval(Duration.FromMilliseconds(50)));
        Assert.Equal(Errno.EAGAIN, (await os.TryRecv(u, new byte[1])).Errno);
    });

    [Fact]
    public void A_stream_socket_that_is_not_connected_says_so() => OnA(async os =>
    {
        int s = await os.Tcp();
        Assert.Equal(Errno.ENOTCONN, (await os.TryRecv(s, new byte[1])).Errno);
        Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[1])).Errno);
        Assert.Equal(Errno.ENOTCONN, (await os.TryShutdown(s, ShutdownHow.WR)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryShutdown(s, (ShutdownHow)3)).Errno);
        Assert.Equal(Errno.ENOTCONN, (await os.TryGetPeerName(s)).Errno);
        Assert.Equal("0.0.0.0:0", (await os.GetSockName(s)).ToString());
        int u = await os.Udp();
        Assert.Equal(Errno.ENOTCONN, (await os.TryGetPeerName(u)).Errno);
        Assert.Equal(Errno.ENOTCONN, (await os.TryShutdown(u, ShutdownHow.WR)).Errno);
    });

    [Fact]
    public void A_connected_stream_socket_is_connected_once_and_breaks_like_a_pipe() => OnA(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            Assert.Equal(Errno.EISCONN, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            Assert.Equal(Errno.EINVAL, (await os.TryListen(s, 1)).Errno);
            Assert.Equal("10.0.0.2:80", (await os.GetPeerName(s)).ToString());
            await os.Shutdown(s, ShutdownHow.WR);
            Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[1])).Errno);
            Assert.Equal(0, await os.Recv(s, new byte[1]));
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(0, await os.Recv(c, new byte[10]));
        });

    [Fact]
    public void A_reset_is_told_once_and_then_the_stream_is_over() => OnA(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Send(s, new byte[10]);
            Assert.Equal(Errno.ECONNRESET, (await os.TryRecv(s, new byte[1])).Errno);
            Assert.Equal(0, await os.Recv(s, new byte[1]));
            Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[1])).Errno);
            Assert.Equal(Errno.ENOTCONN, (await os.TryGetPeerName(s)).Errno);
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.SetSockOpt(c, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 0));
            await os.Close(c);
        });

    [Fact]
    public void Options_that_nobody_knows_are_ENOPROTOOPT() => OnA(async os =>
    {
        int s = await os.Udp();
        Assert.Equal(Errno.ENOPROTOOPT, (await os.TrySetSockOpt(s, SockLevel.SOCKET, 9999, 1)).Errno);
        Assert.Equal(Errno.ENOPROTOOPT, (await os.TrySetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_TYPE, 1)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, new byte[2])).Errno);
        Assert.Equal((int)SocketType.DGRAM, await os.GetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_TYPE));
        Assert.Equal((int)IpProtocol.UDP, await os.GetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_PROTOCOL));
        await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, 10_000);
        Assert.Equal(20_000, await os.GetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF));
        await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_BINDTODEVICE, "eth0"u8.ToArray());
        Assert.Equal(Errno.ENODEV, (await os.TrySetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_BINDTODEVICE, "eth9"u8.ToArray())).Errno);
    });

    [Fact]
    public void Fcntl_and_dup_know_their_limits() => OnA(async os =>
    {
        int s = await os.Udp(SocketType.NONBLOCK | SocketType.CLOEXEC);
        Assert.Equal(1, await os.Fcntl(s, FcntlCmd.F_GETFD));
        Assert.Equal(Errno.EAGAIN, (await os.TryRecv(s, new byte[1])).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryFcntl(s, (FcntlCmd)999)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryFcntl(s, FcntlCmd.F_DUPFD, 5000)).Errno);
        Assert.Equal(20, await os.Fcntl(s, FcntlCmd.F_DUPFD, 20));
        Assert.Equal(Errno.EBADF, (await os.TryDup2(s, 5000)).Errno);
        Assert.Equal(s, await os.Dup2(s, s));
    });
}
