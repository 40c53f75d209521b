// Plays a script: each event at its time, and at most one call that blocks beside it.

namespace ActorNet.Packetdrill;

/// <summary>Plays one script on one stage.</summary>
public sealed class ScriptPlayer(Script script, Constants constants, IStage stage)
{
    // How late a blocking call may be before it is said never to return.
    private static readonly Duration s_never = Duration.FromSeconds(3);

    private readonly Answer?[] _answers = new Answer?[script.Events.Count];
    private IPendingCall? _pending;
    private int _pendingIndex = -1;
    private Duration _pendingEnd;
    private int _atPendingEnd;

    /// <summary>The event that is being played: where a run hangs.</summary>
    public int Current { get; private set; }

    /// <summary>By event: null for what is no call, or was not reached.</summary>
    public IReadOnlyList<Answer?> Answers => _answers;

    public async ValueTask Play()
    {
        Duration last = Duration.Zero;
        for (int i = 0; i < script.Events.Count; i++)
        {
            ScriptEvent e = script.Events[i];
            Current = i;
            Duration at = e.Time.IsRelative ? last + e.Time.Earliest : e.Time.Earliest;
            if (at < last) throw new ScriptException(e.At, $"this is before the event above it, which is at {last.TotalSeconds}");
            await ReturnBefore(at);
            await stage.Until(at);
            Duration was = await Play(i, e, last, at);
            if (Wrong is not null) return;
            last = e.Time.IsAny || e.Time.Latest != e.Time.Earliest ? Duration.Max(at, was) : at;
        }

        Current = script.Events.Count - 1;
        await Return(s_never);
    }

    /// <summary>What ended the script before its end: a packet that is not what was expected, or an assertion that does not hold.</summary>
    public string? Wrong { get; private set; }

    private async ValueTask<Duration> Play(int i, ScriptEvent e, Duration last, Duration at)
    {
        switch (e)
        {
            case SyscallEvent { Time.End: { } end } call:
                await Return(s_never); // at most one blocks at a time
                _pendingEnd = call.Time.IsRelative ? last + end : end;
                if (_pendingEnd < at) throw new ScriptException(e.At, "this call returns before it is made");
                _pendingIndex = i;
                _pending = await stage.Begin(SystemCall.Read(call, constants));
                _atPendingEnd = 0;
                break;
            case SyscallEvent call: _answers[i] = await stage.Make(SystemCall.Read(call, constants)); break;
            case CommandEvent command:
                string? failed = await stage.Command(command);
                if (failed is not null) Wrong = $"{command.At.File}:{command.At.Line}: {failed}";
                break;
            case PacketEvent packet:
                (at, Wrong) = await stage.Packet(packet, at, last);
                break;
            case CodeEvent code:
                string? wrong = await stage.Code(code);
                if (wrong is not null) Wrong = $"{code.At.File}:{code.At.Line}: {wrong}";
                break;
        }

        return at;
    }

    // What the script says has returned by now has to have returned.
    private async ValueTask ReturnBefore(Duration at)
    {
        if (_pending is null || at < _pendingEnd) return;
        if (at > _pendingEnd) await Return(s_never);
        else if (_atPendingEnd++ > 0) await Return(stage.Grace, orGoOn: true); // perhaps what wakes it is yet to come
    }

    private async ValueTask Return(Duration atMost, bool orGoOn = false)
    {
        if (_pending is null) return;
        Answer? answer = await _pending.Wait(atMost);
        if (answer is null && orGoOn) return;
        _answers[_pendingIndex] = answer ?? Answer.Failed("does not return", Duration.Zero, Duration.Infinite);
        _pending = null;
    }
}
