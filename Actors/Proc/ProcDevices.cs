// /proc/net/dev, softnet_stat, arp, igmp and route: dev_seq_show, softnet_seq_show (net/core/net-procfs.c), arp_seq_show (net/ipv4/arp.c), fib_route_seq_show
// (net/ipv4/fib_trie.c).

using System.Globalization;
using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>Devices, neighbours and routes as the text files show them.</summary>
internal static class ProcDevices
{
    private const int RTF_UP = 1, RTF_GATEWAY = 2, RTF_HOST = 4, RTF_REJECT = 0x200;
    private const int ATF_COM = 2, ATF_PERM = 4;

    public static IEnumerable<string> Dev(Netns ns)
    {
        yield return "Inter-|   Receive                                                |  Transmit\n"
            + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
        foreach (DevicePlan d in ns.Devices)
        {
            NetDeviceStats s = d.State.Stats;
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{d.State.Info.Name,6}: {s.rx_bytes,7} {s.rx_packets,7} {s.rx_errors,4} {s.rx_dropped + s.rx_missed_errors,4} {0,4} {s.rx_length_errors,5} {0,10} {s.multicast,9} "
                + $"{s.tx_bytes,8} {s.tx_packets,7} {s.tx_errors,4} {s.tx_dropped,4} {s.tx_fifo_errors,4} {0,5} {s.tx_carrier_errors + s.tx_aborted_errors,7} {0,10}\n");
        }
    }

    /// <summary>A line for each processor: frames processed, dropped before that, polls that ended with frames left; the 13th column is its number.</summary>
    public static IEnumerable<string> Softnet(HostPlan host)
    {
        Cpu? cpu = host.Net.Cpu;
        for (int core = 0; core < (cpu?.Model.Cores ?? 1); core++)
        {
            long processed = 0, squeezed = 0;
            foreach (DevicePlan d in host.Namespaces.SelectMany(ns => ns.Devices))
            {
                if (cpu is not null && cpu.CoreOf(d.State.Info.IfIndex) != core) continue;
                NetDeviceStats s = d.State.Stats;
                processed += s.rx_packets + s.rx_otherhost_dropped;
                squeezed += s.time_squeeze;
            }

            yield return string.Join(' ', ((long[])[processed, 0, squeezed, 0, 0, 0, 0, 0, 0, 0, 0, 0, core, 0, 0]).Select(v => ((uint)v).ToString("x8", CultureInfo.InvariantCulture))) + "\n";
        }
    }

    public static IEnumerable<string> Arp(NetStack stack)
    {
        yield return "IP address       HW type     Flags       HW address            Mask     Device\n";
        List<(Neighbour N, string Device)> all = [];
        foreach (InDevice d in stack.Fib.Devices.ToArray())
        {
            List<Neighbour> some = [];
            stack.Neighbours(d.IfIndex)?.CollectInto(some);
            all.AddRange(some.Select(n => (n, d.Name)));
        }

        foreach ((Neighbour n, string device) in all.OrderBy(n => n.N.Address))
        {
            if ((n.State & ~Nud.NOARP) == 0) continue;
            bool valid = (n.State & Nud.VALID) != 0;
            int flags = (valid ? ATF_COM : 0) | ((n.State & Nud.PERMANENT) != 0 ? ATF_PERM : 0);
            string hardware = valid ? n.Hardware.ToString() : "00:00:00:00:00:00";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{IpAddress.FromV4(n.Address).ToString(),-16} {"0x1",-12}{"0x" + flags.ToString("x", CultureInfo.InvariantCulture),-12}{hardware,-17}     *        {device}\n");
        }
    }

    public static IEnumerable<string> Route(Fib fib)
    {
        yield return "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT".PadRight(127) + "\n";
        foreach (FibRoute r in fib.MainRoutes().OrderBy(r => r.Prefix).ThenByDescending(r => r.PrefixLength).ThenBy(r => r.Metric))
        {
            if (r.Type is RouteType.BROADCAST or RouteType.MULTICAST) continue;
            uint mask = Fib.Mask(r.PrefixLength);
            int flags = RTF_UP | (r.Type is RouteType.UNREACHABLE or RouteType.PROHIBIT ? RTF_REJECT : 0) | (r.Gateway != 0 ? RTF_GATEWAY : 0) | (mask == uint.MaxValue ? RTF_HOST : 0);
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{r.Device?.Name ?? "*"}\t{Hex(r.Prefix)}\t{Hex(r.Gateway)}\t{flags:X4}\t0\t0\t{r.Metric}\t{Hex(mask)}\t0\t0\t0").PadRight(127) + "\n";
        }
    }

    private static string Hex(uint address) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address).ToString("X8", CultureInfo.InvariantCulture);
}
