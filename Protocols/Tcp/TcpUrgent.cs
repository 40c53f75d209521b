// Urgent data: RFC 6093, as Linux takes it (tcp_check_urg): one byte, the pointer read as BSD's (it points behind the byte) unless tcp_stdurg.

namespace ActorNet.Protocols.Tcp;

/// <summary>The urgent mark of one connection, in both directions. Made when either side first uses it.</summary>
internal sealed class TcpUrgent
{
    /// <summary>The sequence number of the urgent byte on its way in.</summary>
    public SeqNum RcvSeq;

    /// <summary>A mark is set (urg_data is not 0), and whether its byte has come (TCP_URG_VALID) and been read (TCP_URG_READ).</summary>
    public bool RcvMarked, RcvValid, RcvRead;

    public byte RcvByte;

    /// <summary>Behind the last urgent byte on its way out (snd_up); meaningful while after SND.UNA.</summary>
    public SeqNum SndUp;

    /// <summary>Where the packet begins that goes out in several segments: the pointer counts from there in each of them.</summary>
    public SeqNum? RunStart;

    public bool SndMode;
}
