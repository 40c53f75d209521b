// Control messages as bytes: the layout of cmsg(3) on a 64-bit kernel, and put_cmsg's cutting. Expectations from a C program on Linux 6.18.

namespace ActorNet.Protocols.Tests.Sockets;

public sealed class CmsgTests
{
    [Fact]
    public void A_message_is_a_length_a_level_a_type_and_data_padded_to_eight()
    {
        var room = new byte[64];
        var w = new CmsgWriter(room);
        w.Put(0, 2, 64);
        w.Put(1, 29, new byte[16]);
        Assert.Equal(24 + 32, w.Length);
        Assert.Equal(MsgFlags.None, w.Flags);
        Assert.Equal("1400000000000000" + "00000000" + "02000000" + "40000000" + "00000000" + "2000000000000000" + "01000000" + "1d000000", Convert.ToHexStringLower(room[..40]));
    }

    [Fact]
    public void What_does_not_fit_is_cut_and_says_so()
    {
        var w = new CmsgWriter(new byte[23]);
        w.Put(0, 2, 64);
        Assert.Equal(23, w.Length); // the padding is not there
        Assert.Equal(MsgFlags.None, w.Flags);

        var room = new byte[18];
        w = new CmsgWriter(room);
        w.Put(0, 2, 64);
        Assert.Equal((18, MsgFlags.CTRUNC), (w.Length, w.Flags));
        Assert.Equal(18, room[0]); // cmsg_len is what is there

        w = new CmsgWriter(new byte[15]);
        w.Put(0, 2, 64);
        Assert.Equal((0, MsgFlags.CTRUNC), (w.Length, w.Flags));
    }

    [Theory]
    [InlineData(20, 24, 1, Errno.OK)]
    [InlineData(20, 20, 1, Errno.OK)] // the last one's padding may be missing
    [InlineData(16, 16, 1, Errno.OK)]
    [InlineData(15, 24, 0, Errno.EINVAL)]
    [InlineData(25, 24, 0, Errno.EINVAL)]
    [InlineData(0, 24, 0, Errno.EINVAL)]
    [InlineData(0, 15, 0, Errno.OK)] // too short for any message: there is none
    [InlineData(16, 40, 1, Errno.EINVAL)] // the second one has length 0
    [InlineData(24, 39, 1, Errno.OK)] // what is left is shorter than a header
    public void A_length_that_cannot_be_ends_the_walk(int firstLength, int room, int messages, Errno errno)
    {
        var control = new byte[room];
        if (room >= 8) BitConverter.TryWriteBytes(control, (long)firstLength);
        var r = new CmsgReader(control);
        int n = 0;
        Errno e;
        while (r.TryNext(out _, out e)) n++;
        Assert.Equal((messages, errno), (n, e));
    }
}
