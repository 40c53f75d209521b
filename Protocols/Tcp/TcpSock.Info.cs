// TCP_INFO: struct tcp_info (include/uapi/linux/tcp.h), filled as tcp_get_info does. Little-endian, 280 bytes.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>sizeof(struct tcp_info).</summary>
    public const int TcpInfoLength = 280;

    private void WriteInfo(Span<byte> b)
    {
        b.Clear();
        b[0] = (byte)_state;
        WriteAlways(b);
        if (_state == TcpState.LISTEN)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(b[24..], (uint)_listener!.AcceptCount);
            BinaryPrimitives.WriteUInt32LittleEndian(b[28..], (uint)_listener.Backlog);
            return;
        }

        b[1] = (byte)_caState;
        b[2] = _retransmits;
        b[3] = _probesOut;
        b[4] = _backoff;
        b[5] = (byte)((Timestamps ? 1 : 0) | (IsSack ? 2 : 0) | (Has(TcpSockFlags.WscaleOk) ? 4 : 0) | (HasAnyEcn ? 8 : 0) | ((_ecn & EcnFlags.Seen) != 0 ? 16 : 0) | (FastOpen is { SynDataAcked: true } ? 32 : 0) | (FastOpen is { IsChild: true } ? 128 : 0));
        if (Has(TcpSockFlags.WscaleOk)) b[6] = (byte)(_sndWscale | _rcv.Wscale << 4);
        b[7] = (byte)((_flow is null or { RateAppLimited: true } ? 1 : 0) | (int)(FastOpen?.Fail ?? FastOpenFail.None) << 1);
        int at = 8;
        U32(b, ref at, _rto.Microseconds);
        U32(b, ref at, Duration.Min(_ato, DelackMax).Microseconds);
        U32(b, ref at, _mssCache);
        U32(b, ref at, _rcvMss);
        U32(b, ref at, _packetsOut);
        U32(b, ref at, _sackedOut);
        U32(b, ref at, _lostOut);
        U32(b, ref at, _retransOut);
        U32(b, ref at, 0); // fackets: no more
        U32(b, ref at, Since(_lsndtime));
        U32(b, ref at, 0); // last_ack_sent: not kept by Linux
        U32(b, ref at, Since(_lrcvtime));
        U32(b, ref at, Since(_rcvTstamp));
        U32(b, ref at, _mtu);
        U32(b, ref at, _rcv.RcvSsthresh);
        U32(b, ref at, _rtt.Srtt8 >> 3);
        U32(b, ref at, _rtt.Mdev4 >> 2);
        U32(b, ref at, SndSsthresh);
        at += 4; // snd_cwnd
        U32(b, ref at, _advMss);
        at += 4; // reordering
        U32(b, ref at, _rcvRttUs8 >> 3);
        U32(b, ref at, _rcvqSpace);
        U32(b, ref at, _totalRetrans);
        at += 16; // pacing rates
        U64(b, ref at, _bytesAcked);
        U64(b, ref at, _bytesReceived);
        U32(b, ref at, _segsOut);
        U32(b, ref at, _segsIn);
        U32(b, ref at, Math.Max(0, _snd.WriteSeq - _snd.SndNxt));
        U32(b, ref at, MinRttUs);
        U32(b, ref at, _flow?.DataSegsIn ?? 0);
        U32(b, ref at, _flow?.DataSegsOut ?? 0);
        U64(b, ref at, _flow?.DeliveryRate(_mssCache) ?? 0);
        WriteChrono(b[at..]);
        at += 24;
        U32(b, ref at, _delivered);
        U32(b, ref at, _flow?.DeliveredCe ?? 0);
        U64(b, ref at, _flow?.BytesSent ?? 0);
        U64(b, ref at, _flow?.BytesRetrans ?? 0);
        U32(b, ref at, _flow?.DsackDups ?? 0);
        U32(b, ref at, _reordSeen);
        U32(b, ref at, _flow?.RcvOooPack ?? 0);
        U32(b, ref at, _snd.SndWnd);
        U32(b, ref at, _rcv.RcvWnd);
        if (_flow is not { } flow) return;
        U32(b, ref at, flow.TimeoutRehash);
        U32(b, ref at, (uint)(ushort)flow.TotalRto | (uint)flow.TotalRtoRecoveries << 16);
        U32(b, ref at, flow.TotalRtoTime + (flow.RtoStamp == Instant.Never ? 0 : Since(flow.RtoStamp)));
        if (flow.AccEcn is not { } acc) return;
        U32(b, ref at, acc.ReceivedCe);
        for (int ecn = 1; ecn <= EcnCe; ecn++) U32(b, ref at, acc.Delivered(ecn));
        for (int ecn = 1; ecn <= EcnCe; ecn++) U32(b, ref at, acc.Received(ecn));
        U32(b, ref at, (uint)acc.Fail | (uint)acc.Seen << 16);
    }

    // What listeners and closed sockets have too: snd_cwnd, reordering, the pacing rates.
    private void WriteAlways(Span<byte> b)
    {
        BinaryPrimitives.WriteInt32LittleEndian(b[80..], SndCwnd);
        BinaryPrimitives.WriteInt32LittleEndian(b[88..], _reordering);
        BinaryPrimitives.WriteUInt64LittleEndian(b[104..], PacingRate);
        BinaryPrimitives.WriteUInt64LittleEndian(b[112..], MaxPacingRate);
    }

    /// <summary>tcp_get_info_chrono_stats: busy_time is all of them together, microseconds.</summary>
    private void WriteChrono(Span<byte> b)
    {
        if (_flow is not { } flow) return;
        long rwnd = flow.Chrono(TcpChrono.RwndLimited, _mstamp), sndbuf = flow.Chrono(TcpChrono.SndbufLimited, _mstamp);
        int at = 0;
        U64(b, ref at, flow.Chrono(TcpChrono.Busy, _mstamp) + rwnd + sndbuf);
        U64(b, ref at, rwnd);
        U64(b, ref at, sndbuf);
    }

    // Milliseconds since; nothing yet counts from the beginning of time, as the kernel's jiffies do.
    private long Since(Instant t) => (_mstamp - t).Milliseconds;

    private static void U32(Span<byte> b, ref int at, long v)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(b[at..], (uint)v);
        at += 4;
    }

    private static void U64(Span<byte> b, ref int at, long v)
    {
        BinaryPrimitives.WriteInt64LittleEndian(b[at..], v);
        at += 8;
    }
}
