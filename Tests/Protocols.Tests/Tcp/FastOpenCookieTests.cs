// The cookie and its option: SipHash's published vector, the cookie that the kernel makes of a key and two addresses, and RFC 7413 section 2's lengths.

namespace ActorNet.Protocols.Tests.Tcp;

public class FastOpenCookieTests
{
    // Aumasson and Bernstein, appendix A: key 00..0f, message 00..0e.
    [Fact]
    public void SipHash_gives_the_value_of_its_paper()
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], message = [.. Enumerable.Range(0, 15).Select(i => (byte)i)];
        Assert.Equal(0xA129CA6149BE45E5UL, SipHash.Compute(key, message));
    }

    [Theory]
    [InlineData("", -1, false)]
    [InlineData("2202", 0, false)] // a request
    [InlineData("220401", -1, false)] // longer than there is
    [InlineData("22040102", -1, false)] // under four bytes
    [InlineData("22070102030405", -1, false)] // an odd length
    [InlineData("220601020304", 4, false)]
    [InlineData("2212000102030405060708090a0b0c0d0e0f", 16, false)]
    [InlineData("2214000102030405060708090a0b0c0d0e0f1011", -1, false)] // over sixteen
    [InlineData("fe04f989", 0, true)]
    [InlineData("fe0af989010203040506", 6, true)]
    [InlineData("fe04f988", -1, false)] // another experiment
    [InlineData("020405b40101220601020304", 4, false)] // behind others
    public void An_option_is_read_as_it_may_be(string hex, int length, bool experimental)
    {
        FastOpenCookie cookie = FastOpenCookie.Parse(Convert.FromHexString(hex));
        Assert.Equal(length, cookie.Length);
        if (length >= 0) Assert.Equal(experimental, cookie.Experimental);
    }

    [Theory]
    [InlineData("220a0102030405060708", "220a01020304050607080101")]
    [InlineData("2202", "22020101")]
    [InlineData("fe04f989", "fe04f989")]
    [InlineData("fe0af989010203040506", "fe0af9890102030405060101")]
    public void An_option_is_written_with_nops_behind_it_up_to_a_word(string read, string written)
    {
        FastOpenCookie cookie = FastOpenCookie.Parse(Convert.FromHexString(read));
        byte[] bytes = new byte[cookie.OptionLength];
        cookie.Emit(bytes);
        Assert.Equal(written, Convert.ToHexStringLower(bytes));
    }
}
