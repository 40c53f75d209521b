// The runner's signatures: against a SYN that Linux 6.18 signed, and both ways in a script.

using System.Net;

namespace ActorNet.Packetdrill.Tests;

public class Md5SignatureTests
{
    private const string Signed = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
           +0 setsockopt(3, IPPROTO_TCP, TCP_MD5SIG, {tcpm_addr={sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("192.0.2.1")}, tcpm_keylen=6, tcpm_key="secret"}, 216) = 0
           +0 bind(3, ..., ...) = 0
           +0 listen(3, 1) = 0
           +0 < S 0:0(0) win 32792 <nop,nop,md5,mss 1000>
           +0 > S. 0:0(0) ack 1 <nop,nop,md5,mss 1460>
           +0 < . 1:1(0) ack 1 win 257 <nop,nop,md5>
           +0 accept(3, ..., ...) = 4
           +0 < P. 1:101(100) ack 1 win 257 <nop,nop,md5>
           +0 > . 1:1(0) ack 101 <nop,nop,md5>
           +0 write(4, ..., 10) = 10
           +0 > P. 1:11(10) ack 101 <nop,nop,md5>
        """;

    [Fact]
    public void A_digest_is_the_kernel_s()
    {
        byte[] packet = Convert.FromHexString("45000040317240004006869bc0a80001c00002019c411f900007be9f00000000b002faf0480f00000101131228304eb0cee917252fda090b1a9c436b020405b4");
        ReadOnlySpan<byte> segment = packet.AsSpan(20);
        int at = Md5Signature.Find(segment);
        Assert.Equal(segment.Slice(at, 16).ToArray(), Md5Signature.Of(segment, 0xC0A8_0001, 0xC000_0201, "secret"u8));
    }

    [Fact]
    public void A_script_whose_socket_has_a_key_signs_and_checks() => TargetTests.PassesOnBoth(t => PacketRun.Play(Parser.Parse("md5.pkt", Signed), [], target: t));

    [Theory]
    [InlineData("+0 < . 1:1(0) ack 1 win 257 <nop,nop,md5>", "+0 < . 1:1(0) ack 1 win 257")]
    [InlineData("+0 < . 1:1(0) ack 1 win 257 <nop,nop,md5>", "+0 < . 1:1(0) ack 1 win 257 <nop,nop,md5 000102030405060708090a0b0c0d0e0f>")]
    [InlineData("+0 < S 0:0(0) win 32792 <nop,nop,md5,mss 1000>", "+0 < S 0:0(0) win 32792 <mss 1000>")]
    [InlineData("10) = 10\n   +0 > P. 1:11(10) ack 101 <nop,nop,md5>", "10) = 10\n   +0 > P. 1:11(10) ack 101 <nop,nop,md5 000102030405060708090a0b0c0d0e0f>")]
    public void Without_the_signature_or_with_another_it_fails(string good, string bad)
    {
        Assert.Contains(good, Signed, StringComparison.Ordinal);
        Assert.Equal(Verdict.Failed, PacketRun.Play(Parser.Parse("md5.pkt", Signed.Replace(good, bad, StringComparison.Ordinal)), []).Verdict);
    }
}
