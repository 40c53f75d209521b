// Time on a bare host: it goes from one thing that is due to the next.

namespace ActorNet.Packetdrill.Bare;

internal sealed partial class BareHost
{
    // No script runs for longer.
    private static readonly Duration s_limit = Duration.FromSeconds(36_000);

    /// <summary>Lets time pass; what is due meanwhile happens at its time.</summary>
    public void Advance(Duration time) => AdvanceUntil(static () => false, Now + time);

    /// <summary>Lets time pass until something is so, or until a time. False: the time has come first.</summary>
    public bool AdvanceUntil(Func<bool> holds, Instant until)
    {
        while (!holds())
        {
            Instant at = NextEvent();
            if (at > until || at == Instant.Never)
            {
                if (until != Instant.Never) Now = Instant.Max(Now, until);
                return holds();
            }

            Now = Instant.Max(Now, at);
            Fire();
        }

        return true;
    }

    /// <summary>Lets time pass until a call has returned.</summary>
    /// <exception cref="TimeoutException">It never does.</exception>
    public T Finish<T>(ValueTask<T> call)
    {
        if (!call.IsCompleted)
        {
            Task<T> task = call.AsTask();
            if (!AdvanceUntil(() => task.IsCompleted, Instant.Zero + s_limit)) throw new TimeoutException();
            call = new ValueTask<T>(task);
        }

        return call.GetAwaiter().GetResult();
    }

    private Instant NextEvent()
    {
        Instant at = Instant.Min(_tcp.NextTimer, _ip.NextTimer);
        foreach (BareSocket s in _sockets) at = Instant.Min(at, s.Sk.NextTimer);
        foreach (BareCall c in _waiting) at = Instant.Min(at, c.Deadline);
        foreach (BarePoll p in _polls) at = Instant.Min(at, p.Deadline);
        return _loopback.TryPeek(out (Instant At, SkBuff) first) ? Instant.Min(at, first.At) : at;
    }

    private void Fire()
    {
        while (_loopback.TryPeek(out (Instant At, SkBuff Packet) first) && first.At <= Now)
        {
            _loopback.Dequeue();
            Rcv(first.Packet, LoopbackIndex);
        }

        if (_tcp.NextTimer <= Now) _tcp.OnTimer(Now);
        if (_ip.NextTimer <= Now) _ip.OnTimer(Now);
        foreach (BareSocket s in _sockets.ToArray())
        {
            if (s.Sk.NextTimer > Now) continue;
            s.Sk.Advance(Now);
            s.Sk.OnTimer(Now);
            Turn(s);
        }

        foreach (BareCall call in _waiting.Where(c => c.Deadline <= Now).ToArray())
        {
            if (!_waiting.Remove(call)) continue; // one before it has made this one's answer
            call.Expire();
            Turn(call.Socket);
        }

        Drain();
    }

    private void TryPolls()
    {
        foreach (BarePoll poll in _polls.ToArray())
        {
            if (poll.Try(Now)) _polls.Remove(poll);
        }
    }
}
