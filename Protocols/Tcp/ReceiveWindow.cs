// The receive sequence space: RFC 9293 section 3.3.1 (RCV.*), the choice of the first window and scale (tcp_select_initial_window).

using System.Numerics;

namespace ActorNet.Protocols.Tcp;

/// <summary>What has arrived, what the user has read, and what was offered to the peer.</summary>
public struct ReceiveWindow
{
    /// <summary>RCV.NXT, and where the user has read to.</summary>
    public SeqNum RcvNxt, CopiedSeq;

    /// <summary>RCV.NXT when the window was last sent.</summary>
    public SeqNum RcvWup;

    /// <summary>The window as last sent, bytes from <see cref="RcvWup"/>.</summary>
    public int RcvWnd;

    /// <summary>How far the window may open at present (rcv_ssthresh), and at all (window_clamp).</summary>
    public int RcvSsthresh, WindowClamp;

    public byte Wscale;

    /// <summary>tcp_receive_window: what is left of the offer.</summary>
    public readonly int Current => Math.Max(0, (RcvWup + RcvWnd) - RcvNxt);

    /// <summary>tcp_select_initial_window: the first offer and the scale, from the space that the buffer gives.</summary>
    /// <param name="space">tcp_full_space, bytes.</param>
    /// <param name="mss">The offer is a whole number of these.</param>
    /// <param name="clamp">TCP_WINDOW_CLAMP, 0 for none.</param>
    /// <param name="rmemMax">The larger of tcp_rmem[2] and rmem_max: how far the buffer may grow.</param>
    /// <param name="signed">tcp_workaround_signed_windows: the peer may take the field for a signed number.</param>
    public void SelectInitial(int space, int mss, int clamp, bool scale, int rmemMax, bool signed = false)
    {
        if (clamp == 0) clamp = TcpConst.MaxWindowUnscaled << TcpConst.MaxWscale;
        space = Math.Max(0, Math.Min(clamp, space));
        if (space > mss && mss > 0) space -= space % mss;
        RcvWnd = signed ? Math.Min(space, TcpConst.MaxWindowSigned) : space;
        Wscale = 0;
        if (scale)
        {
            uint most = (uint)Math.Min(clamp, Math.Max(space, rmemMax));
            Wscale = (byte)Math.Clamp(BitOperations.Log2(most | 1) - 15, 0, TcpConst.MaxWscale);
        }

        WindowClamp = Math.Min(TcpConst.MaxWindowUnscaled << Wscale, clamp);
        RcvSsthresh = RcvWnd;
    }

    public readonly int RoundUp(int window) => (window + (1 << Wscale) - 1) >> Wscale << Wscale;
}
