// struct fown_struct and fasync (fs/fcntl.c): who hears of a file by signal: F_SETOWN, F_SETSIG, O_ASYNC (man 2 fcntl, man 7 socket).

namespace ActorNet.Actors;

/// <summary>To who serves a file: it has an owner from now on.</summary>
internal sealed record FileOwned(OpenFile File);

/// <summary>A file's owner and its signal. One process: groups are not modelled.</summary>
internal sealed class FileOwner(HostBooks host)
{
    /// <summary>F_SETOWN: 0 for nobody.</summary>
    public int Pid { get; set; }

    /// <summary>F_SETSIG: 0 for a plain SIGIO.</summary>
    public Signal Signum { get; set; }

    /// <summary>Whose right to signal is asked: who set the owner.</summary>
    public Credentials Setter { get; set; } = Credentials.Root;

    /// <summary>The descriptor by which O_ASYNC was set.</summary>
    public int Fd { get; set; } = -1;

    /// <summary>send_sigio: what F_SETSIG chose, with the reason, or SIGIO.</summary>
    public void SendSigio(int code, PollEvents band)
    {
        if (Target() is not { } target) return;
        target.Send(Signum == Signal.None ? new SigInfo(Signal.SIGIO, SigInfo.SI_KERNEL) : new SigInfo(Signum, code, Band: band, Fd: Fd));
    }

    /// <summary>send_sigurg: urgent data is here; O_ASYNC need not be set.</summary>
    public bool SendSigurg()
    {
        Target()?.Send(new SigInfo(Signal.SIGURG, SigInfo.SI_KERNEL));
        return Pid != 0;
    }

    // sigio_perm.
    private ProcessStatus? Target() =>
        Pid != 0 && host.Find(Pid) is { } target && (Setter.Uid == 0 || Setter.Uid == target.Uid) ? target : null;
}
