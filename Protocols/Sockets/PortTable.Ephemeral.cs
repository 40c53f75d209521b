// Which port one gets who names none: inet_csk_find_open_port, inet_sk_get_local_port_range (net/ipv4/inet_connection_sock.c), udp_lib_get_port
// (net/ipv4/udp.c), ping_get_port. Connects choose in PortTable.Connect.cs.

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    // udp_table.mask + 1 of a host with 4 GiB.
    private const int UdpSlots = 4096;

    /// <summary>ip_local_port_range, narrowed by IP_LOCAL_PORT_RANGE as far as that lies within; true if there is such an option.</summary>
    private bool LocalRange(in PortRequest request, out int low, out int high)
    {
        low = sysctl.ip_local_port_range_min;
        high = sysctl.ip_local_port_range_max;
        if (request.LocalRange == 0) return false;
        int from = (int)(request.LocalRange & 0xFFFF), to = (int)(request.LocalRange >> 16);
        int least = low, most = high;
        if (from >= least && from <= most) low = from;
        if (to >= least && to <= most) high = to;
        return true;
    }

    // A bind prefers odd distances from the range's start, so that connects, which prefer even ones, find their half free.
    private ushort FindOpenPort(in PortRequest request)
    {
        int half = request.Reuse ? 1 : 0;
        Strictness strictness = Strictness.Chosen;
        while (true)
        {
            LocalRange(request, out int low, out int high);
            high++;
            if (high - low < 4) half = 0;
            // SO_REUSEADDR: the lower half of the range first.
            int middle = low + (high - low >> 2 << 1);
            if (half == 1) high = middle;
            else if (half == 2) low = middle;
            int remaining = high - low;
            if (remaining > 1) remaining &= ~1;
            int offset = (int)(random.Below((uint)remaining) | 1);
            for (int parity = 0; parity < 2; parity++, offset--)
            {
                int port = low + offset;
                for (int i = 0; i < remaining; i += 2, port += 2)
                {
                    if (port >= high) port -= remaining;
                    if (sysctl.IsLocalReserved((ushort)port)) continue;
                    int bucket = FindBucket((ushort)port);
                    if (bucket < 0 || !Conflicts(request, bucket, -1, strictness)) return (ushort)port;
                }
            }

            if (half == 1)
            {
                half = 2;
            }
            else
            {
                if (!sysctl.ip_autobind_reuse || strictness == Strictness.ChosenRelaxed) return 0;
                strictness = Strictness.ChosenRelaxed;
                half = request.Reuse ? 1 : 0;
            }
        }
    }

    // From a random slot of the hash table on, each slot's ports in steps of an odd multiple of the table's size.
    private ushort FindUdpPort(in PortRequest request)
    {
        LocalRange(request, out int low, out int high);
        uint drawn = (uint)random.NextUInt64();
        int first = low + (int)((ulong)drawn * (uint)(high - low + 1) >> 32);
        ushort step = (ushort)((drawn | 1) * UdpSlots);
        for (int slot = first; slot < first + UdpSlots; slot++)
        {
            ushort start = (ushort)slot, port = start;
            do
            {
                if (port >= low && port <= high && !sysctl.IsLocalReserved(port) && UdpIsFree(request, port)) return port;
                port += step;
            }
            while (port != start);
        }

        return 0;
    }

    // ping_port_rover: identifications in turn.
    private ushort FindPingPort()
    {
        ushort ident = _pingRover;
        for (int i = 0; i < 65_536; i++)
        {
            if (++ident == 0) ident = 1;
            if (FindBucket(ident) < 0) return _pingRover = ident;
        }

        return 0;
    }
}
