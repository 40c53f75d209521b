// The script's socket owned by a process: what the peer sends waits, time passes without timers, until it lets go.

namespace ActorNet.Protocols.Tests.Tcp;

internal sealed partial class TcpScript
{
    private SkBacklog? _backlog;
    private Instant _ownedSince;

    public int BacklogLength => _backlog?.Length ?? 0;

    public int BacklogCount => _backlog?.Count ?? 0;

    /// <summary>lock_sock.</summary>
    public void Own()
    {
        _backlog = new SkBacklog();
        _ownedSince = Now;
    }

    /// <summary>release_sock: the backlog, then what was put off.</summary>
    public void Release()
    {
        SkBacklog backlog = _backlog!;
        _backlog = null;
        Sock.TimersLocked(_ownedSince, Now);
        Sock.IsReleasing = true;
        while (backlog.TryTake(out SkBuff? skb))
        {
            Host.Rcv(skb, Now);
            Collect();
        }

        Sock.IsReleasing = false;
        Sock.ReleaseCb(Now);
        Pump();
        if (Host.NextTimer <= Now) Host.OnTimer(Now);
        Collect();
    }

    private void Wait(SkBuff skb)
    {
        DropReason reason = Sock.AddBacklog(_backlog!, skb);
        if (reason != DropReason.NOT_DROPPED_YET) Mib.Drop(skb, reason);
    }
}
