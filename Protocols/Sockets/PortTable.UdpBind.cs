// Who may share a port of UDP, and an identification of a ping socket: udp_lib_get_port, udp_lib_lport_inuse, udp_lib_lport_inuse2 (net/ipv4/udp.c),
// ping_get_port (net/ipv4/ping.c).

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    // With more sockets than this on a port udp_lib_get_port looks by address.
    private const int LongChain = 10;

    private enum Share { Unrelated, Taken, Shared }

    // The newest socket that has a say decides: who shares by SO_REUSEPORT with it is let in without a look at the others.
    private bool UdpInUse(in PortRequest a, int bucket)
    {
        if (!a.Address.IsAny && _buckets[bucket].Count > LongChain) return UdpInUseByAddress(a, _buckets[bucket].Port);
        uint newest = 0;
        Share share = Share.Unrelated;
        if (a.Address.IsAny)
        {
            for (int n = _buckets[bucket].Nodes; n >= 0; n = _nodes[n].Next) Decide(n, a, ref newest, ref share);
        }
        else
        {
            ushort port = _buckets[bucket].Port;
            ReadOnlySpan<IpAddress> met = [a.Address, IpAddress.Any4, default];
            foreach (IpAddress address in met) Decide(Find(address, port), a, ref newest, ref share);
        }

        return share == Share.Taken;
    }

    private bool UdpInUseByAddress(in PortRequest a, ushort port)
    {
        ReadOnlySpan<IpAddress> met = [a.Address, IpAddress.Any4, default];
        foreach (IpAddress address in met)
        {
            for (int n = Find(address, port), i = n < 0 ? -1 : _nodes[n].Active; i >= 0; i = _rows[i].Next)
            {
                Share s = Shares(a, _rows[i]);
                if (s == Share.Taken) return true;
                if (s == Share.Shared) break;
            }
        }

        return false;
    }

    private void Decide(int node, in PortRequest a, ref uint newest, ref Share share)
    {
        if (node < 0 || !Overlap(a, _nodes[node].Address)) return;
        for (int i = _nodes[node].Active; i >= 0; i = _rows[i].Next)
        {
            ref Row b = ref _rows[i];
            if (b.Age < newest) continue;
            Share s = Shares(a, b);
            if (s == Share.Unrelated) continue;
            newest = b.Age;
            share = s;
        }
    }

    private static Share Shares(in PortRequest a, in Row b)
    {
        if (b.Has(Is.V6Only) && a.Address.IsV4 || a.Reuse && b.Has(Is.Reuse) || !SameLink(a, b)) return Share.Unrelated;
        return a.ReusePort && b.Has(Is.ReusePort) && a.Uid == b.Uid ? Share.Shared : Share.Taken;
    }

    // Of a port that the kernel chooses nothing may be in the way, but those who would share it are not.
    private bool UdpIsFree(in PortRequest a, ushort port)
    {
        int bucket = FindBucket(port);
        if (bucket < 0) return true;
        if (a.Address.IsAny)
        {
            for (int n = _buckets[bucket].Nodes; n >= 0; n = _nodes[n].Next)
            {
                if (Overlap(a, _nodes[n].Address) && IsTakenAt(n, a)) return false;
            }

            return true;
        }

        ReadOnlySpan<IpAddress> met = [a.Address, IpAddress.Any4, default];
        foreach (IpAddress address in met)
        {
            if (IsTakenAt(Find(address, port), a)) return false;
        }

        return true;
    }

    private bool IsTakenAt(int node, in PortRequest a)
    {
        for (int i = node < 0 ? -1 : _nodes[node].Active; i >= 0; i = _rows[i].Next)
        {
            if (Shares(a, _rows[i]) == Share.Taken) return true;
        }

        return false;
    }

    // Identifications belong to the host, whatever the address.
    private bool PingInUse(in PortRequest a, int bucket)
    {
        for (int n = _buckets[bucket].Nodes; n >= 0; n = _nodes[n].Next)
        {
            for (int i = _nodes[n].Active; i >= 0; i = _rows[i].Next)
            {
                if (!a.Reuse || !_rows[i].Has(Is.Reuse)) return true;
            }
        }

        return false;
    }
}
