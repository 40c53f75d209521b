// What a connection's queues count for: sk_rmem_alloc and sk_wmem_queued by truesize, charged against sk_forward_alloc and so against tcp_mem
// (sk_rmem_schedule, tcp_wmem_schedule, tcp_stream_alloc_skb, tcp_wmem_free_skb, sk_stream_moderate_sndbuf; include/net/sock.h, tcp.c, core/stream.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>
    /// SKB_TRUESIZE of the kernel's empty packet for sending (struct sk_buff and a small head), as 6.18 charges it. Bytes come on top, one for one: they lie in
    /// pages. What the kernel keeps as one packet is a run of segments here, so only the first of a run is charged for it.
    /// </summary>
    private const int SegmentCharge = 832;

    /// <inheritdoc/>
    protected override ProtoMemory? Memory => Net.TcpMemory;

    /// <summary>What a segment to be sent counts for in sk_wmem_queued. The buffer it lies in is larger, and is not what counts.</summary>
    private static int Charge(SkBuff skb) => skb.Length + (skb.Tcp.Continues ? 0 : SegmentCharge);

    /// <inheritdoc/>
    protected override bool IsBelowMinimum(SockMemory kind) =>
        kind == SockMemory.Receive ? _rmemAlloc < Sysctl.tcp_rmem_min : _wmemQueued < Sysctl.tcp_wmem_min;

    /// <summary>
    /// What a received segment counts for in sk_rmem_alloc: as it would on Linux over loopback or veth, where the receiver gets the sender's packet. One that
    /// the kernel would join to the packet before it (tcp_try_coalesce) adds its bytes only; and of such a packet all is charged for until all is read. One that a
    /// program wrote to a TUN device is one buffer (<see cref="SkBuff.LinearTruesize"/>), and what is joined to it lies in its room and adds nothing.
    /// </summary>
    private static int RxCharge(SkBuff skb) =>
        (skb.Tcp.Continues ? (skb.LinearTruesize > 0 ? 0 : skb.Length) : skb.LinearTruesize > 0 ? skb.LinearTruesize : skb.Length + SegmentCharge) + skb.Tcp.Held;

    private static int RxCharge(in SegmentQueue queue)
    {
        int n = 0;
        for (SkBuff? skb = queue.Head; skb is not null; skb = skb.Next) n += RxCharge(skb);
        return n;
    }

    /// <summary>A segment of the receive queue has been read: it goes, and its charge with it, or later, with the last of its packet.</summary>
    private void FreeReceived(SkBuff skb)
    {
        if (skb.Next is { Tcp.Continues: true } rest) rest.Tcp.Held += RxCharge(skb);
        else RmemUncharge(RxCharge(skb));
        _receiveQueue.Remove(skb);
        skb.Free();
    }

    private bool UnderMemoryPressure => Net.TcpMemory.UnderPressure;

    /// <summary>skb_set_owner_r: the pages must have been scheduled, or forced.</summary>
    private void RmemCharge(int size)
    {
        _rmemAlloc += size;
        MemCharge(size);
    }

    /// <summary>sock_rfree.</summary>
    private void RmemUncharge(int size)
    {
        if (size == 0) return;
        _rmemAlloc -= size;
        MemUncharge(size, _mstamp);
    }

    private void WmemCharge(int size)
    {
        _wmemQueued += size;
        MemCharge(size);
    }

    /// <summary>tcp_wmem_free_skb.</summary>
    private void WmemUncharge(int size)
    {
        if (size == 0) return;
        _wmemQueued -= size;
        MemUncharge(size, _mstamp);
    }

    /// <summary>A segment becomes a packet of its own: it is charged as one from now on (tso_fragment).</summary>
    private void BeginRun(SkBuff skb)
    {
        if (!skb.Tcp.Continues) return;
        skb.Tcp.Continues = false;
        MemForce(SegmentCharge);
        WmemCharge(SegmentCharge);
    }

    /// <summary>tcp_stream_alloc_skb: memory for one more packet; the only one that a connection has is always granted.</summary>
    private bool ScheduleSegment()
    {
        if (IsSendIdle)
        {
            MemForce(SegmentCharge);
            return true;
        }

        if (MemScheduleSend(SegmentCharge)) return true;
        return false;
    }

    /// <summary>tcp_wmem_schedule: how many of so many bytes may be copied now.</summary>
    /// <param name="head">What is scheduled for the packet that they begin, and not charged yet.</param>
    private int ScheduleCopy(int bytes, int head)
    {
        if (MemScheduleSend(head + bytes)) return bytes;
        // With little queued some progress is guaranteed: tcp_wmem's first number.
        int left = Sysctl.tcp_wmem_min - _wmemQueued;
        if (left > 0) MemForce(head + Math.Min(left, bytes));
        return Math.Min(bytes, ForwardAlloc - head);
    }

    private bool MemScheduleSend(int size)
    {
        if (MemSchedule(size, SockMemory.Send, _mstamp)) return true;
        ModerateSndbuf();
        // A socket that has filled its buffer goes on: it would only wait for its own ACKs otherwise.
        if (_wmemQueued + size < Sndbuf) return false;
        MemForce(size);
        return true;
    }

    /// <summary>sk_stream_moderate_sndbuf: memory is short; make do with half of what is queued.</summary>
    private void ModerateSndbuf()
    {
        if (SndbufLocked) return;
        Sndbuf = Math.Max(Math.Min(Sndbuf, _wmemQueued >> 1), MinSndbuf);
    }

    /// <summary>sk_stream_wait_memory: nobody may wake a writer that tcp_mem refused, so it asks again in a while.</summary>
    private void WaitForMemory() => Flow.MemoryAt = _mstamp + Duration.FromMilliseconds(2 + (long)Net.Tcp.Random.Below(200));

    // sk_sockets_allocated_dec, once.
    private void CountOut()
    {
        if (Has(TcpSockFlags.CountedOut)) return;
        Set(TcpSockFlags.CountedOut);
        Net.TcpMemory.Close();
    }

    /// <summary>tcp_out_of_memory: TCP as a whole holds more than tcp_mem's last number, and this one a part of it.</summary>
    private bool IsOutOfMemory => _wmemQueued > MinSndbuf && Net.TcpMemory.IsExhausted;
}
