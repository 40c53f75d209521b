// A datagram socket's send buffer in front of a slow wire (man 7 socket, SO_SNDBUF): who waits, until when, and who must not. A frame of 1,442 bytes takes
// 11.536 ms at 1 Mbit/s; Linux charges 2,304 bytes for it until its device has sent it.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SendBufferTests
{
    private const double FrameMs = 11.536;

    private static async Task<int> Sender(Os os)
    {
        int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF, 5000); // 10,000
        await os.SendTo(s, new byte[1], "10.0.0.2:9"); // the neighbour is known after this
        await os.Delay(Duration.FromMilliseconds(100));
        return s;
    }

    private static void Run(Func<Os, int, Task> program)
    {
        using Lab lab = Lab.Pair(new WireSpec { Rate = 1_000_000, Delay = Duration.FromMilliseconds(1) });
        lab.A.Run("sender", async os => await program(os, await Sender(os)));
        lab.Finish();
    }

    [Fact]
    public void A_full_buffer_makes_the_sender_wait_until_half_of_it_is_free() => Run(async (os, s) =>
    {
        Instant begin = os.Now;
        var waits = new List<int>();
        for (int i = 0; i < 12; i++)
        {
            await os.SendTo(s, new byte[1400], "10.0.0.2:9");
            waits.Add((int)Math.Round((os.Now - begin).Nanoseconds / 1e6 / FrameMs));
        }

        // Five fill it. Two that are left are less than half.
        Assert.Equal([0, 0, 0, 0, 0, 3, 3, 3, 6, 6, 6, 9], waits);
    });

    [Fact]
    public void Who_must_not_wait_gets_EAGAIN_and_poll_says_when() => Run(async (os, s) =>
    {
        for (int i = 0; i < 5; i++) Assert.True((await os.TrySendTo(s, new byte[1400], "10.0.0.2:9", MsgFlags.DONTWAIT)).IsOk);
        Assert.Equal(Errno.EAGAIN, (await os.TrySendTo(s, new byte[1400], "10.0.0.2:9", MsgFlags.DONTWAIT)).Errno);
        var fds = new[] { new PollFd { Fd = s, Events = PollEvents.OUT } };
        Assert.Equal(0, await os.Poll(fds, Duration.Zero));
        Instant begin = os.Now;
        Assert.Equal(1, await os.Poll(fds, Duration.FromSeconds(1)));
        Assert.Equal(3, (int)Math.Round((os.Now - begin).Nanoseconds / 1e6 / FrameMs));
    });

    [Fact]
    public void SO_SNDTIMEO_ends_the_wait() => Run(async (os, s) =>
    {
        await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_SNDTIMEO, Talk.Timeval(Duration.FromMilliseconds(10)));
        for (int i = 0; i < 5; i++) await os.SendTo(s, new byte[1400], "10.0.0.2:9");
        Instant begin = os.Now;
        Assert.Equal(Errno.EAGAIN, (await os.TrySendTo(s, new byte[1400], "10.0.0.2:9")).Errno);
        Assert.Equal(12_000, (os.Now - begin).Microseconds); // in jiffies of 4 ms
    });
}
