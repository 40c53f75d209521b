// Settings that change what window is offered: tcp_shrink_window (__tcp_select_window) and tcp_app_win (tcp_init_buffer_space; net/ipv4/tcp_output.c,
// tcp_input.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_shrink_window: only a scaled window may be taken back, against RFC 9293 3.8.6.</summary>
    private bool MayShrinkWindow => _rcv.Wscale > 0 && Sysctl.tcp_shrink_window;

    // The free space itself, whatever was offered: down to whole units of the field while it is the buffer that limits, up to one where rcv_ssthresh does.
    private int ComputeShrinkingWindow(int free, int allowed, int full, int mss)
    {
        free = free >> _rcv.Wscale << _rcv.Wscale;
        if (free < full >> 1)
        {
            _quick = 0;
            if (UnderMemoryPressure) AdjustRcvSsthresh();
            if (free < allowed >> 4 || free < mss || free < 1 << _rcv.Wscale) return 0;
        }

        return free > _rcv.RcvSsthresh ? _rcv.RoundUp(_rcv.RcvSsthresh) : free;
    }

    /// <summary>tcp_app_win: of the buffer's window space the 2^n-th part stays the application's, one segment at least, unless there is room for two only.</summary>
    private int ReserveForApplication(int clamp, int most)
    {
        if (clamp >= most && most > 4 * _advMss) clamp = Math.Max(most - (most >> Sysctl.tcp_app_win), 4 * _advMss);
        return clamp > 2 * _advMss && clamp + _advMss > most ? Math.Max(2 * _advMss, most - _advMss) : clamp;
    }
}
