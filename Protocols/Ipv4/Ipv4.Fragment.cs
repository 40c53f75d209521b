// Cutting a datagram (RFC 791 3.2): ip_do_fragment, ip_frag_next (net/ipv4/ip_output.c) and ip_options_fragment (net/ipv4/ip_options.c).

namespace ActorNet.Protocols;

public sealed partial class Ipv4
{
    private const int Headroom = 128;

    // Takes the packet, queues its fragments in order. A fragment may be cut again: offsets and "more fragments" go on from its own.
    private void Fragment(SkBuff skb, InDevice device, uint nextHop, int mtu)
    {
        if (skb.IpSummed == SkbChecksum.PARTIAL) TcpSegmentation.FillChecksum(skb, 0);
        Span<byte> data = skb.Data;
        var v = new Ipv4View(data);
        int headerLength = v.HeaderLength, room = mtu - headerLength & ~7, left = data.Length - headerLength;
        int offset = v.FragmentOffset;
        bool last = !v.MoreFragments;
        if (room < 8 || offset + left > Fib.MaxMtu)
        {
            _net.Mib.Inc(Snmp.IpFragFails);
            _net.Mib.Drop(skb, DropReason.PKT_TOO_BIG);
            return;
        }

        Span<byte> header = stackalloc byte[headerLength];
        data[..headerLength].CopyTo(header);
        for (int at = headerLength; left > 0;)
        {
            // The last one may fill the MTU to the byte; the others end on a multiple of eight.
            int n = left <= mtu - headerLength ? left : room;
            SkBuff f = _net.Pool.Alloc(Headroom, headerLength + n);
            Span<byte> to = f.Put(headerLength + n);
            header.CopyTo(to);
            data.Slice(at, n).CopyTo(to[headerLength..]);
            BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)(headerLength + n));
            BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)(offset >> 3 | (left > n || !last ? Ipv4Header.IP_MF : 0)));
            Ipv4View.SendCheck(to[..headerLength]);
            f.TransportHeader = f.DataOffset + headerLength;
            f.Priority = skb.Priority;
            f.Mark = skb.Mark;
            f.Tstamp = skb.Tstamp;
            f.Ip.ConfirmNeighbour = skb.Ip.ConfirmNeighbour;
            skb.ShareOwner(f, Truesize.Of(headerLength + n));
            Enqueue(f, device, nextHop);
            _net.Mib.Inc(Snmp.IpFragCreates);
            if (at == headerLength) DropUncopied(header[Ipv4Header.MinLength..]);
            at += n;
            offset += n;
            left -= n;
        }

        _net.Mib.Inc(Snmp.IpFragOKs);
        skb.Free();
    }

    // Options without the copy flag stand in the first fragment only; their place is filled with NOP, as Linux does, and the header keeps its length.
    private static void DropUncopied(Span<byte> options)
    {
        for (int i = 0; i < options.Length;)
        {
            byte type = options[i];
            if (type == Ipv4Options.EOL) return;
            int length = type == Ipv4Options.NOP || i + 1 >= options.Length ? 1 : options[i + 1];
            if (type != Ipv4Options.NOP && (length < 2 || i + length > options.Length)) return;
            if (type != Ipv4Options.NOP && (type & Ipv4Options.COPY) == 0) options.Slice(i, length).Fill(Ipv4Options.NOP);
            i += length;
        }
    }
}
