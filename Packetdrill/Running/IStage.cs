// Where a script is played: on the real kernel or on a simulated host. The player is the same for both.

namespace ActorNet.Packetdrill;

/// <summary>One side.</summary>
public interface IStage
{
    /// <summary>How long a call that should return by now is waited for, before an event of the same instant that may be what it waits for.</summary>
    Duration Grace { get; }

    /// <summary>Waits until a time since the script's beginning.</summary>
    ValueTask Until(Duration time);

    /// <summary>Makes a call and waits for its answer.</summary>
    ValueTask<Answer> Make(SystemCall call);

    /// <summary>Makes a call that blocks, beside the script; comes back when it waits (or has returned).</summary>
    ValueTask<IPendingCall> Begin(SystemCall call);

    /// <summary>Runs a shell command: `sysctl -w name=value` and the like.</summary>
    ValueTask Command(CommandEvent command);
}

/// <summary>A call that blocks, or did.</summary>
public interface IPendingCall
{
    /// <summary>Waits for the answer, but not for ever.</summary>
    /// <param name="atMost">How long; not in seconds of the wall where the stage's time is its own.</param>
    ValueTask<Answer?> Wait(Duration atMost);
}
