// HTTP/1.1 parsing by RFC 9112, and any bytes at all.

using System.Text;
using ActorNet.Experiments.Http;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

public class HttpParserTests
{
    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    [Fact]
    public void A_request_with_fields()
    {
        Assert.True(HttpHead.TryParseRequest(Bytes("GET /a?b=1 HTTP/1.1\r\nHost: x\r\nAccept:\t*/* \r\nconnection: Upgrade, CLOSE\r\n\r\n"), out HttpHead? head, out _));
        Assert.Equal(("GET", "/a?b=1", 1), (head.Method, head.Target, head.MinorVersion));
        Assert.Equal("*/*", head["accept"]);
        Assert.False(head.KeepsAlive);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)] // no Host
    [InlineData("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505)]
    [InlineData("GET /\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET / a HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400)] // space before the colon
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\u0001\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\nHost: x\n\n", 400)]
    public void A_malformed_request_says_what_to_answer(string text, int status)
    {
        Assert.False(HttpHead.TryParseRequest(Bytes(text), out _, out int answer));
        Assert.Equal(status, answer);
    }

    [Theory]
    [InlineData("Content-Length: 5", BodyKind.Length, 5)]
    [InlineData("Content-Length: 5\r\nContent-Length: 5", BodyKind.Length, 5)]
    [InlineData("Content-Length: 5, 5", BodyKind.Length, 5)]
    [InlineData("Content-Length: 5\r\nContent-Length: 6", BodyKind.Invalid, 0)]
    [InlineData("Content-Length: -1", BodyKind.Invalid, 0)]
    [InlineData("Content-Length: 99999999999999999999", BodyKind.Invalid, 0)]
    [InlineData("Transfer-Encoding: chunked", BodyKind.Chunked, 0)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5", BodyKind.Invalid, 0)] // request smuggling
    [InlineData("Transfer-Encoding: gzip", BodyKind.Invalid, 0)]
    [InlineData("X: y", BodyKind.None, 0)]
    public void The_length_of_a_requests_body(string fields, BodyKind kind, long length)
    {
        Assert.True(HttpHead.TryParseRequest(Bytes($"PUT / HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n"), out HttpHead? head, out _));
        Assert.Equal(new BodyFraming(kind, length), BodyFraming.OfRequest(head));
    }

    [Theory]
    [InlineData("204 No Content", "GET", BodyKind.None)]
    [InlineData("304 Not Modified", "GET", BodyKind.None)]
    [InlineData("200 OK", "HEAD", BodyKind.None)]
    [InlineData("200 OK", "GET", BodyKind.Length)]
    [InlineData("200", "GET", BodyKind.Length)]
    public void The_length_of_a_responses_body(string line, string method, BodyKind kind)
    {
        Assert.True(HttpHead.TryParseResponse(Bytes($"HTTP/1.1 {line}\r\nContent-Length: 3\r\n\r\n"), out HttpHead? head));
        Assert.Equal(kind, BodyFraming.OfResponse(head, method).Kind);
    }

    [Fact]
    public void A_response_without_length_lasts_until_the_close()
    {
        Assert.True(HttpHead.TryParseResponse(Bytes("HTTP/1.0 200 OK\r\n\r\n"), out HttpHead? head));
        Assert.Equal(BodyKind.UntilClose, BodyFraming.OfResponse(head, "GET").Kind);
        Assert.False(head.KeepsAlive);
    }

    [Fact]
    public void Chunks_decode_the_same_however_they_are_cut()
    {
        byte[] input = Bytes("5\r\nhello\r\n1;ext=\"a\"\r\n \r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nNEXT");
        for (int cut = 1; cut < input.Length; cut++)
        {
            var decoder = new ChunkedDecoder();
            var got = new StringBuilder();
            int at = 0;
            ChunkedStep step = ChunkedStep.NeedMore;
            while (step is ChunkedStep.NeedMore or ChunkedStep.Data)
            {
                step = decoder.Step(input.AsSpan(at, Math.Min(cut, input.Length - at)), out int consumed, out ReadOnlySpan<byte> data);
                got.Append(Encoding.Latin1.GetString(data));
                at += consumed;
            }

            Assert.Equal(ChunkedStep.End, step);
            Assert.Equal("hello 0123456789", got.ToString());
            Assert.Equal("NEXT", Encoding.Latin1.GetString(input.AsSpan(at)));
        }
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("\r\n")]
    [InlineData("5\nhello")]
    [InlineData("5\r\nhelloX")]
    [InlineData("FFFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("0\r\n\r\r")]
    public void Malformed_chunks_are_errors(string text)
    {
        var decoder = new ChunkedDecoder();
        ReadOnlySpan<byte> input = Bytes(text);
        ChunkedStep step;
        while ((step = decoder.Step(input, out int consumed, out _)) == ChunkedStep.Data) input = input[consumed..];
        Assert.Equal(ChunkedStep.Error, step);
    }

    [Fact]
    public void Any_bytes_give_a_value_or_an_answer_and_the_decoder_always_comes_to_an_end()
    {
        var random = new RandomStream(7, "test", "fuzz");
        string[] words = ["GET ", "/", " HTTP/1.1", "\r\n", "\r\n\r\n", "Host: x", "Content-Length: ", "1", "Transfer-Encoding: chunked", ":", " ", "\t", "\n", "HTTP/1.1 200 OK", "0", "fF", ";"];
        for (int round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder();
            for (int i = 0, n = (int)random.Below(20); i < n; i++)
                text.Append(random.Below(4) == 0 ? ((char)random.Below(256)).ToString() : words[random.Below((uint)words.Length)]);
            byte[] bytes = Bytes(text.ToString());
            if (HttpHead.TryParseRequest(bytes, out HttpHead? request, out int status)) BodyFraming.OfRequest(request);
            else Assert.Contains(status, (int[])[400, 505]);
            if (HttpHead.TryParseResponse(bytes, out HttpHead? response)) BodyFraming.OfResponse(response, "GET");
            var decoder = new ChunkedDecoder();
            ReadOnlySpan<byte> rest = bytes;
            for (int steps = 0; ; steps++)
            {
                ChunkedStep step = decoder.Step(rest, out int consumed, out ReadOnlySpan<byte> data);
                Assert.True(data.Length <= consumed && consumed <= rest.Length && steps <= bytes.Length);
                rest = rest[consumed..];
                if (step != ChunkedStep.Data) break;
            }
        }
    }
}
