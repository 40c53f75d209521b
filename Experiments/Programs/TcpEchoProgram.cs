// tcp-echo (RFC 862): without `to` a server that sends back what comes; with `to` a client that asks and compares.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Echo over TCP: server, or client with one connection.</summary>
public static class TcpEchoProgram
{
    public static readonly Key<long> Port = Key.Integer("port", "7", "the server's port", 1, 65_535);
    public static readonly Key<long> Backlog = Key.Integer("backlog", "128", "server: connections that may wait for accept", 0, 65_535);
    public static readonly Key<long> Requests = Key.Integer("requests", "100", "client: how often it asks; 0: until the run ends");
    public static readonly Key<long> Size = Key.Size("size", "64", "client: bytes of a question");
    public static readonly Key<Duration> Interval = Key.Time("interval", "0s", "client: pause between an answer and the next question");
    public static readonly Key<Duration> Timeout = Key.Time("timeout", "0s", "client: for connect and for each answer; 0 for none");

    public static readonly ProgramKind Kind = new("tcp-echo", "echo over TCP: a server, or a client when `to` is given", Port, Backlog, Requests, Size, Interval, Timeout)
    {
        Listens = p => p.HasTargets ? null : new ListenPort(IpProtocol.TCP, (int)p.Get(Port)),
        Ends = p => p.HasTargets && p.Get(Requests) > 0,
        Check = p => p.Get(Size) is < 1 or > 1L << 30 ? (Size, "1 byte to 1GiB") : null,
        Run = context => context.IsClient ? Client(context)
            : TcpServing.Serve(context, context.Get(Port), context.Get(Backlog), (fd, _) => Echo(context, fd)),
    };

    private static async Task Echo(ProgramContext context, int fd)
    {
        var buffer = new byte[16_384];
        while (true)
        {
            int count = await context.Os.Recv(fd, buffer);
            if (count == 0) return;
            context.Meter.BytesReceived += count;
            await TcpServing.SendAll(context, fd, buffer.AsMemory(0, count));
            context.Meter.Served();
        }
    }

    private static async Task Client(ProgramContext context)
    {
        Os os = context.Os;
        int fd = -1;
        try
        {
            fd = await TcpServing.Connect(os, context.Target.Address, context.Get(Port), context.Get(Timeout));
            var question = new byte[context.Get(Size)];
            var answer = new byte[Math.Min(question.Length, 65_536)];
            var content = new Content(context.Random("payload").NextUInt64());
            long total = context.Get(Requests), offset = 0;
            context.Meter.Planned = total;
            for (long n = 1; total == 0 || n <= total; n++, offset += question.Length)
            {
                content.Fill(question, offset);
                Instant sent = os.Now;
                os.Spawn(() => Ask(context, fd, question)); // both ways at once: an echo larger than all buffers must not wait for itself
                if (!await Hear(context, fd, content, offset, question.Length, answer)) return;
                context.Meter.Done(os.Now - sent);
                if (n != total && context.Get(Interval) > Duration.Zero) await os.Delay(context.Get(Interval));
            }
        }
        catch (ErrnoException e)
        {
            context.Meter.Failed(TcpServing.NameOf(e.Errno));
        }
        finally
        {
            if (fd >= 0) await os.TryClose(fd);
        }
    }

    private static async Task Ask(ProgramContext context, int fd, ReadOnlyMemory<byte> question)
    {
        try
        {
            await TcpServing.SendAll(context, fd, question);
        }
        catch (ErrnoException)
        {
            // the reader sees the same error, and counts it
        }
    }

    private static async Task<bool> Hear(ProgramContext context, int fd, Content content, long offset, int length, byte[] buffer)
    {
        for (int heard = 0; heard < length;)
        {
            int count = await context.Os.Recv(fd, buffer.AsMemory(0, Math.Min(buffer.Length, length - heard)));
            context.Meter.BytesReceived += count;
            if (count == 0 || !content.Matches(buffer.AsSpan(0, count), offset + heard))
            {
                context.Meter.Failed(count == 0 ? "closed" : "content");
                return false;
            }

            heard += count;
        }

        return true;
    }
}
