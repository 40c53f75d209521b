// SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING and the control messages of the socket layer: sock_set_timestamp, __sock_recv_timestamp,
// sock_recv_cmsgs (net/core/sock.c, net/socket.c; man 7 socket).

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    // SOF_TIMESTAMPING_*: the whole mask of 6.18, and those bits that make a receiver's stamp.
    private const uint TimestampingMask = (1u << 19) - 1, RxSoftware = 1 << 3, Software = 1 << 4, OptStats = 1 << 12, BindPhc = 1 << 15;

    /// <summary>Stamps of sending, by what they say of: the device's queue, the device, the acknowledgement; all of them; and how they are told.</summary>
    protected const uint SofTxSoftware = 1 << 1, SofTxSched = 1 << 8, SofTxAck = 1 << 9, SofTxRecord = 1 | SofTxSoftware | SofTxSched | SofTxAck | 1 << 18;

    /// <inheritdoc cref="SofTxSoftware"/>
    protected const uint SofOptId = 1 << 7, SofOptTsonly = 1 << 11, SofOptIdTcp = 1 << 16;

    /// <summary>SOF_TIMESTAMPING_* as set.</summary>
    protected uint Timestamping
    {
        get => _userOptions?.Timestamping ?? 0;
        private set
        {
            if (_userOptions is not null || value != 0) UserOptions.Timestamping = value;
        }
    }

    /// <summary>sock_setTimestamping: the protocol's say, before the flags are set.</summary>
    protected virtual Errno OnTimestamping(uint flags) => Errno.OK;

    /// <summary>Seconds from 1970 to the beginning of a run (2000-01-01T00:00:00Z): the hosts' wall clock.</summary>
    public const long Epoch = 946_684_800;

    private StampKind _stamps;
    private bool _stampsAreNew;

    /// <summary>How stamps are given (SOCK_RCVTSTAMP, SOCK_RCVTSTAMPNS). Whether by the new structures (SOCK_TSTAMP_NEW) is said by who set something last.</summary>
    private enum StampKind : byte { None, Micros, Nanos }

    /// <summary>The options about stamps; null for another.</summary>
    private Errno? SetStampOption(SockOpt option, int v)
    {
        switch (option)
        {
            case SockOpt.SO_TIMESTAMP or SockOpt.SO_TIMESTAMP_NEW: return Set(StampKind.Micros);
            case SockOpt.SO_TIMESTAMPNS or SockOpt.SO_TIMESTAMPNS_NEW: return Set(StampKind.Nanos);
            case SockOpt.SO_TIMESTAMPING or SockOpt.SO_TIMESTAMPING_NEW:
                return SetTimestamping((uint)v, option == SockOpt.SO_TIMESTAMPING_NEW);
            default: return null;
        }

        Errno Set(StampKind kind)
        {
            _stamps = v != 0 ? kind : StampKind.None;
            if (v != 0) _stampsAreNew = option is SockOpt.SO_TIMESTAMP_NEW or SockOpt.SO_TIMESTAMPNS_NEW;
            return Errno.OK;
        }
    }

    // sock_setTimestamping. EINVAL: unknown bits, or one without the one it needs; EOPNOTSUPP, of a bound socket EINVAL: a clock of a device, which none has.
    private Errno SetTimestamping(uint flags, bool isNew)
    {
        if ((flags & ~TimestampingMask) != 0 || (flags & (SofOptIdTcp | SofOptId)) == SofOptIdTcp) return Errno.EINVAL;
        if (OnTimestamping(flags) is var refused and not Errno.OK) return refused;
        if ((flags & (OptStats | SofOptTsonly)) == OptStats) return Errno.EINVAL;
        if ((flags & BindPhc) != 0) return BoundIfIndex == 0 ? Errno.EOPNOTSUPP : Errno.EINVAL;
        (Timestamping, _stampsAreNew) = (flags, isNew);
        return Errno.OK;
    }

    private int? GetStampOption(SockOpt option) => option switch
    {
        SockOpt.SO_TIMESTAMP => _stamps == StampKind.Micros && !_stampsAreNew ? 1 : 0,
        SockOpt.SO_TIMESTAMPNS => _stamps == StampKind.Nanos && !_stampsAreNew ? 1 : 0,
        SockOpt.SO_TIMESTAMP_NEW => _stamps == StampKind.Micros && _stampsAreNew ? 1 : 0,
        SockOpt.SO_TIMESTAMPNS_NEW => _stamps == StampKind.Nanos && _stampsAreNew ? 1 : 0,
        _ => null,
    };

    private protected void InheritStamps(Sock from) => (_stamps, _stampsAreNew, Timestamping) = (from._stamps, from._stampsAreNew, from.Timestamping);

    /// <summary>sock_recv_cmsgs: what the socket layer says of a packet.</summary>
    /// <param name="stamp">When it came (skb->tstamp).</param>
    /// <param name="drops">SO_RXQ_OVFL: how many were dropped before it was queued.</param>
    protected void PutSocketCmsgs(ref CmsgWriter control, Instant stamp, uint mark, int priority, int drops)
    {
        if (_stamps != StampKind.None) PutStamp(ref control, stamp);
        else if ((Timestamping & RxSoftware) == 0) NoteStamp(stamp);
        if ((Timestamping & Software) != 0 && (Timestamping & RxSoftware) != 0)
        {
            // Three times: software's, an obsolete one, the device's.
            Span<byte> three = stackalloc byte[48];
            three.Clear();
            WriteTime(three, stamp, 1);
            control.Put((int)SockLevel.SOCKET, (int)(_stampsAreNew ? SockOpt.SO_TIMESTAMPING_NEW : SockOpt.SO_TIMESTAMPING), three);
        }

        if (RxqOvfl && drops != 0) control.Put((int)SockLevel.SOCKET, (int)SockOpt.SO_RXQ_OVFL, drops);
        if (RcvMark) control.Put((int)SockLevel.SOCKET, (int)SockOpt.SO_MARK, (int)mark);
        if (RcvPriority) control.Put((int)SockLevel.SOCKET, (int)SockOpt.SO_PRIORITY, priority);
    }

    /// <summary>A stamp of sending, for who asked for software's.</summary>
    protected void PutStamps(ref CmsgWriter control, Instant stamp)
    {
        if (_stamps != StampKind.None) PutStamp(ref control, stamp);
        if ((Timestamping & Software) == 0) return;
        Span<byte> three = stackalloc byte[48];
        three.Clear();
        WriteTime(three, stamp, 1);
        control.Put((int)SockLevel.SOCKET, (int)SockOpt.SO_TIMESTAMPING, three);
    }

    private void PutStamp(ref CmsgWriter control, Instant stamp)
    {
        Span<byte> time = stackalloc byte[16];
        bool nanos = _stamps == StampKind.Nanos;
        WriteTime(time, stamp, nanos ? 1 : 1000);
        SockOpt type = nanos
            ? _stampsAreNew ? SockOpt.SO_TIMESTAMPNS_NEW : SockOpt.SO_TIMESTAMPNS
            : _stampsAreNew ? SockOpt.SO_TIMESTAMP_NEW : SockOpt.SO_TIMESTAMP;
        control.Put((int)SockLevel.SOCKET, (int)type, time);
    }

    private static void WriteTime(Span<byte> b, Instant at, int unit)
    {
        BinaryPrimitives.WriteInt64LittleEndian(b, Epoch + at.Nanoseconds / 1_000_000_000);
        BinaryPrimitives.WriteInt64LittleEndian(b[8..], at.Nanoseconds % 1_000_000_000 / unit);
    }
}
