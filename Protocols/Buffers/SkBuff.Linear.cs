// What a packet counts for that a program wrote to a TUN device: one buffer for all of it, as tun_get_user makes it (drivers/net/tun.c, alloc_skb_with_frags).
// A host's own packets, over loopback or a cable, have their bytes in pages and are not counted this way.

namespace ActorNet.Protocols;

public sealed partial class SkBuff
{
    private const int NetSkbPad = 64, SharedInfo = 320, Book = 256, Page = 4096, MostPages = 8;

    /// <summary>skb->truesize of a packet in one buffer, bytes; 0 when its bytes lie in pages, and TCP counts them one for one.</summary>
    public int LinearTruesize { get; private set; }

    /// <summary>skb_tailroom of a packet in one buffer: what the next one's bytes may fill without being counted.</summary>
    public int LinearRoom { get; set; }

    /// <summary>A program wrote it to a TUN device: head room, the packet, and what kmalloc rounds up to; beyond a page pages.</summary>
    public void SetLinear()
    {
        int length = Length, rest = 0;
        if (NetSkbPad + length >= Page)
        {
            rest = length - (Page - NetSkbPad - SharedInfo);
            length -= rest;
        }

        int room = (NetSkbPad + length) switch { <= 256 => 256, <= 704 => 704, <= 1728 => 1728, <= 3776 => 3776, _ => 7872 };
        LinearTruesize = room + SharedInfo + Book;
        LinearRoom = rest > 0 ? 0 : room - NetSkbPad - length;
        while (rest > 0)
        {
            int pages = MostPages;
            while (pages > 1 && (rest + Page - 1) / Page < pages) pages >>= 1;
            LinearTruesize += pages * Page;
            rest -= pages * Page;
        }
    }

    /// <summary>alloc_skb of so many bytes, all of which will be used.</summary>
    internal void SetLinearPage(int bytes)
    {
        int room = bytes switch { <= 256 => 256, <= 704 => 704, <= 1728 => 1728, _ => 3776 };
        (LinearTruesize, LinearRoom) = (room + SharedInfo + Book, room - bytes);
    }

    /// <summary>It goes into the room of another (skb_try_coalesce), or is a new one of so many bytes.</summary>
    internal void Recount(int truesize, int room) => (LinearTruesize, LinearRoom) = (truesize, room);
}
