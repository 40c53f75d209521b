// sk_wake_async and sk_send_sigurg (net/socket.c, net/core/sock.c): the owner of a socket's file hears by signal of what its callbacks tell.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    /// <summary>After a turn: what woke whoever waits is told to the owner too, if it asked (O_ASYNC); urgent data to any owner.</summary>
    private void SignalOwner(PollEvents wakes)
    {
        if (Owned?.Owner is not { } owner || wakes == PollEvents.None) return;
        bool urgent = (wakes & PollEvents.PRI) != 0 && owner.SendSigurg();
        if ((Owned.Flags & FileFlags.ASYNC) == 0) return;
        if (urgent) owner.SendSigio(SigInfo.POLL_PRI, PollEvents.PRI | PollEvents.RDBAND);
        PollEvents ready = Sk.Poll & wakes;
        if ((wakes & PollEvents.ERR) != 0 && (ready & PollEvents.ERR) != 0) owner.SendSigio(SigInfo.POLL_ERR, PollEvents.ERR);
        // A reader that waits in a call is served by it (SOCKWQ_ASYNC_WAITDATA).
        if ((ready & PollEvents.HUP) != 0) owner.SendSigio(SigInfo.POLL_HUP, PollEvents.HUP | PollEvents.ERR);
        else if ((ready & PollEvents.IN) != 0 && _readers?.Head is null) owner.SendSigio(SigInfo.POLL_IN, PollEvents.IN | PollEvents.RDNORM);
        if ((ready & PollEvents.OUT) != 0) owner.SendSigio(SigInfo.POLL_OUT, PollEvents.OUT | PollEvents.WRNORM | PollEvents.WRBAND);
    }
}
