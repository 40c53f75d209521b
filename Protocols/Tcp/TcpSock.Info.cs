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
        b[5] = (byte)((Timestamps ? 1 : 0) | (IsSack ? 2 : 0) | (Has(TcpSockFlags.WscaleOk) ? 4 : 0));
        if (Has(TcpSockFlags.WscaleOk)) b[6] = (byte)(_sndWscale | _rcv.Wscale << 4);
        int at = 8;
        U32(b, ref at, _rto.Microseconds);
        U32(b, ref at, _ato.Microseconds);
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
        U32(b, ref at, SndCwnd);
        U32(b, ref at, _advMss);
        U32(b, ref at, _reordering);
        U32(b, ref at, _rcvRttUs8 >> 3);
        U32(b, ref at, _rcvqSpace);
        U32(b, ref at, _totalRetrans);
        U64(b, ref at, _rtt.Srtt8 == 0 ? 0 : (long)_mssCache * SndCwnd * 8_000_000 / _rtt.Srtt8); // pacing_rate
        U64(b, ref at, -1);                                                                      // max_pacing_rate: none
        U64(b, ref at, _bytesAcked);
        U64(b, ref at, _bytesReceived);
        U32(b, ref at, _segsOut);
        U32(b, ref at, _segsIn);
        U32(b, ref at, Math.Max(0, _snd.WriteSeq - _snd.SndNxt));
        U32(b, ref at, _minRtt.Value);
        at += 8;  // data_segs_in, data_segs_out
        at += 32; // delivery_rate, busy_time, rwnd_limited, sndbuf_limited
        U32(b, ref at, _delivered);
        at += 4;  // delivered_ce
        at += 16; // bytes_sent, bytes_retrans
        at += 4;  // dsack_dups
        U32(b, ref at, _reordSeen);
        at += 4;  // rcv_ooopack
        U32(b, ref at, _snd.SndWnd);
        U32(b, ref at, _rcv.RcvWnd);
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
