// struct tcp_info (include/uapi/linux/tcp.h) by name: where each field is, and how wide.

using System.Buffers.Binary;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>The fields of TCP_INFO.</summary>
public static class TcpInfoFields
{
    // Name, offset, bytes.
    private static readonly (string Name, int At, int Width)[] s_fields =
    [
        ("state", 0, 1), ("ca_state", 1, 1), ("retransmits", 2, 1), ("probes", 3, 1), ("backoff", 4, 1), ("options", 5, 1), ("wscale", 6, 1), ("flags", 7, 1),
        ("rto", 8, 4), ("ato", 12, 4), ("snd_mss", 16, 4), ("rcv_mss", 20, 4), ("unacked", 24, 4), ("sacked", 28, 4), ("lost", 32, 4), ("retrans", 36, 4),
        ("fackets", 40, 4), ("last_data_sent", 44, 4), ("last_ack_sent", 48, 4), ("last_data_recv", 52, 4), ("last_ack_recv", 56, 4), ("pmtu", 60, 4),
        ("rcv_ssthresh", 64, 4), ("rtt", 68, 4), ("rttvar", 72, 4), ("snd_ssthresh", 76, 4), ("snd_cwnd", 80, 4), ("advmss", 84, 4), ("reordering", 88, 4),
        ("rcv_rtt", 92, 4), ("rcv_space", 96, 4), ("total_retrans", 100, 4), ("pacing_rate", 104, 8), ("max_pacing_rate", 112, 8), ("bytes_acked", 120, 8),
        ("bytes_received", 128, 8), ("segs_out", 136, 4), ("segs_in", 140, 4), ("notsent_bytes", 144, 4), ("min_rtt", 148, 4), ("data_segs_in", 152, 4),
        ("data_segs_out", 156, 4), ("delivery_rate", 160, 8), ("busy_time", 168, 8), ("rwnd_limited", 176, 8), ("sndbuf_limited", 184, 8), ("delivered", 192, 4),
        ("delivered_ce", 196, 4), ("bytes_sent", 200, 8), ("bytes_retrans", 208, 8), ("dsack_dups", 216, 4), ("reord_seen", 220, 4), ("rcv_ooopack", 224, 4),
        ("snd_wnd", 228, 4), ("rcv_wnd", 232, 4), ("rehash", 236, 4), ("total_rto", 240, 2), ("total_rto_recoveries", 242, 2), ("total_rto_time", 244, 4),
    ];

    /// <summary>"So long ago" is kept as the moment it was, milliseconds of the run, under NAME_at.</summary>
    public static bool IsAge(string name) => name is "last_data_sent" or "last_data_recv" or "last_ack_recv";

    /// <summary>All fields, as tcpi_NAME (an age: tcpi_NAME_at).</summary>
    public static IEnumerable<(string Name, long Value)> Read(byte[] info, Instant now)
    {
        foreach ((string name, int at, int width) in s_fields)
        {
            if (at + width > info.Length) continue;
            ReadOnlySpan<byte> b = info.AsSpan(at, width);
            long value = width switch
            {
                1 => b[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(b),
                4 => BinaryPrimitives.ReadUInt32LittleEndian(b),
                _ => BinaryPrimitives.ReadInt64LittleEndian(b),
            };
            if (IsAge(name)) yield return ("tcpi_" + name + "_at", now.Milliseconds - value);
            else yield return ("tcpi_" + name, value);
        }
    }
}
