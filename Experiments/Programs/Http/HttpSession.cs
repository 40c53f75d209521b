// One connection's worth of a web client: asks, reads, checks, reconnects when the server has closed.

using System.Globalization;
using System.Security.Cryptography;
using ActorNet.Actors;
using ActorNet.Experiments.Http;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Runs requests of an instance one after another.</summary>
internal sealed class HttpSession(ProgramContext context, HttpWork work, int number)
{
    private readonly IReadOnlyList<string> _paths = context.Parameters.Get(HttpClientProgram.Path) is { Count: > 0 } p ? p : ["/"];
    private readonly string _method = context.Get(HttpClientProgram.Method);
    private readonly bool _keepAlive = context.Get(HttpClientProgram.KeepAlive);
    private readonly RandomStream _think = context.Random($"think {number}");
    private HttpConnection? _connection;
    private long _onThis;

    public async Task Run()
    {
        try
        {
            while (await work.Next() is { } since)
            {
                bool good = await Once(since);
                if (!good) await Drop();
                await Pause(good);
            }
        }
        finally
        {
            await Drop();
        }
    }

    private async ValueTask<bool> Once(Instant since)
    {
        try
        {
            bool fresh = _connection is null;
            string path = _paths[(int)(work.Number() % _paths.Count)];
            bool? outcome = await Ask(path);
            // A kept connection that the server closed while it was idle says nothing about this request: once more, on a new one.
            if (outcome is null && !fresh)
            {
                await Drop();
                outcome = await Ask(path);
            }

            if (outcome is null) context.Meter.Failed("closed");
            else if (outcome is true) context.Meter.Done(context.Os.Now - since);
            return outcome is true;
        }
        catch (ErrnoException e)
        {
            context.Meter.Failed(TcpServing.NameOf(e.Errno));
        }
        catch (HttpException e)
        {
            context.Meter.Failed(e.Message);
        }

        return false;
    }

    // True: answered and right. False: answered, and counted as failed. Null: closed before an answer.
    private async ValueTask<bool?> Ask(string path)
    {
        if (_connection is null)
        {
            ProgramTarget target = context.Target;
            int fd = await TcpServing.Connect(context.Os, target.Address, context.Get(HttpClientProgram.Port), context.Get(HttpClientProgram.Timeout));
            _connection = new HttpConnection(context, fd);
            _onThis = 0;
            await context.Os.SetSockOpt(fd, SockLevel.TCP, (int)TcpOpt.TCP_NODELAY, 1);
        }

        _onThis++;
        long limit = context.Get(HttpClientProgram.PerConnection);
        bool last = !_keepAlive || (limit > 0 && _onThis >= limit);
        byte[]? hash = null;
        HttpHead? head;
        try
        {
            hash = await SendRequest(_connection, path, last);
            head = await _connection.ReadResponse(_method);
        }
        catch (ErrnoException e) when (_onThis > 1 && e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            return null;
        }

        if (head is null) return null;
        string? wrong = await Check(_connection, head, path, hash);
        if (wrong is not null) context.Meter.Failed(wrong);
        if (last || !head.KeepsAlive) await Drop();
        return wrong is null;
    }

    private async ValueTask<byte[]?> SendRequest(HttpConnection connection, string path, bool last)
    {
        string host = context.Target.Name;
        long body = _method is "PUT" or "POST" ? context.Get(HttpClientProgram.Body) : -1;
        bool chunked = body >= 0 && context.Get(HttpClientProgram.Chunked);
        string framing = body < 0 ? "" : chunked ? "Transfer-Encoding: chunked\r\n" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body}\r\n");
        await connection.Send($"{_method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: ActorNet\r\n{framing}{(last ? "Connection: close\r\n" : "")}\r\n");
        if (body < 0) return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Content content = Content.Of(path);
        var buffer = new byte[Math.Min(Math.Max(body, 1), 65_536)];
        for (long offset = 0; offset < body;)
        {
            Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, body - offset));
            content.Fill(piece.Span, offset);
            hash.AppendData(piece.Span);
            if (chunked) await connection.Send(piece.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
            await connection.Send(piece);
            if (chunked) await connection.Send("\r\n");
            offset += piece.Length;
        }

        if (chunked) await connection.Send("0\r\n\r\n");
        return hash.GetHashAndReset();
    }

    // Reads the body to its end; says what is wrong, or null.
    private async ValueTask<string?> Check(HttpConnection connection, HttpHead head, string path, byte[]? hash)
    {
        bool generated = head[HttpAnswers.GeneratedField] == "generated";
        Content content = Content.Of(path);
        long offset = 0;
        bool same = true;
        string answer = "";
        while (await connection.ReadBody() is { Length: > 0 } piece)
        {
            if (generated) same &= content.Matches(piece.Span, offset);
            if (hash is not null && answer.Length < 128) answer += System.Text.Encoding.Latin1.GetString(piece.Span);
            offset += piece.Length;
        }

        if (head.Status is < 200 or > 299) return head.Status.ToString(CultureInfo.InvariantCulture);
        if (!same) return "content";
        return hash is not null && !answer.StartsWith(Convert.ToHexStringLower(hash), StringComparison.Ordinal) ? "content" : null;
    }

    private async ValueTask Pause(bool good)
    {
        Duration think = context.Get(HttpClientProgram.Think);
        Duration pause = context.Get(HttpClientProgram.ThinkDistribution) switch
        {
            _ when think == Duration.Zero => think,
            "exponential" => Exponential.Draw(_think, think),
            "uniform" => new Duration((long)(_think.NextDouble() * 2 * think.Nanoseconds)),
            _ => think,
        };
        // After a failure a moment always passes: a server that refuses would be asked for ever within one instant.
        if (!good && pause < Duration.FromMilliseconds(10)) pause = Duration.FromMilliseconds(10);
        if (pause > Duration.Zero) await context.Os.Delay(pause);
    }

    private async ValueTask Drop()
    {
        if (_connection is null) return;
        int fd = _connection.Fd;
        _connection = null;
        await context.Os.TryClose(fd);
    }
}
