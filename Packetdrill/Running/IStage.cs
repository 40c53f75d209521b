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

    /// <summary>Runs a shell command: `sysctl -w name=value` and the like. What failed, if anything.</summary>
    ValueTask<string?> Command(CommandEvent command);

    /// <summary>Sends a packet, or waits for one and judges it. When it was; and what is wrong, if anything.</summary>
    /// <param name="at">When the script says that it is.</param>
    /// <param name="last">When the event before it was.</param>
    ValueTask<(Duration At, string? Wrong)> Packet(PacketEvent packet, Duration at, Duration last) =>
        throw new ScriptException(packet.At, "packets are not played here: this script has to consist of system calls");

    /// <summary>Runs code; what it asserts and does not hold, if anything.</summary>
    ValueTask<string?> Code(CodeEvent code) => throw new ScriptException(code.At, "code is not run here: this script has to consist of system calls");
}

/// <summary>A call that blocks, or did.</summary>
public interface IPendingCall
{
    /// <summary>Waits for the answer, but not for ever.</summary>
    /// <param name="atMost">How long; not in seconds of the wall where the stage's time is its own.</param>
    ValueTask<Answer?> Wait(Duration atMost);
}
