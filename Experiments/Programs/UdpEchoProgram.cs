// udp-echo (RFC 862): without `to` a server that sends back what comes; with `to` a client that counts what does not come back.

using System.Buffers.Binary;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Echo over UDP: server, or client with numbered datagrams.</summary>
public static class UdpEchoProgram
{
    private const int HeaderLength = 8; // the datagram's number

    public static readonly Key<long> Port = Key.Integer("port", "7", "the server's port", 1, 65_535);
    public static readonly Key<long> Requests = Key.Integer("requests", "100", "client: datagrams to send; 0: until the run ends");
    public static readonly Key<long> Size = Key.Size("size", "64", "client: bytes in a datagram, at least 8");
    public static readonly Key<Duration> Interval = Key.Time("interval", "0s", "client: pause between an answer and the next datagram");
    public static readonly Key<Duration> Timeout = Key.Time("timeout", "1s", "client: after which a datagram counts as lost");

    public static readonly ProgramKind Kind = new("udp-echo", "echo over UDP: a server, or a client when `to` is given", Port, Requests, Size, Interval, Timeout)
    {
        Listens = p => p.HasTargets ? null : new ListenPort(IpProtocol.UDP, (int)p.Get(Port)),
        Ends = p => p.HasTargets && p.Get(Requests) > 0,
        Check = p => p.Get(Size) is < HeaderLength or > 65_507 ? (Size, "a datagram of this program holds 8 to 65507 bytes")
            : p.Get(Timeout) <= Duration.Zero ? (Timeout, "must be longer than 0") : null,
        Run = context => context.IsClient ? Client(context) : Server(context),
    };

    private static async Task Server(ProgramContext context)
    {
        Os os = context.Os;
        int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        try
        {
            await os.Bind(fd, SockAddr.In(IpAddress.Any4, (ushort)context.Get(Port)));
            context.OnListening?.Invoke();
            var buffer = new byte[65_536];
            while (true)
            {
                try
                {
                    (int count, SockAddr from, _) = await os.RecvFrom(fd, buffer);
                    context.Meter.BytesReceived += count;
                    context.Meter.BytesSent += await os.SendTo(fd, buffer.AsMemory(0, count), from);
                    context.Meter.Served();
                }
                catch (ErrnoException e)
                {
                    context.Meter.Failed(e.Errno); // an ICMP error of an earlier answer, or no way back: the next datagram may fare better
                }
            }
        }
        finally
        {
            await os.TryClose(fd);
        }
    }

    private static async Task Client(ProgramContext context)
    {
        Os os = context.Os;
        int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        try
        {
            await TcpServing.SetTimeouts(os, fd, context.Get(Timeout));
            await os.Connect(fd, SockAddr.In(context.Target.Address, (ushort)context.Get(Port)));
            var datagram = new byte[context.Get(Size)];
            var answer = new byte[datagram.Length + 1];
            new Content(context.Random("payload").NextUInt64()).Fill(datagram, 0);
            long total = context.Get(Requests);
            context.Meter.Planned = total;
            for (long n = 1; total == 0 || n <= total; n++)
            {
                BinaryPrimitives.WriteInt64BigEndian(datagram, n);
                await Once(context, fd, datagram, answer);
                if (n != total && context.Get(Interval) > Duration.Zero) await os.Delay(context.Get(Interval));
            }
        }
        finally
        {
            await os.TryClose(fd);
        }
    }

    private static async Task Once(ProgramContext context, int fd, byte[] datagram, byte[] answer)
    {
        Os os = context.Os;
        Instant sent = os.Now, deadline = sent + context.Get(Timeout);
        try
        {
            context.Meter.BytesSent += await os.Send(fd, datagram);
            while (os.Now < deadline)
            {
                int count = await os.Recv(fd, answer);
                context.Meter.BytesReceived += count;
                if (count < HeaderLength || !answer.AsSpan(0, HeaderLength).SequenceEqual(datagram.AsSpan(0, HeaderLength))) continue; // a late or a second one
                if (answer.AsSpan(0, count).SequenceEqual(datagram)) context.Meter.Done(os.Now - sent);
                else context.Meter.Failed("content");
                return;
            }

            context.Meter.Failed("timeout");
        }
        catch (ErrnoException e)
        {
            context.Meter.Failed(TcpServing.NameOf(e.Errno));
        }
    }
}
