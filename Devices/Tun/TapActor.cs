// The end of a cable whose device is the real kernel's: frames that the kernel sends by a TAP device go onto the wire, frames that arrive
// from the wire are received by the kernel. Between them there is nothing: no learning, no address, no answer. Realtime only.

namespace ActorNet.Devices.Tun;

/// <summary>A TAP device plugged into a cable. Speaks <see cref="NetDevice"/> of its <see cref="EtherPort"/>.</summary>
/// <remarks>
/// The port counts as the wire sees it: tx is what the kernel has sent (tx_dropped and qdisc_drops what the queue in front of the wire refused,
/// wire_lost what the wire lost), rx what the kernel was given (rx_dropped what it did not take: its side is down or full).
/// </remarks>
public sealed class TapActor : EtherActor
{
    /// <summary>The end of the run: the kernel's device is closed, and what is on the way to it falls down. Not answered.</summary>
    public sealed class Unplug
    {
        public static readonly Unplug Instance = new();
    }

    private readonly TunDevice _tap;
    private readonly Action? _gone;
    private TunReader? _reader;

    /// <param name="tap">Opened by who builds the network, so that what is wrong with it is said before a run; closed with the actor.</param>
    /// <param name="gone">Called, on a thread of its own, when the kernel has taken the device away.</param>
    public TapActor(EtherPort port, TunDevice tap, Action? gone = null)
        : base(port)
    {
        _tap = tap;
        _gone = gone;
    }

    protected override void PreStart() =>
        _reader = new TunReader(_tap, Port.Net.Pool, Port.Info.MaxMtu + EtherType.HeaderLength + EtherType.TagLength, Me, PacketType.OUTGOING, _gone);

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
        Port.Xmit(chain, now, Cell);
        _reader?.Handled(frames);
    }

    protected override void Rcv(SkBuff chain, Instant now)
    {
        for (SkBuff? skb = chain; skb is not null;)
        {
            if (skb.GsoSize != 0 || skb.IpSummed == SkbChecksum.PARTIAL) skb = Port.AsFrames(skb);
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (Port.Arrives(skb, now)) ToKernel(skb, now);
            skb = next;
        }
    }

    protected override bool OnControl(object message)
    {
        if (message is not Unplug) return base.OnControl(message);
        Close();
        Port.SetAdmin(false, Now, Cell);
        return true;
    }

    private void Close()
    {
        if (_reader is null) return;
        _reader.Stop();
        _reader = null;
        _tap.Dispose();
    }

    private void ToKernel(SkBuff skb, Instant now)
    {
        NetDeviceStats stats = Port.Stats;
        if (Port.IsTapped) Port.Record(now, now, EtherFrame.Classify(EtherFrame.Destination(skb.Data), Port.Info.Address), skb);
        SysResult result = _tap.Write(skb.Data);
        if (!result.IsOk)
        {
            bool full = result.Errno is Errno.EAGAIN or Errno.ENOBUFS;
            stats.rx_dropped++;
            Port.Drop(skb, now, full ? DropReason.FULL_RING : DropReason.LINK_DOWN);
            return;
        }

        stats.rx_packets++;
        stats.rx_bytes += skb.Length;
        Port.Net.Trace.Frame(now, FrameEvent.DELIVERED, Port.Info.IfIndex, skb);
        skb.Free();
    }
}
