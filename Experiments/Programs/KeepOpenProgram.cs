// keep-open: connections that are opened, used once, kept idle with keepalive, and closed. With `to` an instance holds many of them and waits for nothing;
// without it one process serves them all by one epoll, so that an idle connection has no task, no buffer and no call of its own.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Many idle connections: who opens them, and who serves them.</summary>
public static class KeepOpenProgram
{
    private const int Batch = 64;

    public static readonly Key<long> Port = Key.Integer("port", "7000", "the server's port", 1, 65_535);
    public static readonly Key<long> Backlog = Key.Integer("backlog", "1024", "server: connections that may wait for accept", 0, 65_535);
    public static readonly Key<long> Connections = Key.Integer("connections", "100", "client: how many an instance opens, one after another", 1, 1_000_000);
    public static readonly Key<long> Size = Key.Size("size", "100", "client: bytes of the one request on each; the answer is the same");
    public static readonly Key<Duration> Interval = Key.Time("interval", "0s", "client: pause between an answer and the next connection");
    public static readonly Key<Duration> Hold = Key.Time("hold", "60s", "client: how long all are kept, from when the instance started; longer if it takes longer to open them");

    public static readonly ProgramKind Kind = new("keep-open", "many connections that are opened, used once, kept idle with keepalive, and closed", Port, Backlog, Connections, Size, Interval, Hold)
    {
        Listens = p => p.HasTargets ? null : new ListenPort(IpProtocol.TCP, (int)p.Get(Port)),
        Ends = p => p.HasTargets,
        Check = p => p.Get(Size) is < 1 or > 65_536 ? (Size, "1 byte to 64KiB") : null,
        Run = context => context.IsClient ? Client(context) : Server(context),
    };

    private static async Task Client(ProgramContext context)
    {
        Os os = context.Os;
        Instant until = os.Now + context.Get(Hold);
        var open = new List<int>((int)context.Get(Connections));
        var request = new byte[context.Get(Size)];
        var answer = new byte[request.Length];
        var content = new Content(context.Random("payload").NextUInt64());
        context.Meter.Planned = 2 * context.Get(Connections); // each is opened and closed
        try
        {
            for (long n = 0; n < context.Get(Connections); n++)
            {
                content.Fill(request, n * request.Length);
                if (await One(context, request, answer) is >= 0 and int fd) open.Add(fd);
                if (context.Get(Interval) > Duration.Zero) await os.Delay(context.Get(Interval));
            }

            if (os.Now < until) await os.Delay(until - os.Now);
        }
        finally
        {
            foreach (int fd in open)
            {
                await os.TryClose(fd);
                context.Meter.Steps++;
            }
        }
    }

    private static async Task<int> One(ProgramContext context, byte[] request, byte[] answer)
    {
        Os os = context.Os;
        Instant start = os.Now;
        int fd = -1;
        try
        {
            fd = await TcpServing.Connect(os, context.Target.Address, context.Get(Port), Duration.Zero);
            await os.SetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_KEEPALIVE, 1);
            await TcpServing.SendAll(context, fd, request);
            int heard = 0;
            while (heard < answer.Length)
            {
                int count = await os.Recv(fd, answer.AsMemory(heard));
                if (count == 0) break;
                heard += count;
            }

            context.Meter.BytesReceived += heard;
            if (heard < answer.Length) context.Meter.Failed("closed");
            else if (!request.AsSpan().SequenceEqual(answer)) context.Meter.Failed("content");
            else context.Meter.Done(os.Now - start);
            return fd;
        }
        catch (ErrnoException e)
        {
            context.Meter.Failed(TcpServing.NameOf(e.Errno));
            context.Meter.Steps++;
            if (fd >= 0) await os.TryClose(fd);
            return -1;
        }
    }

    private static async Task Server(ProgramContext context)
    {
        Os os = context.Os;
        int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM), epoll = await os.EpollCreate();
        try
        {
            await os.SetSockOpt(listener, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
            await os.Bind(listener, SockAddr.In(IpAddress.Any4, (ushort)context.Get(Port)));
            await os.Listen(listener, (int)context.Get(Backlog));
            await os.EpollCtl(epoll, EpollOp.ADD, listener, EpollEvents.IN, listener);
            context.OnListening?.Invoke();
            var events = new EpollEvent[Batch];
            var buffer = new byte[2048]; // a longer request is answered in pieces
            while (true)
            {
                int ready = await os.EpollWait(epoll, events, Duration.Infinite);
                for (int i = 0; i < ready; i++)
                {
                    int fd = (int)events[i].Data;
                    if (fd != listener)
                    {
                        await Answer(context, fd, buffer);
                        continue;
                    }

                    (int accepted, _) = await os.Accept(listener);
                    await os.EpollCtl(epoll, EpollOp.ADD, accepted, EpollEvents.IN, accepted);
                }
            }
        }
        finally
        {
            await os.TryClose(epoll);
            await os.TryClose(listener);
        }
    }

    // What came is sent back; at its end, or when it is broken, the connection is closed.
    private static async Task Answer(ProgramContext context, int fd, byte[] buffer)
    {
        Os os = context.Os;
        SysResult got = await os.TryRecv(fd, buffer);
        if (got.Errno == Errno.OK && got.Value > 0)
        {
            context.Meter.BytesReceived += got.Value;
            SysResult sent = await os.TrySend(fd, buffer.AsMemory(0, (int)got.Value), MsgFlags.NOSIGNAL);
            if (sent.Errno == Errno.OK)
            {
                context.Meter.BytesSent += sent.Value;
                context.Meter.Served();
                return;
            }

            got = sent;
        }

        if (got.Errno != Errno.OK) context.Meter.Failed(got.Errno);
        await os.TryClose(fd);
    }
}
