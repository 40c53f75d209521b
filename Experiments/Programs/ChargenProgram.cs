// chargen (RFC 864): a TCP server that sends lines of printable characters until the peer closes.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>The character generator: 72 of the 95 printable characters to a line, each line one further.</summary>
public static class ChargenProgram
{
    private const int Printable = 95, Width = 72;

    public static readonly Key<long> Port = Key.Integer("port", "19", "the port", 1, 65_535);
    public static readonly Key<long> Backlog = Key.Integer("backlog", "128", "connections that may wait for accept", 0, 65_535);

    public static readonly ProgramKind Kind = new("chargen", "a TCP server that sends lines of characters until the peer closes", Port, Backlog)
    {
        Targets = TargetRule.None,
        Listens = p => new ListenPort(IpProtocol.TCP, (int)p.Get(Port)),
        Run = context => TcpServing.Serve(context, context.Get(Port), context.Get(Backlog), (fd, _) => Generate(context, fd)),
    };

    /// <summary>All 95 different lines, which repeat for ever.</summary>
    public static byte[] Lines()
    {
        var lines = new byte[Printable * (Width + 2)];
        for (int line = 0; line < Printable; line++)
        {
            Span<byte> at = lines.AsSpan(line * (Width + 2), Width + 2);
            for (int i = 0; i < Width; i++) at[i] = (byte)(' ' + (line + i) % Printable);
            at[Width] = (byte)'\r';
            at[Width + 1] = (byte)'\n';
        }

        return lines;
    }

    private static async Task Generate(ProgramContext context, int fd)
    {
        byte[] lines = Lines();
        try
        {
            while (true) await TcpServing.SendAll(context, fd, lines);
        }
        catch (ErrnoException e) when (e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            context.Meter.Served(); // how every client ends this protocol
        }
    }
}
