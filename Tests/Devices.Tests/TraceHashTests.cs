// The trace hash: whatever belongs to the trace changes it, and nothing else does.

namespace ActorNet.Devices.Tests;

public sealed class TraceHashTests
{
    private static byte[] Frame(int length) => Enumerable.Range(0, length).Select(i => (byte)(i * 37 + 11)).ToArray();

    private static ulong Of(Action<TraceHash> what)
    {
        var hash = new TraceHash();
        what(hash);
        return hash.Value;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(54)]
    [InlineData(66)]
    [InlineData(95)]
    [InlineData(96)]
    [InlineData(1514)]
    public void One_bit_of_a_frames_headers_changes_it(int length)
    {
        byte[] frame = Frame(length);
        var seen = new HashSet<ulong> { Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 2, frame)) };
        for (int bit = 0; bit < 8 * Math.Min(length, TraceHash.HeaderBytes); bit++)
        {
            frame[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.True(seen.Add(Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 2, frame))), $"bit {bit}");
            frame[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Time_interface_length_direction_and_order_change_it()
    {
        byte[] frame = Frame(200), longer = Frame(201), zeroes = new byte[64], zeroes65 = new byte[65];
        ulong[] all =
        [
            Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 2, frame)),
            Of(h => h.Frame(new Instant(6), FrameEvent.SENT, 2, frame)),
            Of(h => h.Frame(new Instant(5), FrameEvent.DELIVERED, 2, frame)),
            Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 3, frame)),
            Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 2, longer)),
            Of(h => h.Frame(new Instant(0), FrameEvent.SENT, 0, zeroes)),
            Of(h => h.Frame(new Instant(0), FrameEvent.SENT, 0, zeroes65)),
            Of(_ => { }),
            Of(h =>
            {
                h.Frame(new Instant(5), FrameEvent.SENT, 2, frame);
                h.Frame(new Instant(5), FrameEvent.SENT, 3, frame);
            }),
            Of(h =>
            {
                h.Frame(new Instant(5), FrameEvent.SENT, 3, frame);
                h.Frame(new Instant(5), FrameEvent.SENT, 2, frame);
            }),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void The_payload_behind_the_headers_is_left_to_the_checksum()
    {
        byte[] a = Frame(1514), b = Frame(1514);
        b[TraceHash.HeaderBytes] ^= 1;
        Assert.Equal(Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 2, a)), Of(h => h.Frame(new Instant(5), FrameEvent.SENT, 2, b)));
    }

    [Fact]
    public void Calls_differ_by_process_name_arguments_address_and_result()
    {
        var now = new Instant(9);
        SockAddr to = "10.0.0.1:80", other = "10.0.0.1:81";
        ulong[] all =
        [
            Of(h => h.Call(now, 1, "send", 3, 100, 0, 100)),
            Of(h => h.Call(now, 1, "send", 3, 100, 0, 99)),
            Of(h => h.Call(now, 1, "send", 3, 100, 0, Errno.EAGAIN)),
            Of(h => h.Call(now, 1, "recv", 3, 100, 0, 100)),
            Of(h => h.Call(now, 2, "send", 3, 100, 0, 100)),
            Of(h => h.Call(now, 1, "send", 4, 100, 0, 100)),
            Of(h => h.Call(now, 1, "send", 3, 0, 100, 100)),
            Of(h => h.Call(now, 1, "connect", 3, to, Errno.OK)),
            Of(h => h.Call(now, 1, "connect", 3, other, Errno.OK)),
            Of(h => h.Event(now, "send")),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Hosts_are_combined_in_the_order_of_their_names_whatever_order_they_come_in()
    {
        KeyValuePair<string, ulong> a = new("a", 1), b = new("b", 2), swapped = new("a", 2), swapped2 = new("b", 1);
        Assert.Equal(TraceHash.Combine([a, b]), TraceHash.Combine([b, a]));
        Assert.NotEqual(TraceHash.Combine([a, b]), TraceHash.Combine([swapped, swapped2]));
        Assert.NotEqual(TraceHash.Combine([a, b]), TraceHash.Combine([a]));
    }
}
