// The simulated end of a TUN device: what the kernel routes into it comes up here, what is sent here the kernel receives. Realtime only.

namespace ActorNet.Devices.Tun;

/// <summary>A host's device whose wire is the real kernel. Speaks <see cref="NetDevice"/>; frames are bare IP packets.</summary>
public sealed class TunActor : BareIpActor
{
    private readonly NetDeviceState _dev;
    private readonly TunDevice _tun;
    private TunReader? _reader;

    /// <param name="tun">Opened by who builds the host, so that what is wrong with it is said before a run; closed with the actor.</param>
    public TunActor(NetDeviceState dev, TunDevice tun)
        : base(dev)
    {
        _dev = dev;
        _tun = tun;
    }

    protected override void PreStart() => _reader = new TunReader(_tun, _dev.Net.Pool, _dev.Info.MaxMtu, Me);

    // A restart keeps the device and only renews the thread.
    protected override void PreRestart(Exception reason, object? message)
    {
        _reader?.Stop();
        _reader = null;
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        if (_reader is null) return;
        _reader.Stop();
        _tun.Dispose();
    }

    protected override void Handled(int packets) => _reader?.Handled(packets);

    protected override void Write(SkBuff skb, Instant now)
    {
        if (_dev.TryWrite(_tun, skb, now)) Sent(skb, now);
    }
}
