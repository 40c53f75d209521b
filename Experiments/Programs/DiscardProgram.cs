// discard (RFC 863): a TCP server that reads and throws away.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Reads until the peer has sent all.</summary>
public static class DiscardProgram
{
    public static readonly Key<long> Port = Key.Integer("port", "9", "the port", 1, 65_535);
    public static readonly Key<long> Backlog = Key.Integer("backlog", "128", "connections that may wait for accept", 0, 65_535);

    public static readonly ProgramKind Kind = new("discard", "a TCP server that reads and throws away", Port, Backlog)
    {
        Targets = TargetRule.None,
        Listens = p => new ListenPort(IpProtocol.TCP, (int)p.Get(Port)),
        Run = context => TcpServing.Serve(context, context.Get(Port), context.Get(Backlog), (fd, _) => Discard(context, fd)),
    };

    private static async Task Discard(ProgramContext context, int fd)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            int count = await context.Os.Recv(fd, buffer);
            if (count == 0) break;
            context.Meter.BytesReceived += count;
        }

        context.Meter.Served();
    }
}
