// The constants of include/net/tcp.h that no sysctl changes.

namespace ActorNet.Protocols.Tcp;

internal static class TcpConst
{
    public const int MinMss = 88;
    public const int DefaultMss = 536;
    public const int InitCwnd = 10;
    public const int MaxWindowUnscaled = 65_535, MaxWindowSigned = 32_767;
    public const int MaxWscale = 14;
    public const int MaxQuickAcks = 16;
    public const int FastRetransThresh = 3;
    public const int InfiniteSsthresh = 0x7FFF_FFFF;
    public const int PawsWindow = 1;

    /// <summary>Head room for IP and link headers in every segment built here.</summary>
    public const int Headroom = 128;

    /// <summary>Book-keeping that Linux charges per segment beside its bytes: MAX_TCP_HEADER and the shared info.</summary>
    public const int HeaderCharge = 192 + 320;

    public static readonly Duration AtoMin = Duration.FromMilliseconds(40);
    public static readonly Duration DelackMin = Duration.FromMilliseconds(40);
    public static readonly Duration DelackMax = Duration.FromMilliseconds(200);
    public static readonly Duration TimeoutMin = Duration.FromMilliseconds(2);
    public static readonly Duration TimeoutInit = Duration.FromMilliseconds(1000);
    public static readonly Duration TimeoutFallback = Duration.FromMilliseconds(3000);
    public static readonly Duration TimewaitLen = Duration.FromMilliseconds(60_000);
    public static readonly Duration ResourceProbeInterval = Duration.FromMilliseconds(500);

    /// <summary>TCP_PAWS_WRAP: a peer's timestamp is trusted no longer than its sign bit (24 days).</summary>
    public static readonly Duration PawsWrap = Duration.FromMilliseconds(24L * 24 * 3600 * 1000);

    /// <summary>TCP_PAWS_MSL: a peer may have rebooted and its clock gone back.</summary>
    public static readonly Duration PawsMsl = Duration.FromMilliseconds(60_000);
}

/// <summary>Marks on a segment of the retransmit queue (TCPCB_*).</summary>
internal static class Tcpcb
{
    public const byte SackedAcked = 1, SackedRetrans = 2, Lost = 4, TagBits = 7, EverRetrans = 0x80;
    public const byte Retrans = SackedRetrans | EverRetrans;

    /// <summary>Not on tsorted_sent_queue: RACK has judged it, and does not look at it again before it is sent again.</summary>
    public const byte Judged = 0x20;
}
