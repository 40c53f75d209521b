// The wire: any bytes into the parsers give a value; what is emitted is read back; exact bytes of options.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpWireTests
{
    [Fact]
    public void Any_bytes_into_the_option_parser_end_and_stay_in_bounds()
    {
        var random = new RandomStream(1, "wire", "options");
        byte[] b = new byte[40];
        for (int i = 0; i < 200_000; i++)
        {
            int n = (int)random.Below(41);
            for (int k = 0; k < n; k++) b[k] = random.Below(3) == 0 ? (byte)random.Below(10) : (byte)random.NextUInt32();
            TcpOptionsReceived.Parse(b.AsSpan(0, n), random.Below(2) == 0, out TcpOptionsReceived o);
            Assert.InRange(o.SackCount, 0, 4);
            Assert.InRange(o.WindowScale, 0, 14);
        }
    }

    [Fact]
    public void Any_bytes_into_the_header_view_fit_or_do_not()
    {
        var random = new RandomStream(2, "wire", "header");
        byte[] b = new byte[64];
        for (int i = 0; i < 100_000; i++)
        {
            int n = (int)random.Below(65);
            for (int k = 0; k < n; k++) b[k] = (byte)random.NextUInt32();
            if (!TcpHeader.Fits(b.AsSpan(0, n))) continue;
            var th = new TcpHeader(b.AsSpan(0, n));
            Assert.InRange(th.Length, 20, n);
            Assert.Equal(th.Length - 20, th.Options.Length);
        }
    }

    [Fact]
    public void Syn_options_have_the_bytes_that_linux_writes()
    {
        var o = new TcpOptionsWriter { Mss = 1460, SackPermitted = true, Timestamps = true, TsVal = 0x01020304, TsEcr = 0, WindowScale = 7 };
        byte[] b = new byte[o.Length];
        o.Emit(b);
        Assert.Equal("020405B4" + "0402080A0102030400000000" + "01030307", Convert.ToHexString(b));
        o = new TcpOptionsWriter { Mss = 536, SackPermitted = true, WindowScale = 0 };
        b = new byte[o.Length];
        o.Emit(b);
        Assert.Equal("02040218" + "01010402" + "01030300", Convert.ToHexString(b));
    }

    [Fact]
    public void Established_options_are_padded_in_front()
    {
        SackBlock[] blocks = [new SackBlock(1, 2), new SackBlock(5, 9)];
        var o = new TcpOptionsWriter { WindowScale = -1, Timestamps = true, TsVal = 1, TsEcr = 2, Sacks = blocks };
        byte[] b = new byte[o.Length];
        o.Emit(b);
        Assert.Equal("0101080A0000000100000002" + "01010512" + "0000000100000002" + "0000000500000009", Convert.ToHexString(b));
        TcpOptionsReceived.Parse(b, false, out TcpOptionsReceived back);
        Assert.Equal(2, back.SackCount);
        Assert.Equal(blocks[1], back.Sacks[1]);
        Assert.True(back.SawTimestamp && back.TsVal == 1 && back.TsEcr == 2);
    }

    [Theory]
    [InlineData("0204", true)]                    // cut off
    [InlineData("020105B4", true)]                // a length below two
    [InlineData("02FF05B4", true)]                // longer than there is
    [InlineData("FE04AAAA020405B4", false)]       // unknown, then good
    [InlineData("00020405B4", true)]              // behind the end
    public void Malformed_options_end_the_parse_and_unknown_ones_are_stepped_over(string hex, bool nothing)
    {
        TcpOptionsReceived.Parse(Convert.FromHexString(hex), true, out TcpOptionsReceived o);
        Assert.Equal(nothing ? 0 : 1460, o.Mss);
    }

    [Fact]
    public void Sequence_numbers_compare_around_the_circle()
    {
        SeqNum a = 0xFFFF_FFF0, b = 0x10;
        Assert.True(a < b && b > a && b - a == 0x20 && a + 0x20 == b);
        Assert.True(((SeqNum)0).IsBetween(a, b) && !((SeqNum)0x11).IsBetween(a, b));
        Assert.Equal(b, SeqNum.Max(a, b));
        Assert.Equal(a, SeqNum.Min(a, b));
    }

    [Fact]
    public void A_cube_root_is_the_largest_integer_whose_cube_fits()
    {
        var random = new RandomStream(3, "cubic", "roots");
        for (int i = 0; i < 20_000; i++)
        {
            ulong x = random.NextUInt64() >> (int)random.Below(63) >> 2;
            ulong r = (ulong)Cubic.CubeRoot(x);
            Assert.True(r * r * r <= x && (UInt128)(r + 1) * (r + 1) * (r + 1) > x, $"{x}: {r}");
        }
    }

    [Fact]
    public void The_rtt_estimator_follows_rfc_6298_and_linux()
    {
        var rtt = default(RttEstimator);
        rtt.Init();
        rtt.Sample(100_000, 200_000, 1, 2);
        Assert.Equal(100_000, rtt.SrttMicros);
        Assert.Equal(Duration.FromMilliseconds(300), rtt.Rto); // 4 x (R/2) is the floor exactly
        for (uint i = 2; i < 200; i += 2) rtt.Sample(100_000, 200_000, i, i + 1);
        Assert.Equal(Duration.FromMilliseconds(300), rtt.Rto); // constant: the floor on the variance stays
        rtt.Sample(1_000_000, 200_000, 300, 301);
        Assert.Equal(212_500, rtt.SrttMicros); // 7/8 and 1/8
        Assert.True(rtt.Rto > Duration.FromMilliseconds(1000), $"{rtt.Rto}");
    }
}
