// struct sighand_struct and struct sigpending (include/linux/sched/signal.h, kernel/signal.c): a process's actions, its mask, and what is pending.
// Who runs handlers and ends waits is the process's actor.

namespace ActorNet.Actors;

/// <summary>What a process does on a signal in the end.</summary>
internal enum SignalFate : byte { Terminate, Ignore, Stop, Handle }

/// <summary>A process's signals.</summary>
internal sealed class SignalState
{
    private const int Count = 65;

    // Most processes never have anything to do with signals: none of these is made before it is needed.
    private SigAction?[]? _actions;
    private SigInfo[]? _classic;
    private List<SigInfo>? _queued;
    private ulong _pending;

    /// <summary>What is held back for now.</summary>
    public SignalSet Mask
    {
        get;
        set => field = value.Without(SignalSet.Of(Signal.SIGKILL, Signal.SIGSTOP));
    }

    public SignalSet Pending => new(_pending);

    /// <summary>Something is pending that the mask does not hold back.</summary>
    public bool HasDeliverable => (_pending & ~Mask.Bits) != 0;

    public SigAction Action(Signal signal) => _actions?[(int)signal] ?? SigAction.Default;

    /// <summary>rt_sigaction. A pending signal that is ignored from now on is dropped.</summary>
    public void Set(Signal signal, SigAction action)
    {
        if (!ReferenceEquals(action, SigAction.Default)) (_actions ??= new SigAction?[Count])[(int)signal] = action;
        else if (_actions is not null) _actions[(int)signal] = null;
        if (FateOf(signal) != SignalFate.Ignore) return;
        _pending &= ~SignalSet.Bit(signal);
        _queued?.RemoveAll(q => q.Signo == signal);
    }

    public SignalFate FateOf(Signal signal)
    {
        SigAction? action = _actions?[(int)signal];
        if (action?.Handler is not null) return SignalFate.Handle;
        if (ReferenceEquals(action, SigAction.Ignore)) return SignalFate.Ignore;
        return signal switch
        {
            Signal.SIGCHLD or Signal.SIGURG or Signal.SIGWINCH or Signal.SIGCONT => SignalFate.Ignore,
            Signal.SIGSTOP or Signal.SIGTSTP or Signal.SIGTTIN or Signal.SIGTTOU => SignalFate.Stop,
            _ => SignalFate.Terminate,
        };
    }

    /// <summary>send_signal: notes it as pending. False when it is lost: ignored, or a classic one that is pending already.</summary>
    public bool Add(in SigInfo info)
    {
        Signal s = info.Signo;
        // What is blocked stays pending even when it is ignored: the action may change before it is unblocked.
        if (FateOf(s) == SignalFate.Ignore && !Mask.Contains(s)) return false;
        bool known = (_pending & SignalSet.Bit(s)) != 0;
        _pending |= SignalSet.Bit(s);
        if (s >= Signal.SIGRTMIN)
        {
            (_queued ??= []).Add(info);
            return true;
        }

        if (known) return false;
        (_classic ??= new SigInfo[(int)Signal.SIGRTMIN])[(int)s] = info;
        return true;
    }

    /// <summary>dequeue_signal: the lowest that is pending and not blocked.</summary>
    public bool TryTake(out SigInfo info)
    {
        info = default;
        ulong ready = _pending & ~Mask.Bits;
        if (ready == 0) return false;
        var s = (Signal)(System.Numerics.BitOperations.TrailingZeroCount(ready) + 1);
        if (s < Signal.SIGRTMIN)
        {
            info = _classic![(int)s];
            _pending &= ~SignalSet.Bit(s);
            return true;
        }

        int first = _queued!.FindIndex(q => q.Signo == s);
        info = _queued[first];
        _queued.RemoveAt(first);
        if (!_queued.Exists(q => q.Signo == s)) _pending &= ~SignalSet.Bit(s);
        return true;
    }

    /// <summary>What a forked child has of its parent: actions and mask; nothing is pending.</summary>
    public SignalState Fork()
    {
        return new SignalState { Mask = Mask, _actions = (SigAction?[]?)_actions?.Clone() };
    }

    /// <summary>flush_signal_handlers: execve sets handlers back to the default; what is ignored stays so.</summary>
    public void Exec()
    {
        for (int i = 1; i < (_actions?.Length ?? 0); i++)
        {
            if (_actions![i]?.Handler is not null) _actions[i] = null;
        }
    }
}
