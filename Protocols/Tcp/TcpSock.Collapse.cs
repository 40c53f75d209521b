// Squeezing what waits: packets that are mostly book-keeping move together into whole pages (tcp_collapse, tcp_collapse_ofo_queue; net/ipv4/tcp_input.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    // SKB_MAX_ORDER(0, 0): what one page holds beside the shared info.
    private const int PageRoom = 3776;

    /// <summary>tcp_collapse_ofo_queue: run by run of what touches; runs of one small packet are left alone, and when many are such, so is the rest.</summary>
    private void CollapseOutOfOrder()
    {
        if (_ofo is not { Queue.IsEmpty: false } ofo) return;
        int tiny = 0;
        SkBuff? head = ofo.Queue.Head;
        while (head is not null)
        {
            SeqNum start = head.Tcp.Seq, end = head.Tcp.EndSeq;
            int truesize = RxCharge(head), first = truesize;
            SkBuff? tail = head.Next;
            for (; tail is not null && (SeqNum)tail.Tcp.Seq <= end && (SeqNum)tail.Tcp.EndSeq >= start; tail = tail.Next)
            {
                truesize += RxCharge(tail);
                start = SeqNum.Min(start, tail.Tcp.Seq);
                end = SeqNum.Max(end, tail.Tcp.EndSeq);
            }

            if (truesize != first || end - start >= PageRoom)
            {
                Collapse(ref ofo.Queue, head, tail, start, end);
            }
            else
            {
                tiny += truesize;
                if (tiny > Rcvbuf >> 3) return;
            }

            head = tail;
        }
    }

    /// <summary>
    /// tcp_collapse: from the first packet that is bloated, begins before what is wanted, or does not go on where the one before it ends. Never across a FIN.
    /// </summary>
    /// <param name="tail">The first that does not belong to it; null for the queue's end.</param>
    private void Collapse(ref SegmentQueue queue, SkBuff? head, SkBuff? tail, SeqNum start, SeqNum end)
    {
        SkBuff? skb = head;
        bool found = false;
        while (skb is not null && skb != tail)
        {
            if (start >= skb.Tcp.EndSeq)
            {
                skb = CollapseOne(ref queue, skb); // no new bytes in it
                continue;
            }

            bool fin = (skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0;
            found = (!fin && (WinFromSpace(RxCharge(skb)) > skb.Length || (SeqNum)skb.Tcp.Seq < start))
                || (skb.Next is { } next && next != tail && skb.Tcp.EndSeq != next.Tcp.Seq);
            if (found) break;
            start = skb.Tcp.EndSeq;
            skb = skb.Next;
        }

        if (!found || (skb!.Tcp.Flags & (byte)TcpFlags.FIN) != 0) return;
        while (start < end)
        {
            int copy = Math.Min(PageRoom, end - start);
            SkBuff page = NewPage(skb!, copy, start);
            queue.InsertBefore(skb, page);
            MemForce(page.LinearTruesize);
            RmemCharge(page.LinearTruesize);
            while (copy > 0)
            {
                int offset = start - skb!.Tcp.Seq, size = Math.Min(copy, (SeqNum)skb.Tcp.EndSeq - start);
                if (size > 0)
                {
                    page.Put(skb.Data.Slice(offset, size));
                    page.Tcp.EndSeq += (uint)size;
                    copy -= size;
                    start += size;
                }

                if (start < skb.Tcp.EndSeq) continue;
                skb = CollapseOne(ref queue, skb);
                if (skb is null || skb == tail || (skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0) return;
            }
        }
    }

    // An empty packet for so many bytes, with the notes of the one whose place it takes.
    private SkBuff NewPage(SkBuff like, int bytes, SeqNum start)
    {
        SkBuff page = Net.Pool.Alloc(bytes);
        page.Protocol = like.Protocol;
        page.Tstamp = like.Tstamp;
        page.Ip = like.Ip;
        page.Tcp = like.Tcp;
        page.Tcp.Held = 0;
        page.Tcp.Continues = false;
        page.Tcp.Frags = 1;
        page.Tcp.Seq = page.Tcp.EndSeq = start.Value;
        page.SetLinearPage(bytes);
        return page;
    }

    /// <summary>tcp_collapse_one: it goes; what follows it.</summary>
    private SkBuff? CollapseOne(ref SegmentQueue queue, SkBuff skb)
    {
        SkBuff? next = skb.Next;
        queue.Remove(skb);
        RmemUncharge(RxCharge(skb));
        Inc(Snmp.TcpExtTCPRcvCollapsed);
        skb.Free();
        return next;
    }
}
