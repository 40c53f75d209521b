// One datagram that is being put together again: struct ipq with inet_frag_queue_insert (net/ipv4/inet_fragment.c) and the rules of
// ip_frag_queue (net/ipv4/ip_fragment.c). RFC 791 3.2, RFC 815; an overlap kills the whole datagram (RFC 5722's rule, taken over for IPv4).

using System.Runtime.InteropServices;

namespace ActorNet.Protocols;

/// <summary>Whose fragments belong together. IPv4 addresses in host order.</summary>
internal readonly record struct FragKey(uint Saddr, uint Daddr, ushort Id, byte Protocol)
{
    public override int GetHashCode()
    {
        ulong h = ((ulong)Saddr << 32 | Daddr) * 0x9E37_79B9_7F4A_7C15 ^ (ulong)Id << 8 ^ Protocol;
        return (int)(h * 0xD6E8_FEB8_6659_FD93 >> 32);
    }
}

/// <summary>What a fragment did.</summary>
internal enum FragInsert { ADDED, DUPLICATE, OVERLAP, CORRUPT }

/// <summary>The fragments of one datagram, in the order of their offsets, with their IP headers still in front of their data.</summary>
internal sealed class IpFragQueue
{
    // Contiguous stretches as fragments made them; two that come to touch stay two, as Linux's do not merge either.
    private readonly List<(int Start, int End)> _runs = [];
    private SkBuff? _tail;

    public FragKey Key;
    public Instant Deadline;

    /// <summary>The source's count of fragments when the last one of this datagram came.</summary>
    public uint Rid;

    public IpFragQueue? Older, Newer;

    public SkBuff? First { get; private set; }

    public bool FirstIn { get; private set; }

    public bool LastIn { get; private set; }

    /// <summary>Bytes of data: the datagram's as far as known, and those here.</summary>
    public int Len { get; private set; }

    public int Meat { get; private set; }

    public int Truesize { get; private set; }

    /// <summary>The ECN fields seen, a bit for each value.</summary>
    public int Ecn { get; private set; }

    public int MaxSize { get; private set; }

    public int MaxDfSize { get; private set; }

    public bool IsComplete => FirstIn && LastIn && Meat == Len;

    /// <summary>Adds a fragment. Only ADDED takes the packet; OVERLAP and CORRUPT condemn the datagram.</summary>
    /// <param name="skb">Data at the IP header, trimmed to the total length.</param>
    public FragInsert Add(SkBuff skb, in Ipv4Header h)
    {
        int offset = h.FragmentOffset, end = offset + skb.Length - h.HeaderLength;
        if (!h.MoreFragments)
        {
            if (end < Len || LastIn && end != Len) return FragInsert.CORRUPT;
            LastIn = true;
            Len = end;
        }
        else
        {
            end &= ~7; // a fragment that is not the last ends on a multiple of eight: what is beyond is cut off
            if (end > Len)
            {
                if (LastIn) return FragInsert.CORRUPT;
                Len = end;
            }
        }

        if (end == offset) return FragInsert.CORRUPT;
        FragInsert placed = Place(offset, end);
        if (placed != FragInsert.ADDED) return placed;
        skb.Trim(h.HeaderLength + end - offset);
        skb.Ip.FragOffset = offset;
        Link(skb, offset);
        int size = h.HeaderLength + end - offset;
        Meat += end - offset;
        Truesize += skb.Truesize;
        Ecn |= 1 << (h.Tos & 3);
        FirstIn |= offset == 0;
        MaxSize = Math.Max(MaxSize, size);
        if (h.DontFragment) MaxDfSize = Math.Max(MaxDfSize, size);
        return FragInsert.ADDED;
    }

    /// <summary>Gives all packets up as a chain, and is empty.</summary>
    public SkBuff? Clear()
    {
        SkBuff? chain = First;
        First = _tail = null;
        _runs.Clear();
        FirstIn = LastIn = false;
        Len = Meat = Truesize = Ecn = MaxSize = MaxDfSize = 0;
        return chain;
    }

    private FragInsert Place(int offset, int end)
    {
        Span<(int Start, int End)> runs = CollectionsMarshal.AsSpan(_runs);
        int n = runs.Length;
        if (n == 0 || runs[n - 1].End < end)
        {
            if (n > 0 && offset < runs[n - 1].End) return FragInsert.OVERLAP;
            if (n > 0 && offset == runs[n - 1].End) runs[n - 1].End = end;
            else _runs.Add((offset, end));
            return FragInsert.ADDED;
        }

        int low = 0, high = n;
        while (low < high)
        {
            int i = (low + high) / 2;
            if (end <= runs[i].Start) high = i;
            else if (offset >= runs[i].End) low = i + 1;
            else return offset >= runs[i].Start && end <= runs[i].End ? FragInsert.DUPLICATE : FragInsert.OVERLAP;
        }

        _runs.Insert(low, (offset, end));
        return FragInsert.ADDED;
    }

    private void Link(SkBuff skb, int offset)
    {
        skb.Next = null;
        if (_tail is null)
        {
            First = _tail = skb;
        }
        else if (offset > _tail.Ip.FragOffset)
        {
            _tail.Next = skb;
            _tail = skb;
        }
        else if (offset < First!.Ip.FragOffset)
        {
            skb.Next = First;
            First = skb;
        }
        else
        {
            SkBuff at = First;
            while (at.Next!.Ip.FragOffset < offset) at = at.Next;
            skb.Next = at.Next;
            at.Next = skb;
        }
    }
}
