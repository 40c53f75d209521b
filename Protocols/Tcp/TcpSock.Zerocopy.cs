// MSG_ZEROCOPY on a stream, and SO_TIMESTAMPING's stamps of sending (tcp_tx_timestamp, tcp_ack_tstamp; __skb_tstamp_tx, __msg_zerocopy_callback of
// net/core/skbuff.c; Documentation/networking/{msg_zerocopy,timestamping}.rst). Both are told through the error queue.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    // SCM_TSTAMP_*; SO_EE_CODE_ZEROCOPY_COPIED.
    private const byte StampSent = 0, StampScheduled = 1, StampAcked = 2, ZerocopyCopied = 1;

    /// <summary>A call with MSG_ZEROCOPY begins or goes on: before <see cref="StreamCalls.Send"/>, each time. Without SO_ZEROCOPY it is a call like any other.</summary>
    /// <param name="pieces">How many pieces its data has.</param>
    /// <returns>Where the lengths of its pieces go, when it has more than one; else empty.</returns>
    public Span<int> BeginZerocopy(ref SendProgress call, int pieces = 1)
    {
        if (!ZeroCopy || call.Data.IsEmpty) return default;
        TcpZerocopy zerocopy = User.Zerocopy ??= new TcpZerocopy();
        call.Zerocopy ??= zerocopy.Begin(call.Data.Length, joins: !_writeQueue.IsEmpty);
        zerocopy.Enter(call.Zerocopy, call.Done);
        return pieces > 1 ? zerocopy.Pieces(pieces) : default;
    }

    // The call's bytes are taken for its notification.
    internal void EnterZerocopy(in SendProgress call)
    {
        if (call.Zerocopy is { } note) _user!.Zerocopy!.Enter(note, call.Done);
    }

    private TcpZerocopy? ZerocopyOf(MsgFlags flags, int length) =>
        (flags & MsgFlags.ZEROCOPY) != 0 && length > 0 && _user?.Zerocopy is { Current: not null } zerocopy ? zerocopy : null;

    /// <summary>This part of a call is over, or all of it.</summary>
    /// <param name="over">It answers now. Until then it holds its notification, whatever is acknowledged.</param>
    /// <param name="failed">It answers with an error: as if it had not been.</param>
    internal void LeaveZerocopy(ref SendProgress call, bool over, bool failed)
    {
        if (call.Zerocopy is not { } note) return;
        TcpZerocopy zerocopy = _user!.Zerocopy!;
        zerocopy.Enter(null, 0);
        if (!over) return;
        zerocopy.End(note, abort: failed);
        call.Zerocopy = null;
        CompleteZerocopy(zerocopy, all: _state == TcpState.CLOSE);
    }

    // What is acknowledged, or given up, is told.
    private void CompleteZerocopy(TcpZerocopy zerocopy, bool all)
    {
        while (zerocopy.TryTake(_snd.SndUna, all, out uint low, out uint high))
            if (!IsDetached) QueueZerocopy(low, high, ZerocopyCopied);
    }

    /// <summary>tcp_tx_timestamp: the last byte that waits to be sent gets the call's stamps.</summary>
    private void StampTail(uint callFlags)
    {
        uint flags = (Timestamping & ~SofTxRecord) | (callFlags != 0 ? callFlags : Timestamping & SofTxRecord);
        if ((flags & SofTxRecord) == 0 || _writeQueue.Tail is not { Length: > 0 } tail) return;
        (User.Stamps ??= []).Add(new TcpTxStamp(tail.Tcp.EndSeq - 1, flags));
    }

    // A segment leaves: by way of the queue of its device, and by the device.
    private void StampsOnSending(SkBuff seg)
    {
        foreach (TcpTxStamp s in _user!.Stamps!)
        {
            if (s.At < (SeqNum)seg.Tcp.Seq || s.At >= (SeqNum)seg.Tcp.EndSeq) continue;
            if ((s.Flags & SofTxSched) != 0) QueueTxStamp(s, StampScheduled, seg.Data);
            if ((s.Flags & SofTxSoftware) != 0) QueueTxStamp(s, StampSent, seg.Data);
        }
    }

    /// <summary>tcp_ack_tstamp.</summary>
    private void StampsOnAck(List<TcpTxStamp> stamps, SkBuff seg)
    {
        while (stamps.Count > 0 && stamps[0].At < (SeqNum)seg.Tcp.EndSeq)
        {
            TcpTxStamp s = stamps[0];
            stamps.RemoveAt(0);
            if ((s.Flags & SofTxAck) != 0) QueueTxStamp(s, StampAcked, seg.Data);
        }
    }

    private void QueueTxStamp(in TcpTxStamp s, byte kind, ReadOnlySpan<byte> data) =>
        QueueStamp(kind, s.At - (SeqNum)(_user?.StampKey ?? 0), (s.Flags & SofOptTsonly) != 0 ? [] : data.ToArray(), _mstamp);

    /// <inheritdoc/>
    protected override Errno OnTimestamping(uint flags)
    {
        const uint Id = SofOptId;
        if ((flags & Id) == 0 || (Timestamping & Id) != 0) return Errno.OK;
        if (_state is TcpState.CLOSE or TcpState.LISTEN) return Errno.EINVAL;
        User.StampKey = (flags & SofOptIdTcp) != 0 ? _snd.WriteSeq.Value : _snd.SndUna.Value;
        return Errno.OK;
    }

    /// <summary>sock_cmsg_send for a stream: SO_TIMESTAMPING is this call's own; what is wrong is EINVAL.</summary>
    private Errno ReadControl(ReadOnlySpan<byte> control, out uint stamps)
    {
        stamps = 0;
        var cookie = new IpcmCookie(this);
        if (cookie.ReadSocketOnly(control, this) != Errno.OK) return Errno.EINVAL;
        stamps = cookie.TxStamps;
        return Errno.OK;
    }
}

/// <summary>Stamps that a byte asks for.</summary>
/// <param name="Flags">SOF_TIMESTAMPING_*.</param>
internal readonly record struct TcpTxStamp(SeqNum At, uint Flags);
