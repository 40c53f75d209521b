// The far end of the host's TUN device: what the host sends waits here in order, what the script sends goes in here; and the connections between the two.

using ActorNet.Devices.Capture;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>The script's end of the wire.</summary>
/// <param name="seed">Where the far end's sequence numbers begin on the wire follows from it.</param>
/// <param name="capture">A file that all goes into; null for none.</param>
internal sealed class ScriptWire(uint local, uint remote, ulong seed, PcapngFile? capture = null)
{
    private const int Headroom = 128;
    private const ushort FirstRemotePort = 53_055;
    private readonly Queue<SentPacket> _sent = new();
    private readonly List<Flow> _flows = [];
    private readonly PacketBuilder _builder = new(local, remote);
    private readonly RandomStream _random = new(seed, "packetdrill", "isn");
    private readonly int _device = capture?.AddInterface(TunName, LinkType.RAW, default, 0) ?? 0;
    private Instant _begin = Instant.Never;
    private bool _listens, _listensAnew, _ended;
    private ushort _listeningPort = 8080;

    /// <summary>The host, once the script begins.</summary>
    public IScriptHost? Host { get; private set; }

    /// <summary>The device's sink: in the host's turn.</summary>
    public void OnSent(ReadOnlySpan<byte> packet, Instant now)
    {
        if (_begin == Instant.Never) return; // before the script
        capture?.Record(_device, now, now, PacketType.OUTGOING, packet);
        if (_ended) return; // what a process leaves behind when it ends
        Note((ulong)(now - _begin).Nanoseconds);
        foreach (byte b in packet) Note(b);
        var sent = new SentPacket(packet.ToArray(), now - _begin);
        if (sent.IsTcp && (sent.Flags & (TcpFlags.SYN | TcpFlags.ACK)) == TcpFlags.SYN) FlowOf(sent); // a connection begins
        _sent.Enqueue(sent);
        Host!.PacketSent();
    }

    /// <summary>The key that the script has given for its far end; null for none.</summary>
    public byte[]? Md5Key
    {
        get => _builder.Md5Key;
        set => _builder.Md5Key = value;
    }

    public void Begin(IScriptHost host) => (Host, _begin) = (host, host.Now);

    /// <summary>The script has ended.</summary>
    public void End() => _ended = true;

    /// <summary>All that has left, with its times, as one number: equal on two hosts, they have sent the same (FNV-1a).</summary>
    public ulong Trace { get; private set; } = 0xCBF2_9CE4_8422_2325;

    /// <summary>When the script began.</summary>
    public Instant Began => _begin;

    /// <summary>A listener is there: a SYN from the script is for it.</summary>
    public void Listens(ushort port)
    {
        _listens = _listensAnew = true;
        _listeningPort = port;
    }

    /// <summary>Sends a packet of the script to the host.</summary>
    public void Inject(PacketSpec packet, IScriptHost host)
    {
        byte[] bytes = _builder.Build(packet, FlowOf(packet));
        capture?.Record(_device, host.Now, host.Now, PacketType.HOST, bytes);
        SkBuff skb = host.Net.Pool.Alloc(Headroom, bytes.Length);
        skb.Put(bytes);
        host.Inject(skb);
    }

    public const string TunName = "tun0";

    /// <summary>A SYN of the script is the first connection's, whatever its sequence number: a new life of the same pair of ports.</summary>
    public bool OneConnection { get; init; }

    /// <summary>What the host has sent and nobody has taken: the oldest.</summary>
    public SentPacket? Left => _sent.TryPeek(out SentPacket? first) ? first : null;

    /// <summary>The oldest packet that the host has sent and nobody has taken, waiting for one if there is none.</summary>
    /// <remarks>What other connections than the newest send is of no interest any more, as in the original.</remarks>
    public async ValueTask<SentPacket?> Take(Duration until, IScriptHost host)
    {
        while (true)
        {
            while (_sent.TryPeek(out SentPacket? first) && first.IsTcp && _flows.Count > 1 && FlowOf(first) != Current) _sent.Dequeue();
            if (_sent.Count > 0) break;
            Duration left = until - (host.Now - _begin);
            if (left.Nanoseconds <= 0) return null;
            await host.AwaitPacket(left);
        }

        return _sent.Dequeue();
    }

    /// <summary>Whether the next packet is here already, and goes on where one ended: the rest of what the host would have sent as one.</summary>
    public SentPacket? Next(Func<SentPacket, bool> goesOn)
    {
        if (!_sent.TryPeek(out SentPacket? next) || !goesOn(next)) return null;
        return _sent.Dequeue();
    }

    /// <summary>The connection that a packet of the host's belongs to; a new one when its ports are.</summary>
    public Flow FlowOf(SentPacket packet)
    {
        if (_flows.Find(f => f.LocalPort == packet.SourcePort && f.RemotePort == packet.DestinationPort) is { } known) return known;
        return Add(packet.SourcePort, packet.DestinationPort);
    }

    /// <summary>The newest connection.</summary>
    public Flow? Current => _flows.Count == 0 ? null : _flows[^1];

    private void Note(ulong value) => Trace = (Trace ^ value) * 0x100_0000_01B3;

    // A SYN for a listener begins a connection; everything else is for the newest one.
    private Flow FlowOf(PacketSpec packet)
    {
        bool begins = packet is TcpSpec { Flags: var f } && (f & (TcpFlags.SYN | TcpFlags.ACK)) == TcpFlags.SYN && _listens;
        if ((!begins || OneConnection) && Current is { } current) return current;
        // The same SYN again (a retransmission, or a new life of the pair) is the same connection's, but not after another listen(2).
        if (begins && !_listensAnew && Current is { IsAnchored: true } known && known.LocalPort == _listeningPort && packet is TcpSpec { Seq: var seq } && _syns.Contains((known.RemotePort, seq))) return known;
        _listensAnew = false;
        Flow flow = Add(_listeningPort, (ushort)(FirstRemotePort + _flows.Count));
        if (packet is TcpSpec syn) _syns.Add((flow.RemotePort, syn.Seq));
        return flow;
    }

    private readonly HashSet<(ushort Port, uint Seq)> _syns = [];

    private Flow Add(ushort localPort, ushort remotePort)
    {
        var flow = new Flow(localPort, remotePort, _random.NextUInt32());
        _flows.Add(flow);
        return flow;
    }
}
