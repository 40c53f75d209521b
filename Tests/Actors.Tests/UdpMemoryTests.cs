// udp_mem (man 7 udp; __udp_enqueue_schedule_skb, __sk_mem_raise_allocated): what UDP's sockets hold together, in pages. It cannot be asked of a kernel without
// changing the whole machine, so what is expected is the rule itself: below the first number all is granted; between the first and the third a socket
// has its udp_rmem_min, a page, without the datagram at hand; above the third nothing is.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class UdpMemoryTests
{
    // A datagram of one byte is charged 832 and pages are asked for whole: four fill the first, nine the first two.
    [Theory]
    [InlineData("0 0 0", 0)]
    [InlineData("0 0 100", 9)]
    [InlineData("1 1 1", 4)]
    [InlineData("1 1 100", 9)]
    [InlineData("2 2 2", 9)]
    [InlineData("100 100 100", 20)]
    public void A_datagram_that_finds_no_memory_is_dropped_and_counted(string mem, int taken)
    {
        using var lab = new Lab();
        lab.A.Sysctl("net.ipv4.udp_mem", mem);
        lab.A.Run("p", async os =>
        {
            int u = await os.Udp(), client = await os.Udp();
            await os.Bind(u, "127.0.0.1:9");
            for (int i = 0; i < 20; i++) Assert.Equal(1, await os.SendTo(client, new byte[1], "127.0.0.1:9")); // the sender hears nothing
            await os.Delay(Duration.FromMilliseconds(1));
            string[] counts = (await os.ReadFile("/proc/net/snmp")).Split('\n').Last(l => l.StartsWith("Udp: ", StringComparison.Ordinal)).Split(' ');
            string[] names = (await os.ReadFile("/proc/net/snmp")).Split('\n').First(l => l.StartsWith("Udp: ", StringComparison.Ordinal)).Split(' ');
            int Count(string name) => int.Parse(counts[Array.IndexOf(names, name)], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal((20 - taken, 20 - taken, 0), (Count("InErrors"), Count("MemErrors"), Count("RcvbufErrors")));
            byte[] info = new byte[36];
            await os.GetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_MEMINFO, info);
            Assert.Equal((832 * taken, 20 - taken), (BitConverter.ToInt32(info, 0), BitConverter.ToInt32(info, 32)));
            for (int i = 0; i < taken; i++) await os.Recv(u, new byte[1]);
            Assert.Equal(Errno.EAGAIN, (await os.TryRecv(u, new byte[1], MsgFlags.DONTWAIT)).Errno);
        });
        lab.Finish();
    }

    [Fact]
    public void What_one_socket_holds_another_cannot_have_and_what_is_read_is_free_again()
    {
        using var lab = new Lab();
        lab.A.Sysctl("net.ipv4.udp_mem", "1 1 1");
        lab.A.Run("p", async os =>
        {
            int first = await os.Udp(), second = await os.Udp(), client = await os.Udp();
            await os.Bind(first, "127.0.0.1:8");
            await os.Bind(second, "127.0.0.1:9");
            Assert.Equal(1, await Try(first, "127.0.0.1:8"));
            Assert.Equal(0, await Try(second, "127.0.0.1:9"));
            await os.Recv(first, new byte[1]);
            Assert.Equal(1, await Try(second, "127.0.0.1:9"));
            Assert.Equal(0, await Try(first, "127.0.0.1:8"));
            await os.Close(second);
            Assert.Equal(1, await Try(first, "127.0.0.1:8"));

            async Task<int> Try(int fd, SockAddr to)
            {
                await os.SendTo(client, new byte[1], to);
                await os.Delay(Duration.FromMilliseconds(1));
                return await os.Poll(new PollFd[] { new(fd, PollEvents.IN) }, Duration.Zero);
            }
        });
        lab.Finish();
    }
}
