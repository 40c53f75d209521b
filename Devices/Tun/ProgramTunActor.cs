// A TUN device whose far end is code in the same process, in the simulation's own time: a script, a test, a model of something that is no host.

namespace ActorNet.Devices.Tun;

/// <summary>What a far end does with a packet that the host has sent. In the host's turn; the bytes are its own only until it returns.</summary>
public delegate void TunSink(ReadOnlySpan<byte> packet, Instant now);

/// <summary>A host's device whose wire is a program. Tell its actor packets (bare IP, in a <see cref="SkBuff"/>) as if they arrived.</summary>
public sealed class ProgramTunActor(NetDeviceState dev, TunSink sink) : BareIpActor(dev)
{
    protected override void Write(SkBuff skb, Instant now)
    {
        sink(skb.Data, now);
        Sent(skb, now);
    }
}
