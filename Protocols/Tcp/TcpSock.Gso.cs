// Several segments as one packet, for a device that cuts it (or the stack in front of one): sk_setup_caps (net/core/sock.c), the tso_segs of tcp_write_xmit, and
// the checksum that is left to the device (net/ipv4/tcp_output.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>sk_route_caps: what the device of the present route does for its host.</summary>
    private NetIfFeature RouteFeatures
    {
        get
        {
            if (Net.Fib is not { } fib) return NetIfFeature.None;
            TcpFlow flow = Flow;
            if (flow.FeaturesGen == fib.GenId) return flow.Features;
            flow.FeaturesGen = fib.GenId;
            RouteOut r = fib.Output(Peer.Address.V4, Local.Address.V4, BoundIfIndex, _mstamp, Transparent);
            return flow.Features = r.Errno == Errno.OK && r.Type == RouteType.UNICAST ? r.Device.Features : NetIfFeature.None;
        }
    }

    /// <summary>sk_can_gso, and whether these segments can be one packet: all full but the last, nothing in them that each has its own of.</summary>
    private bool CanGso(SkBuff first, int run)
    {
        if ((RouteFeatures & (NetIfFeature.TSO | NetIfFeature.GSO)) == 0) return false;
        if (Md5Key is not null || IsAccEcn || UrgentMode || _state != TcpState.ESTABLISHED || Net.EgressDrops is not null || _user is { Stamps.Count: > 0 }) return false;
        int bytes = 0;
        SkBuff s = first;
        for (int i = 0; i < run; i++, s = s.Next!)
        {
            bytes += s.Length;
            if (s.Length != first.Length && (i < run - 1 || s.Length > first.Length)) return false;
            if (s.Length == 0 || (i < run - 1 && (s.Tcp.Flags & unchecked((byte)~TcpFlags.ACK)) != 0)) return false;
        }

        return bytes <= GsoMaxSize;
    }

    /// <summary>Sends the first segments of the write queue as one packet; they stay segments in the retransmit queue.</summary>
    /// <returns>Bytes of payload.</returns>
    private int TransmitRun(SkBuff first, int run, int mss)
    {
        BeginRun(first);
        int bytes = 0;
        SkBuff s = first, last = first;
        for (int i = 0; i < run; i++, s = s.Next!)
        {
            NoteSent(s, nothingInFlight: i == 0 && _packetsOut == 0);
            bytes += s.Length;
            last = s;
        }

        Transmit(first.Tcp.Seq, (TcpFlags)last.Tcp.Flags | TcpFlags.PSH, default, first, run, bytes);
        for (int i = 0; i < run; i++)
        {
            SkBuff next = first.Next!;
            NewDataSent(first, mss);
            first = next;
        }

        return bytes;
    }

    // Of a packet that the device finishes: all payloads one behind the other; the checksum's field has what the device goes on from.
    private void FillForDevice(SkBuff pkt, Span<byte> b, int header, ReadOnlySpan<byte> payload, SkBuff? run, int segs)
    {
        if (run is null)
        {
            payload.CopyTo(b[header..]);
        }
        else
        {
            pkt.GsoSize = run.Length;
            pkt.GsoSegs = segs;
            SkBuff s = run;
            int at = header;
            for (int i = 0; i < segs; i++, s = s.Next!)
            {
                s.Next?.PrefetchData();
                s.Data.CopyTo(b[at..]);
                at += s.Length;
            }
        }

        BinaryPrimitives.WriteUInt16BigEndian(b[16..], (ushort)InternetChecksum.PseudoHeader(Local.Address, Peer.Address, (byte)IpProtocol.TCP, b.Length));
        pkt.IpSummed = SkbChecksum.PARTIAL;
    }
}
