// One end of `actornet wire`: a TAP device in a network namespace of the machine.

using ActorNet.Devices.Tun;
using ActorNet.Experiments;
using ActorNet.Protocols;

namespace ActorNet.Cli;

/// <summary>Which device, where, and which address the kernel is to have on it.</summary>
/// <param name="Option">"--left" or "--right": errors begin with it.</param>
/// <param name="Netns">A name, a path, or empty for the caller's own.</param>
/// <param name="Address">With its prefix length; null to leave addresses alone.</param>
internal sealed record WireEnd(string Option, string Netns, string Device, string? Address)
{
    public override string ToString() => Netns.Length == 0 ? Device : $"{Netns}:{Device}";

    /// <param name="text">[NETNS:]DEVICE.</param>
    public static WireEnd Read(string option, string text, string? address, ScenarioErrors errors)
    {
        int colon = text.LastIndexOf(':');
        var end = new WireEnd(option, colon < 0 ? "" : text[..colon], text[(colon + 1)..], address);
        if (colon == 0 || end.Device.Length is 0 or > 15 || end.Device.Contains('/', StringComparison.Ordinal))
            errors.Add(new SettingsOrigin($"{option} {text}", 0), "", "expected NETNS:DEVICE or DEVICE, such as red:tap0; a device's name has 1 to 15 letters and no '/'");
        if (address is not null && !InterfaceAddress.TryParse(address, out _))
            errors.Add(new SettingsOrigin($"{option}-address {address}", 0), "", "expected an IPv4 address with its prefix length, such as 10.77.0.1/24");
        return end;
    }

    /// <summary>Makes the device, or attaches to it, and sets it up.</summary>
    /// <exception cref="ScenarioException">The kernel refuses; one line says why.</exception>
    public TunDevice Open(int mtu)
    {
        try
        {
            return KernelNetns.Inside(Netns, () =>
            {
                TunDevice tap = TunDevice.OpenTap(Device);
                try
                {
                    tap.Mtu = mtu;
                    if (Address is not null) KernelSide.Ip("address", "replace", Address, "dev", Device);
                    tap.SetUp();
                    return tap;
                }
                catch
                {
                    tap.Dispose();
                    throw;
                }
            });
        }
        catch (TunException e)
        {
            throw new ScenarioException($"{Option} {this}: {e.Message}");
        }
    }
}
