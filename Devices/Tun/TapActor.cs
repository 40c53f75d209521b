// The end of a cable whose device is the real kernel's: frames that the kernel sends by a TAP device go onto the wire, frames that arrive
// from the wire are received by the kernel. Between them there is nothing: no learning, no address, no answer. Realtime only.

namespace ActorNet.Devices.Tun;

/// <summary>A TAP device plugged into a cable. Speaks <see cref="NetDevice"/> of its <see cref="EtherPort"/>.</summary>
/// <remarks>
/// The port counts as the wire sees it: tx is what the kernel has sent (tx_dropped and qdisc_drops what the queue in front of the wire refused,
/// wire_lost what the wire lost), rx what the kernel was given (rx_dropped what it did not take: its side is down or full).
/// </remarks>
public sealed class TapActor : NetDeviceActor
{
    /// <summary>The end of the run: the kernel's device is closed, and what is on the way to it falls down. Not answered.</summary>
    public sealed class Unplug
    {
        public static readonly Unplug Instance = new();
    }

    private readonly EtherPort _port;
    private readonly TunDevice _tap;
    private readonly Action? _gone;
    private TunReader? _reader;

    /// <param name="tap">Opened by who builds the network, so that what is wrong with it is said before a run; closed with the actor.</param>
    /// <param name="gone">Called, on a thread of its own, when the kernel has taken the device away.</param>
    public TapActor(EtherPort port, TunDevice tap, Action? gone = null)
        : base(port)
    {
        _port = port;
        _tap = tap;
        _gone = gone;
    }

    protected override void PreStart() =>
        _reader = new TunReader(_tap, _port.Net.Pool, _port.Info.MaxMtu + EtherType.HeaderLength + EtherType.TagLength, Me, PacketType.OUTGOING, _gone);

    // A restart keeps the device and only renews the thread.
    protected override void PreRestart(Exception reason, object? message)
    {
        _reader?.Stop();
        _reader = null;
        base.PreRestart(reason, message);
    }

    protected override void PostStop() => Close();

    protected override void Xmit(SkBuff chain, Instant now)
    {
        int frames = 0;
        for (SkBuff? skb = chain; skb is not null; skb = skb.Next) frames++;
        _port.Xmit(chain, now, Cell);
        _reader?.Handled(frames);
    }

    protected override void Rcv(SkBuff chain, Instant now)
    {
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (_port.Arrives(skb, now)) ToKernel(skb, now);
            skb = next;
        }
    }

    protected override bool OnControl(object message)
    {
        NetDeviceInfo before = _port.Info;
        switch (message)
        {
            case NetDevice.Connect m:
                _port.Connect(m, Now);
                break;
            case NetDevice.ChangeWire m:
                Answer(_port.Link?.Change(m.Spec) ?? Errno.ENODEV);
                return true;
            case NetDevice.SetAdmin m:
                _port.SetAdmin(m.Up, Now, Cell);
                break;
            case NetDevice.SetCarrier m:
                _port.SetCarrier(m.Up, Now);
                break;
            case NetDevice.PeerAdmin m:
                _port.SetPeerAdmin(m.Up, m.At, Now);
                break;
            case Unplug:
                Close();
                _port.SetAdmin(false, Now, Cell);
                return true;
            default:
                return base.OnControl(message);
        }

        Announce(before);
        Answer(Errno.OK);
        return true;
    }

    protected override NetDevice.Link Describe(Instant now) =>
        new(_port.Info, _port.Stats.Clone(), _port.Link?.Backlog(now) ?? 0, _port.Link?.BacklogBytes(now) ?? 0);

    private void Close()
    {
        if (_reader is null) return;
        _reader.Stop();
        _reader = null;
        _tap.Dispose();
    }

    private void ToKernel(SkBuff skb, Instant now)
    {
        NetDeviceStats stats = _port.Stats;
        if (_port.IsTapped) _port.Record(now, now, EtherFrame.Classify(EtherFrame.Destination(skb.Data), _port.Info.Address), skb);
        SysResult result = _tap.Write(skb.Data);
        if (!result.IsOk)
        {
            bool full = result.Errno is Errno.EAGAIN or Errno.ENOBUFS;
            stats.rx_dropped++;
            _port.Drop(skb, now, full ? DropReason.FULL_RING : DropReason.LINK_DOWN);
            return;
        }

        stats.rx_packets++;
        stats.rx_bytes += skb.Length;
        _port.Net.Trace.Frame(now, FrameEvent.DELIVERED, _port.Info.IfIndex, skb);
        skb.Free();
    }
}
