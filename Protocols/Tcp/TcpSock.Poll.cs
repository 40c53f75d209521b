// What the socket is ready for (tcp_poll, sk_stream_is_writeable; net/ipv4/tcp.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>sk_stream_is_writeable: a third of what is queued is free, and TCP_NOTSENT_LOWAT is kept.</summary>
    private bool StreamIsWriteable => Sndbuf - _wmemQueued >= _wmemQueued >> 1 && (NotsentLowat == uint.MaxValue || (uint)(_snd.WriteSeq - _snd.SndNxt) << 1 < NotsentLowat);

    /// <inheritdoc/>
    public override PollEvents Poll
    {
        get
        {
            if (_state == TcpState.LISTEN) return _listener!.HasAcceptable ? PollEvents.IN | PollEvents.RDNORM : PollEvents.None;
            PollEvents mask = PollEvents.None;
            if (_shutdown == (RcvShutdown | SendShutdown) || _state == TcpState.CLOSE) mask |= PollEvents.HUP;
            if ((_shutdown & RcvShutdown) != 0) mask |= PollEvents.IN | PollEvents.RDNORM | PollEvents.RDHUP;
            if (_state is not (TcpState.SYN_SENT or TcpState.SYN_RECV) || FastOpenRequest is not null)
            {
                int target = Rcvlowat;
                if (_urgent is { RcvMarked: true } && _urgent.RcvSeq == _rcv.CopiedSeq && !OobInline) target++;
                if (IsEpollinReady(target) && _state != TcpState.CLOSE | !_receiveQueue.IsEmpty) mask |= PollEvents.IN | PollEvents.RDNORM;
                if ((_shutdown & SendShutdown) != 0 || StreamIsWriteable) mask |= PollEvents.OUT | PollEvents.WRNORM;
                else Set(TcpSockFlags.NoSpace); // whoever asked is told when there is room
                if (_urgent is { RcvValid: true, RcvRead: false }) mask |= PollEvents.PRI;
            }

            else if (_state == TcpState.SYN_SENT && IsConnectDeferred)
            {
                mask |= PollEvents.OUT | PollEvents.WRNORM; // its first write sends the SYN
            }

            if (Err != Errno.OK) mask |= PollEvents.ERR;
            mask |= ErrorPoll;
            return mask;
        }
    }
}
