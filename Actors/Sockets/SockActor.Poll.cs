// The socket's wait queue (sk_wq): who waits in poll or epoll for what. Woken with the keys of the callbacks that ran in a turn.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    // sk_state_change gives no key, so that it concerns everyone; of the callbacks it is the one with POLLHUP in it.
    private void WakeWatchers(PollEvents wakes)
    {
        PollEvents key = wakes == PollEvents.None ? WaitQueue.Level : (wakes & PollEvents.HUP) != 0 ? PollEvents.None : wakes;
        _watchers!.Wake(Me, key, Sk.Poll);
    }
}
