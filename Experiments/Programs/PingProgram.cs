// ping: ICMP echo over Linux's ping socket (SOCK_DGRAM, IPPROTO_ICMP; net/ipv4/ping.c), which sets the identifier and the checksum itself.

using System.Buffers.Binary;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>ping(8): one echo request per interval; the latency is the round trip.</summary>
public static class PingProgram
{
    private const int HeaderLength = 8;
    private const byte EchoRequest = 8, EchoReply = 0;

    public static readonly Key<long> Requests = Key.Integer("requests", "10", "echo requests to send; 0: until the run ends");
    public static readonly Key<Duration> Interval = Key.Time("interval", "1s", "between two requests");
    public static readonly Key<Duration> Timeout = Key.Time("timeout", "1s", "after which a request counts as lost");
    public static readonly Key<long> Size = Key.Size("size", "56", "bytes after the ICMP header");

    public static readonly ProgramKind Kind = new("ping", "ICMP echo requests, one per interval", Requests, Interval, Timeout, Size)
    {
        Targets = TargetRule.Required,
        Ends = p => p.Get(Requests) > 0,
        Check = p => p.Get(Size) > 65_507 ? (Size, "an echo request holds at most 65507 bytes")
            : p.Get(Timeout) <= Duration.Zero ? (Timeout, "must be longer than 0") : null,
        Run = Run,
    };

    private static async Task Run(ProgramContext context)
    {
        Os os = context.Os;
        int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM, IpProtocol.ICMP);
        try
        {
            await TcpServing.SetTimeouts(os, fd, context.Get(Timeout));
            await os.SetSockOpt(fd, SockLevel.IP, (int)IpOpt.IP_RECVERR, 1); // as ping does: without it, only hard errors come back
            var to = SockAddr.In(context.Target.Address, 0);
            var packet = new byte[HeaderLength + context.Get(Size)];
            var reply = new byte[packet.Length + HeaderLength];
            var content = new Content(context.Random("payload").NextUInt64());
            content.Fill(packet.AsSpan(HeaderLength), 0);
            packet[0] = EchoRequest;
            long total = context.Get(Requests);
            context.Meter.Planned = total;
            for (long n = 1; total == 0 || n <= total; n++)
            {
                Instant sent = os.Now;
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)n);
                await Once(context, fd, to, packet, reply);
                Duration rest = context.Get(Interval) - (os.Now - sent);
                if (n != total && rest > Duration.Zero) await os.Delay(rest);
            }
        }
        finally
        {
            await os.TryClose(fd);
        }
    }

    private static async Task Once(ProgramContext context, int fd, SockAddr to, byte[] packet, byte[] reply)
    {
        Os os = context.Os;
        Instant sent = os.Now, deadline = sent + context.Get(Timeout);
        try
        {
            context.Meter.BytesSent += await os.SendTo(fd, packet, to) - HeaderLength;
            while (true)
            {
                (int count, _, _) = await os.RecvFrom(fd, reply);
                bool ours = count >= HeaderLength && reply[0] == EchoReply && reply[6] == packet[6] && reply[7] == packet[7];
                if (ours && reply.AsSpan(HeaderLength, count - HeaderLength).SequenceEqual(packet.AsSpan(HeaderLength)))
                {
                    context.Meter.BytesReceived += count - HeaderLength;
                    context.Meter.Done(os.Now - sent);
                    return;
                }

                if (ours)
                {
                    context.Meter.Failed("content");
                    return;
                }

                if (os.Now >= deadline) // an answer to an earlier request, too late for both
                {
                    context.Meter.Failed("timeout");
                    return;
                }
            }
        }
        catch (ErrnoException e)
        {
            context.Meter.Failed(TcpServing.NameOf(e.Errno));
        }
    }
}
