// What a datagram's sender is told through its error queue: MSG_ZEROCOPY's notifications (__ip_append_data of net/ipv4/ip_output.c, __msg_zerocopy_callback of
// net/core/skbuff.c) and SO_TIMESTAMPING's stamps of sending (sock_tx_timestamp, __skb_tstamp_tx). Both at the moment of sending: bytes are copied here, as
// Linux copies them for lo and TUN devices, and the notification says so.

namespace ActorNet.Protocols;

/// <summary>Numbers of calls and datagrams; a socket that asked for neither has none.</summary>
internal sealed class UdpNotices
{
    /// <summary>sk_zckey: the number of the next call with MSG_ZEROCOPY.</summary>
    public uint Call;

    /// <summary>sk_tskey: the number of the next datagram with a stamp.</summary>
    public int Datagram;
}

public sealed partial class UdpSock
{
    // SCM_TSTAMP_*; SO_EE_CODE_ZEROCOPY_COPIED.
    private const byte StampSent = 0, StampScheduled = 1, ZerocopyCopied = 1;

    private UdpNotices? _notices;

    private UdpNotices Notices => _notices ??= new UdpNotices();

    // A call that fails has no number; nor has one that adds nothing to a datagram under way (of a new one there is the header).
    private bool IsZerocopy(MsgFlags flags) => (flags & MsgFlags.ZEROCOPY) != 0 && ZeroCopy;

    // The datagram is on its way, or lost: the calls that made it are done.
    private void TellZerocopy(uint? first, uint last)
    {
        if (first is { } low) QueueZerocopy(low, last, ZerocopyCopied);
    }

    /// <summary>A datagram passes the queue of its device, and the device. Of one in fragments the first is stamped, of UDP_SEGMENT's the first.</summary>
    private void StampSending(in IpcmCookie ipc, ReadOnlySpan<byte> data, Instant now)
    {
        uint flags = (Timestamping & ~SofTxRecord) | (ipc.TxStamps != 0 ? ipc.TxStamps : Timestamping & SofTxRecord);
        if ((flags & SofTxRecord) == 0) return;
        int key = (flags & SofOptId) != 0 ? Notices.Datagram++ : 0;
        byte[] payload = (flags & SofOptTsonly) != 0 ? [] : data.ToArray();
        if ((flags & SofTxSched) != 0) QueueStamp(StampScheduled, key, payload, now);
        if ((flags & SofTxSoftware) != 0) QueueStamp(StampSent, key, payload, now);
    }

    /// <summary>SOF_TIMESTAMPING_OPT_ID counts from when it is set.</summary>
    protected override Errno OnTimestamping(uint flags)
    {
        if ((flags & SofOptId) != 0 && (Timestamping & SofOptId) == 0 && _notices is { } notices) notices.Datagram = 0;
        return Errno.OK;
    }
}
