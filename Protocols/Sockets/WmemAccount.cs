// sk_wmem_alloc: what a datagram socket has sent and its devices have not sent on yet (sock_alloc_send_pskb, skb_set_owner_w, sock_wfree of
// net/core/sock.c). A packet is charged when it is made and uncharged when it is freed, or when the device has put it on the wire: a device knows that
// time as soon as it takes the packet, so the charge waits here, and the packet crosses the cable without it.

namespace ActorNet.Protocols;

/// <summary>A socket's account of packets on their way. Owned by the host's loop; it outlives the socket, as the packets may.</summary>
/// <param name="onSpace">Something was let go of while somebody waits for room. Not in the socket's turn.</param>
public sealed class WmemAccount(Action onSpace)
{
    private readonly Queue<(long At, int Charge)> _leaving = new();

    /// <summary>Truesize of all that is on its way, bytes, as of the last <see cref="Advance"/>.</summary>
    public int Alloc { get; private set; }

    /// <summary>SOCK_NOSPACE: a send was refused, or poll has shown no room; who waits is told when there is some.</summary>
    public bool NoSpace { get; set; }

    /// <summary>When the next packet leaves its device; Never when none is there.</summary>
    public Instant NextLeaving => _leaving.TryPeek(out (long At, int Charge) e) ? new Instant(e.At) : Instant.Never;

    /// <summary>Lets go of what has left by now.</summary>
    public void Advance(Instant now)
    {
        while (_leaving.TryPeek(out (long At, int Charge) e) && e.At <= now.Nanoseconds)
        {
            _leaving.Dequeue();
            Alloc -= e.Charge;
        }
    }

    internal void Charge(int bytes) => Alloc += bytes;

    /// <summary>sock_wfree.</summary>
    internal void Uncharge(int bytes)
    {
        Alloc -= bytes;
        if (NoSpace) onSpace();
    }

    /// <summary>A device will have sent the packet at this time. Two devices may tell of times in any order; the later one then waits for the earlier.</summary>
    internal void UnchargeAt(int bytes, Instant at, Instant now)
    {
        if (at <= now && _leaving.Count == 0)
        {
            Uncharge(bytes);
            return;
        }

        _leaving.Enqueue((at.Nanoseconds, bytes));
        if (NoSpace && _leaving.Count == 1) onSpace(); // from now on there is a time to wake at
    }
}

/// <summary>skb->truesize of a datagram as alloc_skb and __ip_append_data of a 64-bit kernel with 4 KiB pages make it (measured on 6.18).</summary>
public static class Truesize
{
    // What a packet needs beside its IP packet: LL_RESERVED_SPACE of an Ethernet device, and alignment.
    private const int AllocExtra = 16 + 15;

    // The first bytes of a packet whose data lies in pages: IP header, transport header.
    private const int PagedHead = Ipv4Header.MinLength + 8;

    /// <param name="length">The IP packet's length, bytes, header included.</param>
    public static int Of(int length) => (length + AllocExtra) switch
    {
        <= 256 => 832,
        <= 704 => 1280,
        <= 1728 => 2304,
        <= 3776 => 4352,
        <= 7872 => 8448,
        < 16_064 => 16_640,
        _ => 832 + length - PagedHead,
    };

    /// <summary>Of a datagram that an MTU cuts: its fragments'.</summary>
    /// <param name="payload">Bytes behind the IP header.</param>
    public static int Of(int payload, int headerLength, int mtu)
    {
        if (payload + headerLength <= mtu) return Of(payload + headerLength);
        int room = mtu - headerLength & ~7, sum = 0;
        if (room <= 0) return Of(payload + headerLength);
        for (; payload > room; payload -= room) sum += Of(room + headerLength);
        return sum + Of(payload + headerLength);
    }
}
