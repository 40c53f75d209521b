// How long a message's body is (RFC 9112 6.3), and the chunked coding (7.1) as a machine that takes bytes as they come.

namespace ActorNet.Experiments.Http;

/// <summary>What ends a body.</summary>
public enum BodyKind { None, Length, Chunked, UntilClose, Invalid }

/// <summary>The framing of one message's body.</summary>
public readonly record struct BodyFraming(BodyKind Kind, long Length)
{
    /// <summary>Of a request. Both codings at once, or a coding that is not chunked, is refused: it is how requests are smuggled.</summary>
    public static BodyFraming OfRequest(HttpHead head) => Of(head, new BodyFraming(BodyKind.None, 0));

    /// <summary>Of a response to a request with this method.</summary>
    public static BodyFraming OfResponse(HttpHead head, string method) =>
        method == "HEAD" || head.Status is (>= 100 and < 200) or 204 or 304
            ? new BodyFraming(BodyKind.None, 0)
            : Of(head, new BodyFraming(BodyKind.UntilClose, 0));

    private static BodyFraming Of(HttpHead head, BodyFraming otherwise)
    {
        long? length = head.ContentLength;
        if (head["Transfer-Encoding"] is { } coding)
        {
            bool chunked = coding.Trim().Equals("chunked", StringComparison.OrdinalIgnoreCase);
            return chunked && length is null && head.MinorVersion >= 1 ? new BodyFraming(BodyKind.Chunked, 0) : new BodyFraming(BodyKind.Invalid, 0);
        }

        return length switch
        {
            null => otherwise,
            < 0 => new BodyFraming(BodyKind.Invalid, 0),
            0 => new BodyFraming(BodyKind.None, 0),
            _ => new BodyFraming(BodyKind.Length, length.Value),
        };
    }
}

/// <summary>What a step of the chunked decoder found.</summary>
public enum ChunkedStep { NeedMore, Data, End, Error }

/// <summary>Decodes the chunked coding; trailers are read and ignored. Pure.</summary>
public struct ChunkedDecoder
{
    private enum State { Size, SizeDigits, Extension, SizeLf, Data, DataCr, DataLf, TrailerStart, Trailer, TrailerLf, EndLf, Done, Broken }

    private const int MaxLine = 4096;

    private State _state;
    private long _left;
    private int _line; // bytes of extensions and trailers so far

    /// <summary>Takes bytes until there is data to give, the end, or nothing left.</summary>
    /// <param name="consumed">How many bytes were taken, data included.</param>
    /// <param name="data">The data among them: the last bytes taken.</param>
    public ChunkedStep Step(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> data)
    {
        data = default;
        for (consumed = 0; consumed < input.Length;)
        {
            if (_state == State.Data)
            {
                int n = (int)Math.Min(_left, input.Length - consumed);
                data = input.Slice(consumed, n);
                consumed += n;
                if ((_left -= n) == 0) _state = State.DataCr;
                return ChunkedStep.Data;
            }

            if (_state is State.Done or State.Broken) break;
            _state = Take(input[consumed++]);
            if (_state is State.Done or State.Broken) break;
        }

        return _state switch { State.Done => ChunkedStep.End, State.Broken => ChunkedStep.Error, _ => ChunkedStep.NeedMore };
    }

    private State Take(byte b)
    {
        switch (_state)
        {
            case State.Size or State.SizeDigits when char.IsAsciiHexDigit((char)b):
                if (_left >= 1L << 56) return State.Broken;
                _left = _left * 16 + (b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
                return State.SizeDigits;
            case State.SizeDigits or State.Extension when b == '\r':
                return State.SizeLf;
            case State.SizeDigits when b is (byte)';' or (byte)' ' or (byte)'\t':
            case State.Extension when b >= ' ' || b == '\t':
                return ++_line > MaxLine ? State.Broken : State.Extension;
            case State.SizeLf when b == '\n':
                return _left == 0 ? State.TrailerStart : State.Data;
            case State.DataCr when b == '\r':
                return State.DataLf;
            case State.DataLf when b == '\n':
                return State.Size;
            case State.TrailerStart when b == '\r':
                return State.EndLf;
            case State.TrailerStart or State.Trailer when b >= ' ' || b == '\t':
                return ++_line > MaxLine ? State.Broken : State.Trailer;
            case State.Trailer when b == '\r':
                return State.TrailerLf;
            case State.TrailerLf when b == '\n':
                return State.TrailerStart;
            case State.EndLf when b == '\n':
                return State.Done;
            default:
                return State.Broken;
        }
    }
}
