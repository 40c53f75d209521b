// EPOLLEXCLUSIVE with several who wait at once: one of them is woken by each event. What is expected was asked of Linux 6.18 with threads; what one waiter can
// show is in the differential scripts (files/epoll-exclusive-*.pkt).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class EpollExclusiveTests
{
    [Theory]
    [InlineData(EpollEvents.EXCLUSIVE, "2,0,3,1", "0|0,1|0,1,2|0,1,2,3")] // in the order of EPOLL_CTL_ADD, whoever came to wait first
    [InlineData(EpollEvents.None, "2,0,3,1", "0,1,2,3|0,1,2,3|0,1,2,3|0,1,2,3")]
    public void Each_connection_wakes_one_of_the_epolls_that_wait(EpollEvents how, string order, string woken)
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            int l = await os.Listening("127.0.0.1:80");
            var epolls = new int[4];
            for (int i = 0; i < epolls.Length; i++)
            {
                epolls[i] = await os.EpollCreate();
                await os.EpollCtl(epolls[i], EpollOp.ADD, l, EpollEvents.IN | how, i);
            }

            var seen = new SortedSet<long>();
            foreach (string i in order.Split(','))
            {
                int ep = epolls[int.Parse(i, System.Globalization.CultureInfo.InvariantCulture)];
                os.Spawn(async () =>
                {
                    var events = new EpollEvent[1];
                    Assert.Equal(1, await os.EpollWait(ep, events, Duration.Infinite));
                    seen.Add(events[0].Data);
                });
                await os.Delay(Duration.FromMilliseconds(1));
            }

            foreach (string expected in woken.Split('|'))
            {
                await os.Dial("127.0.0.1:80");
                await os.Delay(Duration.FromMilliseconds(1));
                Assert.Equal(expected, string.Join(',', seen));
            }
        });
        lab.Finish();
    }

    [Fact]
    public void One_that_waits_again_is_woken_again()
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "127.0.0.1:9");
            int served = 0;
            var counts = new int[3];
            for (int i = 0; i < counts.Length; i++)
            {
                int ep = await os.EpollCreate(), me = i;
                await os.EpollCtl(ep, EpollOp.ADD, u, EpollEvents.IN | EpollEvents.EXCLUSIVE, i);
                os.Spawn(async () =>
                {
                    while (served < 5)
                    {
                        if (await os.EpollWait(ep, new EpollEvent[1], Duration.FromMilliseconds(50)) == 0) continue;
                        counts[me]++;
                        await os.Recv(u, new byte[1]);
                        served++;
                    }
                });
            }

            await os.Delay(Duration.FromMilliseconds(1));
            int client = await os.Udp();
            for (int i = 0; i < 5; i++)
            {
                await os.SendTo(client, new byte[1], "127.0.0.1:9");
                await os.Delay(Duration.FromMilliseconds(1));
            }

            Assert.Equal([5, 0, 0], counts); // the first in the queue, each time: as Linux, which does not turn it round
        });
        lab.Finish();
    }
}
