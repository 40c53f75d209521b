// What work costs on a host. Linux has no such table: costs are what `perf` would show. All zero is a host of infinite speed.

namespace ActorNet.Protocols;

/// <summary>A host's processors and what work costs on them. Everything is zero by default: nothing takes time.</summary>
public sealed record CpuModel
{
    /// <summary>Processors, 1 to 1024.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>A system call on a socket: from its entry to its work. A TCP socket is owned by the caller meanwhile (lock_sock).</summary>
    public Duration Syscall { get; init; }

    /// <summary>An interrupt of a NIC: its handler, up to the softirq that it raises.</summary>
    public Duration Interrupt { get; init; }

    /// <summary>A packet in a device's driver: in the poll, or on the way out.</summary>
    public Duration Device { get; init; }

    /// <summary>A packet in IP.</summary>
    public Duration Ip { get; init; }

    /// <summary>A packet in TCP, UDP or ICMP.</summary>
    public Duration Transport { get; init; }

    public bool IsFree => (Syscall.Nanoseconds | Interrupt.Nanoseconds | Device.Nanoseconds | Ip.Nanoseconds | Transport.Nanoseconds) == 0;

    /// <summary>A packet on the way in, by how far it goes: up to IP when it is forwarded, through the transport when it is for this host.</summary>
    public Duration Receive(bool isIp, bool isLocal) => isIp ? isLocal ? Device + Ip + Transport : Device + Ip : Device;

    /// <summary>A packet on the way out.</summary>
    public Duration Transmit => Transport + Ip + Device;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Validate()
    {
        if (Cores is < 1 or > 1024) return "cores must be 1 to 1024";
        long least = Math.Min(Math.Min(Syscall.Nanoseconds, Interrupt.Nanoseconds), Math.Min(Math.Min(Device.Nanoseconds, Ip.Nanoseconds), Transport.Nanoseconds));
        return least < 0 ? "a cost is negative" : null;
    }
}
