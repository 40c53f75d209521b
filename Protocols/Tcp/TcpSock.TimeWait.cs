// Into TIME_WAIT (or FIN_WAIT2 without an owner): tcp_time_wait (net/ipv4/tcp_minisocks.c). RFC 9293 3.6, 3.10.8.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_time_wait: a small sock keeps the pair for its time; this one is done.</summary>
    private void EnterTimeWait(TcpState substate, Duration timeout)
    {
        if (Net.Tcp.TimewaitCount < Sysctl.tcp_max_tw_buckets)
        {
            // 3.5 RTO at least, so that a retransmitted FIN finds somebody.
            Duration least = new((_rto.Nanoseconds << 2) - (_rto.Nanoseconds >> 1));
            if (timeout < least) timeout = least;
            if (substate == TcpState.TIME_WAIT) timeout = TcpConst.TimewaitLen;
            _timewait = new TcpTimewait(Net, Local, Peer, substate, _mstamp + timeout)
            {
                RcvNxt = _rcv.RcvNxt,
                SndNxt = _snd.SndNxt,
                RcvWnd = _rcv.Current,
                RcvWscale = _rcv.Wscale,
                HasTimestamps = Timestamps,
                TsRecent = _tsRecent,
                TsRecentStamp = _tsRecentStamp,
                TsOffset = _tsOffset,
                Md5Key = Md5Key,
                Tos = IsAccEcn ? (byte)(Tos & ~EcnMask) : Tos,
            };
            // __inet_twsk_schedule counts at the beginning: TWKilled is one that is there for four seconds or less.
            Inc(timeout <= Duration.FromSeconds(4) ? Snmp.TcpExtTWKilled : Snmp.TcpExtTW);
        }
        else
        {
            Inc(Snmp.TcpExtTCPTimeWaitOverflow);
        }

        Done();
    }

    /// <summary>The rest of a connection that ended actively: the demultiplexer keeps it until it expires. At most once per connection.</summary>
    public bool TryTakeTimewait([NotNullWhen(true)] out TcpTimewait? timewait)
    {
        timewait = _timewait;
        _timewait = null;
        return timewait is not null;
    }
}
