// The wire between the two ends of a TUN device: what packets meet on their way from the kernel to the host and back.

using ActorNet.Devices.Wires;

namespace ActorNet.Devices.Tun;

/// <summary>A path with a rate, a delay and faults in front of a TUN device. Lengths are those of bare IP packets.</summary>
/// <param name="ToHost">What the kernel sends travels by it.</param>
/// <param name="ToKernel">What the host sends.</param>
/// <param name="Seed">Of its faults.</param>
public sealed record TunWire(WireSpec ToHost, WireSpec ToKernel, ulong Seed)
{
    /// <summary>Says what is wrong with it, or null.</summary>
    public string? Validate() => ToHost.Validate() ?? ToKernel.Validate();
}
