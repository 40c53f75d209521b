// Gives every device its addresses: those the file names, and for the others the next free ones of their segment's subnet,
// routers first (.1), then hosts in the order of the file. Duplicates are found here.

using System.Globalization;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Addresses of a scenario.</summary>
internal sealed class AddressPlan(ScenarioErrors errors)
{
    private readonly Dictionary<uint, (DeviceSpec Device, SettingsOrigin Origin)> _taken = [];
    private readonly List<InterfaceAddress> _subnets = [];

    /// <summary>Takes what the file says about addresses.</summary>
    public void TakeExplicit(IReadOnlyList<HostReader.Wish> wishes)
    {
        foreach (HostReader.Wish wish in wishes)
        {
            foreach ((string deviceName, SettingsNode node) in wish.Addresses)
            {
                string text = HostReader.Expand(node.Text, wish.Host.Number);
                if (!InterfaceAddress.TryParse(text, out InterfaceAddress address))
                {
                    errors.Add(node, $"'{text}': expected an IPv4 address with its prefix length, such as 10.0.0.1/24");
                    continue;
                }

                DeviceSpec? device = wish.Host.Devices.FirstOrDefault(d => d.Name == deviceName);
                if (device is null)
                {
                    string known = wish.Host.Devices.Count == 0 ? "it has no link" : $"it has {string.Join(", ", wish.Host.Devices.Select(d => d.Name))}";
                    errors.Add(node, $"host {wish.Host.Name} has no device '{deviceName}' ({known})");
                    continue;
                }

                if (Wrong(address) is { } wrong) errors.Add(node, $"'{text}': {wrong}");
                else if (_taken.TryGetValue(address.Address.V4, out var other))
                    errors.Add(node, $"duplicate address {address.Address}: {device} and {other.Device} (at {other.Origin})");
                else
                {
                    _taken[address.Address.V4] = (device, node.Origin);
                    device.Addresses.Add(address);
                    if (!_subnets.Any(s => s.Network == address.Network && s.PrefixLength == address.PrefixLength))
                        _subnets.Add(new InterfaceAddress(IpAddress.FromV4(address.Network), address.PrefixLength));
                }
            }
        }
    }

    /// <summary>Gives addresses to the devices that have none.</summary>
    /// <param name="pool">Where subnets come from.</param>
    /// <param name="prefixLength">Of a subnet that is large enough with it.</param>
    public void Assign(Segments segments, InterfaceAddress pool, int prefixLength, SettingsNode at)
    {
        uint next = pool.Network;
        foreach (Segment segment in segments.All)
        {
            List<DeviceSpec> bare = segment.Devices.Where(d => d.Addresses.Count == 0).ToList();
            if (bare.Count == 0) continue;
            DeviceSpec? named = segment.Devices.FirstOrDefault(d => d.Addresses.Count > 0);
            InterfaceAddress subnet;
            if (named is not null) subnet = new InterfaceAddress(IpAddress.FromV4(named.Addresses[0].Network), named.Addresses[0].PrefixLength);
            else if (!TryTakeSubnet(ref next, pool, LengthFor(segment.Devices.Count, prefixLength), out subnet))
            {
                errors.Add(at, $"{pool} has no room for another subnet: give a larger 'network', or a longer 'subnet-length'");
                return;
            }

            Number(bare, subnet, at);
        }
    }

    private void Number(List<DeviceSpec> devices, InterfaceAddress subnet, SettingsNode at)
    {
        uint candidate = subnet.Network;
        uint last = subnet.Network | ~subnet.Mask;
        foreach (DeviceSpec device in devices.Where(d => d.Host.IsRouter).Concat(devices.Where(d => !d.Host.IsRouter)))
        {
            do candidate++;
            while (candidate < last && _taken.ContainsKey(candidate));
            if (candidate >= last)
            {
                errors.Add(at, $"subnet {IpAddress.FromV4(subnet.Network)}/{subnet.PrefixLength} has no address left for {device}");
                return;
            }

            _taken[candidate] = (device, device.Host.Origin);
            device.Addresses.Add(new InterfaceAddress(IpAddress.FromV4(candidate), subnet.PrefixLength));
        }
    }

    // Room for the devices, the network's own address, its broadcast and one to spare.
    private static int LengthFor(int devices, int wanted)
    {
        int length = wanted;
        while (length > 2 && (1L << (32 - length)) < devices + 3) length--;
        return length;
    }

    private bool TryTakeSubnet(ref uint next, InterfaceAddress pool, int length, out InterfaceAddress subnet)
    {
        ulong size = 1UL << (32 - length);
        ulong at = (next + size - 1) / size * size, end = pool.Network + (1UL << (32 - pool.PrefixLength));
        while (at + size <= end && _subnets.Any(s => Overlaps(s, (uint)at, size))) at += size;
        subnet = new InterfaceAddress(IpAddress.FromV4((uint)at), length);
        if (at + size > end) return false;
        next = (uint)Math.Min(at + size, uint.MaxValue);
        return true;
    }

    private static bool Overlaps(InterfaceAddress subnet, uint at, ulong size) =>
        subnet.Network < at + size && at < subnet.Network + (1UL << (32 - subnet.PrefixLength));

    private static string? Wrong(InterfaceAddress a)
    {
        if (a.Address.IsMulticast || a.Address.IsBroadcast || a.Address.IsLoopback || a.Address.V4 >> 24 == 0) return "not an address a host can have";
        if (a.PrefixLength >= 31) return null;
        uint host = a.Address.V4 & ~a.Mask;
        if (host == 0) return string.Create(CultureInfo.InvariantCulture, $"is the network's own address; its first host is {IpAddress.FromV4(a.Network + 1)}");
        return host == ~a.Mask ? "is the subnet's broadcast address" : null;
    }
}
