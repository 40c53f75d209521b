// One datagram of many sends: MSG_MORE and UDP_CORK (udp_sendmsg's do_append_data, udp_push_pending_frames, udp_flush_pending_frames of net/ipv4/udp.c).

namespace ActorNet.Protocols;

/// <summary>Where a datagram goes, by which route, with which values of its own.</summary>
internal readonly record struct UdpWay(SockAddr Peer, RouteOut Route, IpcmCookie Ipc, bool Connected, int Segment);

/// <summary>A datagram that is not complete yet. Its first send has settled where it goes.</summary>
internal sealed class UdpCork(UdpWay way)
{
    private byte[] _data = [];

    public readonly UdpWay Way = way;

    public int Length { get; private set; }

    /// <summary>The first and the last of its calls with MSG_ZEROCOPY; null: there was none.</summary>
    public uint? FirstCall { get; private set; }

    /// <inheritdoc cref="FirstCall"/>
    public uint LastCall { get; private set; }

    /// <summary>A call with MSG_ZEROCOPY is part of it.</summary>
    public void NoteCall(uint number)
    {
        FirstCall ??= number;
        LastCall = number;
    }

    public ReadOnlySpan<byte> Data => _data.AsSpan(0, Length);

    /// <summary>Nothing has been added yet.</summary>
    public bool IsNew { get; private set; } = true;

    public void Add(ReadOnlySpan<byte> data)
    {
        IsNew = false;
        if (_data.Length < Length + data.Length) Array.Resize(ref _data, Math.Max(Length + data.Length, 2 * _data.Length));
        data.CopyTo(_data.AsSpan(Length));
        Length += data.Length;
    }
}

public sealed partial class UdpSock
{
    private UdpCork? _cork;

    // An error loses the whole datagram, what came before included.
    private SysResult Append(ReadOnlySpan<byte> data, bool corks, MsgFlags flags, Instant now)
    {
        UdpCork cork = _cork!;
        Errno e = MayTransmit(cork.Length + data.Length, cork.Way, flags, now);
        if (e != Errno.OK)
        {
            if (e != Errno.EAGAIN || cork.Length == 0) Lose();
            return e;
        }

        if (IsZerocopy(flags) && (data.Length > 0 || cork.IsNew)) cork.NoteCall(Notices.Call++);
        cork.Add(data);
        if (!corks) e = Push(now);
        return e == Errno.OK ? data.Length : e;
    }

    /// <summary>udp_push_pending_frames.</summary>
    private Errno Push(Instant now)
    {
        if (_cork is not { } cork) return Errno.OK;
        _cork = null;
        Errno e = Transmit(cork.Data, cork.Way, now);
        TellZerocopy(cork.FirstCall, cork.LastCall);
        return e;
    }

    // udp_flush_pending_frames.
    private void Lose()
    {
        if (_cork is not { } cork) return;
        _cork = null;
        TellZerocopy(cork.FirstCall, cork.LastCall);
    }

    /// <inheritdoc/>
    public override void Close(Instant now)
    {
        _cork = null; // udp_flush_pending_frames
        base.Close(now);
    }
}
