// What the web server sends: heads, errors, generated bodies and files.

using System.Buffers;
using System.Globalization;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Http;

/// <summary>Responses.</summary>
internal static class HttpAnswers
{
    /// <summary>Says that a body is <see cref="Experiments.Content"/> of the target, so that a client can check it byte by byte.</summary>
    public const string GeneratedField = "X-Content";

    private const int Piece = 65_536;

    /// <param name="length">-1 for chunked.</param>
    public static string Head(int status, bool keepAlive, long length, string type, string extra = "")
    {
        string framing = length < 0 ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}");
        return string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {Reason(status)}\r\nServer: ActorNet\r\nContent-Type: {type}\r\n{framing}\r\n{extra}{(keepAlive ? "" : "Connection: close\r\n")}\r\n");
    }

    public static ValueTask Error(HttpConnection connection, int status, bool keepAlive, bool withBody)
    {
        string body = string.Create(CultureInfo.InvariantCulture, $"{status} {Reason(status)}\n");
        return connection.Send(Head(status, keepAlive, body.Length, "text/plain") + (withBody ? body : ""));
    }

    /// <summary>GET and HEAD. Answers false when the connection cannot go on.</summary>
    public static async ValueTask<bool> Content(ProgramContext context, HttpConnection connection, HttpHead request, bool keep)
    {
        bool withBody = request.Method == "GET";
        if (context.Parameters.Get(HttpServerProgram.Root) is { } root) return await SendFile(connection, request, root, keep, withBody);
        string path = request.Target.Split('?')[0];
        long length = context.Get(HttpServerProgram.Body);
        bool chunked = path.StartsWith("/chunked/", StringComparison.Ordinal);
        if (chunked || path.StartsWith("/bytes/", StringComparison.Ordinal))
        {
            string size = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
            if (!Units.TrySize(size, out length))
            {
                await Error(connection, 404, keep, withBody);
                return true;
            }
        }

        string extra = $"{GeneratedField}: generated\r\n";
        chunked &= request.MinorVersion >= 1;
        Content content = Experiments.Content.Of(request.Target);
        byte[] head = System.Text.Encoding.Latin1.GetBytes(Head(200, keep, chunked ? -1 : length, "application/octet-stream", extra));
        if (!withBody)
        {
            await connection.Send(head);
            return true;
        }

        if (chunked) await SendChunked(connection, content, head, length);
        else await SendPlain(connection, content, head, length);
        return true;
    }

    // Head and the first of the body leave in one call, as sendmsg with MSG_MORE would.
    private static async ValueTask SendPlain(HttpConnection connection, Content content, byte[] head, long length)
    {
        int size = (int)Math.Min(Piece, head.Length + length); // what is lent may be longer
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            head.CopyTo(buffer, 0);
            int used = head.Length;
            for (long offset = 0; ;)
            {
                int n = (int)Math.Min(size - used, length - offset);
                content.Fill(buffer.AsSpan(used, n), offset);
                await connection.Send(buffer.AsMemory(0, used + n));
                offset += n;
                used = 0;
                if (offset >= length) return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Chunks of several sizes, so that a reader of the coding has something to read.
    private static async ValueTask SendChunked(HttpConnection connection, Content content, byte[] head, long length)
    {
        await connection.Send(head);
        int size = 1;
        for (long offset = 0; offset < length; size = Math.Min(Piece, size * 2 + 1))
        {
            int n = (int)Math.Min(size, length - offset);
            string line = n.ToString("x", CultureInfo.InvariantCulture) + "\r\n";
            var chunk = new byte[line.Length + n + 2];
            System.Text.Encoding.Latin1.GetBytes(line, chunk);
            content.Fill(chunk.AsSpan(line.Length, n), offset);
            "\r\n"u8.CopyTo(chunk.AsSpan(line.Length + n));
            await connection.Send(chunk);
            offset += n;
        }

        await connection.Send("0\r\n\r\n");
    }

    private static async ValueTask<bool> SendFile(HttpConnection connection, HttpHead request, string root, bool keep, bool withBody)
    {
        string path = Uri.UnescapeDataString(request.Target.Split('?')[0]).TrimStart('/');
        string full = Path.GetFullPath(Path.Combine(root, path));
        if (Directory.Exists(full)) full = Path.Combine(full, "index.html");
        // Nothing above the root, whatever the target's dots say.
        if (!full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal) || !File.Exists(full))
        {
            await Error(connection, 404, keep, withBody);
            return true;
        }

        using FileStream file = File.OpenRead(full);
        long length = file.Length;
        await connection.Send(Head(200, keep, length, TypeOf(full)));
        if (!withBody) return true;
        var buffer = new byte[Piece];
        for (long sent = 0; sent < length;)
        {
            int n = file.Read(buffer, 0, (int)Math.Min(buffer.Length, length - sent)); // not ReadAsync: it would leave the host's loop
            if (n == 0) return false; // the file shrank: the promised length cannot be kept
            await connection.Send(buffer.AsMemory(0, n));
            sent += n;
        }

        return true;
    }

    private static string TypeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".html" or ".htm" => "text/html; charset=utf-8",
        ".txt" or ".md" or ".log" => "text/plain; charset=utf-8",
        ".css" => "text/css",
        ".js" => "text/javascript",
        ".json" => "application/json",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    };

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        505 => "HTTP Version Not Supported",
        _ => "Error",
    };
}
