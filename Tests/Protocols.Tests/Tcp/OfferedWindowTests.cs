// Whatever is written and however windows open: no byte leaves that the peer has not offered room for (RFC 9293 3.8.6). The peer never takes room back here.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class OfferedWindowTests
{
    [Fact]
    public void Nothing_leaves_beyond_the_window_that_was_offered()
    {
        // Found by the fuzzer: a packet that had grown into a larger buffer was held to the window as it had been, and two ends that did so heard nothing of each other any more.
        for (ulong seed = 1; seed <= 400; seed++)
        {
            var random = new RandomStream(seed, "window", "property");
            int mss = 500 + (int)random.Below(960);
            uint window = 500 + random.Below(6000);
            using TcpScript s = TcpScript.Accepted($"mss {mss}", $"{window}");
            uint acked = 1, offered = 1 + window, sent = 1;
            for (int step = 0; step < 40; step++)
            {
                s.Write(1 + (int)random.Below(6000), random.Below(6) == 0 ? MsgFlags.EOR : random.Below(4) == 0 ? MsgFlags.MORE : MsgFlags.None);
                sent = Take(s, sent, offered, seed);
                if (random.Below(3) == 0) continue;
                acked += random.Below(2) == 0 ? sent - acked : random.Below(sent - acked + 1);
                offered = Math.Max(offered, acked + random.Below(3) * random.Below(3000));
                s.Inject($". 1:1(0) ack {acked} win {offered - acked}");
                sent = Take(s, sent, offered, seed);
            }
        }
    }

    private static uint Take(TcpScript s, uint sent, uint offered, ulong seed)
    {
        while (s.TryNextEnd(out uint end))
        {
            Assert.True(end <= offered, $"seed {seed}: sent to {end}, offered to {offered}");
            sent = Math.Max(sent, end);
        }

        return sent;
    }
}
