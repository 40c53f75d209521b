// Signals by number (include/uapi/asm-generic/signal.h), sets of them, and what comes with one (siginfo_t); man 7 signal.

namespace ActorNet.Actors;

/// <summary>SIG*: 1 to 31 are the classic ones; 32 to 64 queue.</summary>
public enum Signal
{
    None = 0, SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11,
    SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGSTKFLT = 16, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIGTTIN = 21,
    SIGTTOU = 22, SIGURG = 23, SIGXCPU = 24, SIGXFSZ = 25, SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28, SIGIO = 29, SIGPWR = 30, SIGSYS = 31,
    SIGRTMIN = 32, SIGRTMAX = 64,
}

/// <summary>sigset_t: a bit for each signal, the first for signal 1.</summary>
public readonly record struct SignalSet(ulong Bits)
{
    public static SignalSet Empty => default;

    /// <summary>All that can be blocked: SIGKILL and SIGSTOP cannot.</summary>
    public static SignalSet Full => new(~(Bit(Signal.SIGKILL) | Bit(Signal.SIGSTOP)));

    public static SignalSet Of(params ReadOnlySpan<Signal> signals)
    {
        ulong bits = 0;
        foreach (Signal s in signals) bits |= Bit(s);
        return new SignalSet(bits);
    }

    public bool Contains(Signal signal) => (Bits & Bit(signal)) != 0;

    public SignalSet Or(SignalSet other) => new(Bits | other.Bits);

    public SignalSet Without(SignalSet other) => new(Bits & ~other.Bits);

    internal static ulong Bit(Signal signal) => 1UL << ((int)signal - 1);
}

/// <summary>siginfo_t.</summary>
/// <param name="Code">SI_USER, SI_KERNEL, POLL_IN to POLL_HUP, CLD_EXITED, CLD_KILLED.</param>
/// <param name="Pid">Who sent it, or which child it is about; 0 for the kernel.</param>
/// <param name="Uid">The sender's uid.</param>
/// <param name="Status">SIGCHLD: the exit code, or the signal that ended the child.</param>
/// <param name="Band">Of a signal set by F_SETSIG: the poll events.</param>
/// <param name="Fd">Of a signal set by F_SETSIG: the descriptor; -1 otherwise.</param>
public readonly record struct SigInfo(Signal Signo, int Code = 0, int Pid = 0, uint Uid = 0, int Status = 0, PollEvents Band = PollEvents.None, int Fd = -1)
{
    public const int SI_USER = 0, SI_KERNEL = 0x80, CLD_EXITED = 1, CLD_KILLED = 2;

    public const int POLL_IN = 1, POLL_OUT = 2, POLL_MSG = 3, POLL_ERR = 4, POLL_PRI = 5, POLL_HUP = 6;
}

/// <summary>SA_*.</summary>
[Flags]
public enum SaFlags : uint { None = 0, NOCLDWAIT = 2, RESTART = 0x1000_0000, NODEFER = 0x4000_0000, RESETHAND = 0x8000_0000 }

/// <summary>struct sigaction: what a process does on a signal.</summary>
/// <param name="Handler">Runs in the process's turn, between two of its steps; null for the default, or to ignore.</param>
/// <param name="Mask">Blocked too while the handler runs.</param>
public sealed record SigAction(Action<SigInfo>? Handler, SaFlags Flags = SaFlags.None, SignalSet Mask = default)
{
    /// <summary>SIG_DFL.</summary>
    public static SigAction Default { get; } = new(Handler: null);

    /// <summary>SIG_IGN.</summary>
    public static SigAction Ignore { get; } = new(Handler: null);
}

/// <summary>How sigprocmask changes the mask.</summary>
public enum SigHow { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 }
