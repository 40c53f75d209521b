// The answer to a SYN, and its repetition while the last ACK is awaited: tcp_v4_send_synack, reqsk_timer_handler (net/ipv4/inet_connection_sock.c). RFC 9293 3.10.7.2.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private void SendSynAck(RequestSock req, in FastOpenCookie cookie = default)
    {
        uint clock = (uint)_mstamp.Milliseconds;
        if (req.NumRetrans == 0) req.SntTsFirst = clock + req.TsOffset;
        req.SntTsLast = clock + req.TsOffset;
        SendSynAck(req, clock, cookie);
    }

    private void SendSynAck(RequestSock req, uint clock, in FastOpenCookie cookie)
    {
        var options = new TcpOptionsWriter
        {
            Mss = req.AdvMss,
            Timestamps = req.TimestampOk,
            Md5 = FindMd5Key(req.Key.Peer),
            TsVal = clock + req.TsOffset,
            TsEcr = req.TsRecent,
            SackPermitted = req.SackOk,
            WindowScale = req.WscaleOk ? req.RcvWscale : -1,
            FastOpen = cookie,
        };
        if (options.Length > TcpOptionsWriter.MaxLength) options.FastOpen = default;
        SynAckAccEcn(req, ref options);
        QueueRequestSegment(TcpSegmentBuilder.Build(
            Net, req.Local, req.Peer, req.SntIsn, req.RcvNxt, TcpFlags.SYN | TcpFlags.ACK | SynAckEcn(req), Math.Min(req.RcvWnd, TcpConst.MaxWindowUnscaled), options));
    }

    private void QueueRequestSegment(SkBuff pkt)
    {
        FillIp(pkt, pkt.Ip.Saddr, pkt.Ip.Daddr, connected: false);
        QueueXmit(pkt);
    }

    /// <summary>A request's timer: the SYN-ACK again, at doubled distance, or the end.</summary>
    internal void RequestTimeout(RequestSock req)
    {
        int retries = _user is { SynRetries: > 0 } ? _user.SynRetries : Sysctl.tcp_synack_retries;
        retries = _listener!.RetriesUnderPressure(retries);
        int defer = _user?.DeferAccept ?? 0;
        Inc(Snmp.TcpExtTCPTimeouts);
        bool expire, resend;
        if (defer == 0)
        {
            expire = req.NumTimeout >= retries;
            resend = true;
        }
        else
        {
            // The client's ACK came without data: stay silent until the deferral is over, then ask again.
            expire = req.NumTimeout >= retries && (!req.Acked || req.NumTimeout >= defer);
            resend = !req.Acked || req.NumTimeout >= defer - 1;
        }

        if (expire)
        {
            _listener!.Remove(req);
            return;
        }

        if (resend) RetransmitSynAck(req, timedOut: true);
        byte timeouts = (byte)(req.NumTimeout + 1);
        _listener!.Reschedule(req, timeouts, _mstamp + RequestTimeoutAfter(timeouts));
    }

    private Duration RequestTimeoutAfter(int timeouts) =>
        Duration.Min(new Duration(TcpConst.TimeoutInit.Nanoseconds << Math.Min(timeouts, 20)), RtoMax);

    private void RetransmitSynAck(RequestSock req, bool timedOut)
    {
        AccEcnFallBack(req, timedOut);
        Inc(Snmp.TcpRetransSegs);
        Inc(Snmp.TcpExtTCPSynRetrans);
        if (req.NumRetrans < byte.MaxValue) req.NumRetrans++;
        if (FastOpenRequest is not null) _totalRetrans++;
        SendSynAck(req);
    }
}
