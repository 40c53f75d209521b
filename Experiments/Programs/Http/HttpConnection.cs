// HTTP/1.1 on a connected socket: heads and bodies as they come, with one buffer for the connection's life.

using System.Text;
using ActorNet.Actors;

namespace ActorNet.Experiments.Http;

/// <summary>What came was not HTTP, or ended in the middle.</summary>
public sealed class HttpException(int status, string what) : Exception(what)
{
    /// <summary>What a server answers; 0: the connection ended, nobody to answer.</summary>
    public int Status { get; } = status;
}

/// <summary>Reads messages from a socket. Between heads, the body must be read to its end.</summary>
internal sealed class HttpConnection(ProgramContext context, int fd)
{
    private const int MaxHead = 65_536;

    private byte[] _buffer = new byte[16_384];
    private int _start, _end;
    private BodyFraming _framing;
    private ChunkedDecoder _chunked;
    private bool _bodyDone = true;

    public int Fd { get; } = fd;

    /// <summary>Whether anything of the next message is here already.</summary>
    public bool HasInput => _start < _end;

    /// <summary>The next request; null when the peer has closed between two messages.</summary>
    public async ValueTask<HttpHead?> ReadRequest()
    {
        int length = await FillHead();
        if (length < 0) return null;
        if (!HttpHead.TryParseRequest(_buffer.AsSpan(_start, length), out HttpHead? head, out int status)) throw new HttpException(status, "malformed request");
        _start += length;
        Begin(BodyFraming.OfRequest(head));
        return head;
    }

    /// <summary>The response to a request with this method, past interim ones; null when the peer closed before it.</summary>
    public async ValueTask<HttpHead?> ReadResponse(string method)
    {
        while (true)
        {
            int length = await FillHead();
            if (length < 0) return null;
            if (!HttpHead.TryParseResponse(_buffer.AsSpan(_start, length), out HttpHead? head)) throw new HttpException(502, "malformed response");
            _start += length;
            if (head.Status < 200) continue;
            Begin(BodyFraming.OfResponse(head, method));
            return head;
        }
    }

    /// <summary>The next piece of the body, valid until the next read; empty at its end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBody()
    {
        while (!_bodyDone)
        {
            if (_start == _end && !await Fill())
            {
                if (_framing.Kind != BodyKind.UntilClose) throw new HttpException(0, "closed");
                _bodyDone = true;
                break;
            }

            if (_framing.Kind == BodyKind.Chunked)
            {
                ChunkedStep step = _chunked.Step(_buffer.AsSpan(_start, _end - _start), out int consumed, out ReadOnlySpan<byte> data);
                int length = data.Length;
                _start += consumed;
                if (step == ChunkedStep.Error) throw new HttpException(400, "malformed chunk");
                if (step == ChunkedStep.End) _bodyDone = true;
                if (step == ChunkedStep.Data) return _buffer.AsMemory(_start - length, length);
                continue;
            }

            int n = (int)Math.Min(_framing.Kind == BodyKind.Length ? _framing.Length : int.MaxValue, _end - _start);
            _start += n;
            _framing = _framing with { Length = _framing.Length - n };
            _bodyDone = _framing is { Kind: BodyKind.Length, Length: 0 };
            return _buffer.AsMemory(_start - n, n);
        }

        return default;
    }

    public ValueTask Send(string text) => TcpServing.SendAll(context, Fd, Encoding.Latin1.GetBytes(text));

    public ValueTask Send(ReadOnlyMemory<byte> data) => TcpServing.SendAll(context, Fd, data);

    private void Begin(BodyFraming framing)
    {
        if (framing.Kind == BodyKind.Invalid) throw new HttpException(400, "ambiguous body length");
        _framing = framing;
        _chunked = default;
        _bodyDone = framing.Kind == BodyKind.None;
    }

    private async ValueTask<int> FillHead()
    {
        while (true)
        {
            // An empty line before a start line is skipped (RFC 9112 2.2).
            while (_end - _start >= 2 && _buffer[_start] == '\r' && _buffer[_start + 1] == '\n') _start += 2;
            int length = HttpHead.FindEnd(_buffer.AsSpan(_start, _end - _start));
            if (length >= 0) return length;
            if (_end - _start >= MaxHead) throw new HttpException(431, "head too large");
            if (await Fill()) continue;
            return _start == _end ? -1 : throw new HttpException(0, "closed");
        }
    }

    private async ValueTask<bool> Fill()
    {
        if (_start == _end) _start = _end = 0;
        if (_end == _buffer.Length)
        {
            if (_start > 0) Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            else Array.Resize(ref _buffer, _buffer.Length * 2);
            _end -= _start;
            _start = 0;
        }

        int count = await context.Os.Recv(Fd, _buffer.AsMemory(_end));
        context.Meter.BytesReceived += count;
        _end += count;
        return count > 0;
    }
}
