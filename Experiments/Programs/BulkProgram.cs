// bulk: one long transfer. Without `to` a sink that answers the SHA-256 of all it got; with `to` a sender that compares it with its own.

using System.Security.Cryptography;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Bulk TCP: sender and sink; the content is verified by hash at the end of each transfer.</summary>
public static class BulkProgram
{
    private const int HashLength = 32;

    public static readonly Key<long> Port = Key.Integer("port", "5001", "the sink's port", 1, 65_535);
    public static readonly Key<long> Backlog = Key.Integer("backlog", "128", "sink: connections that may wait for accept", 0, 65_535);
    public static readonly Key<long> Size = Key.Size("size", "10MB", "sender: bytes in a transfer");
    public static readonly Key<long> Transfers = Key.Integer("transfers", "1", "sender: how many, one after another, each with a connection of its own; 0: until the run ends");
    public static readonly Key<long> Chunk = Key.Size("chunk", "64KiB", "bytes in one call of send or recv");
    public static readonly Key<Duration> Timeout = Key.Time("timeout", "0s", "sender: for connect and each wait; 0 for none");

    public static readonly ProgramKind Kind = new("bulk", "bulk transfer over TCP, verified by hash: a sink, or a sender when `to` is given", Port, Backlog, Size, Transfers, Chunk, Timeout)
    {
        Listens = p => p.HasTargets ? null : new ListenPort(IpProtocol.TCP, (int)p.Get(Port)),
        Ends = p => p.HasTargets && p.Get(Transfers) > 0,
        Check = p => p.Get(Chunk) is < 1 or > 1 << 26 ? (Chunk, "1 byte to 64MiB") : null,
        Run = context => context.IsClient ? Send(context)
            : TcpServing.Serve(context, context.Get(Port), context.Get(Backlog), (fd, _) => Sink(context, fd)),
    };

    private static async Task Sink(ProgramContext context, int fd)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[context.Get(Chunk)];
        Instant start = context.Os.Now;
        while (true)
        {
            int count = await context.Os.Recv(fd, buffer);
            if (count == 0) break;
            context.Meter.BytesReceived += count;
            hash.AppendData(buffer.AsSpan(0, count));
        }

        await TcpServing.SendAll(context, fd, hash.GetHashAndReset());
        context.Meter.Done(context.Os.Now - start);
    }

    private static async Task Send(ProgramContext context)
    {
        long total = context.Get(Transfers);
        context.Meter.PlannedBytes = total * context.Get(Size);
        RandomStream keys = context.Random("content");
        for (long n = 0; total == 0 || n < total; n++)
        {
            try
            {
                await Transfer(context, new Content(keys.NextUInt64()));
            }
            catch (ErrnoException e)
            {
                context.Meter.Failed(TcpServing.NameOf(e.Errno));
                if (total == 0) await context.Os.Delay(Duration.FromSeconds(1)); // nobody there: do not ask in a tight loop
            }
        }
    }

    private static async Task Transfer(ProgramContext context, Content content)
    {
        Os os = context.Os;
        Instant start = os.Now;
        int fd = await TcpServing.Connect(os, context.Target.Address, context.Get(Port), context.Get(Timeout));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long size = context.Get(Size);
            var buffer = new byte[Math.Min(context.Get(Chunk), Math.Max(1, size))];
            for (long offset = 0; offset < size;)
            {
                Memory<byte> chunk = buffer.AsMemory(0, (int)Math.Min(buffer.Length, size - offset));
                content.Fill(chunk.Span, offset);
                hash.AppendData(chunk.Span);
                await TcpServing.SendAll(context, fd, chunk);
                offset += chunk.Length;
            }

            await os.Shutdown(fd, ShutdownHow.WR);
            var answer = new byte[HashLength + 1];
            int got = 0;
            while (got < answer.Length)
            {
                int count = await os.Recv(fd, answer.AsMemory(got));
                if (count == 0) break;
                got += count;
                context.Meter.BytesReceived += count;
            }

            if (got == HashLength && answer.AsSpan(0, HashLength).SequenceEqual(hash.GetHashAndReset())) context.Meter.Done(os.Now - start);
            else context.Meter.Failed(got == 0 ? "closed" : "content");
        }
        finally
        {
            await os.TryClose(fd);
        }
    }
}
