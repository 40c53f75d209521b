// A host as the stage: the calls are those of a program that runs there.

namespace ActorNet.Packetdrill;

/// <summary>A script's program on a host.</summary>
/// <param name="constants">Given where descriptors are names (<see cref="HostProcess"/>).</param>
internal sealed class HostStage(IScriptHost host, Duration settle, Constants? constants = null) : IStage
{
    /// <summary>What a call set going over the loopback has arrived when the next one is made, as it has on Linux, where a sender delivers to itself.</summary>
    public static readonly Duration Settle = Duration.FromMicroseconds(20);

    private readonly HostProcess _process = new(host.Sockets, host.Os, names: constants is not null);
    private readonly Instant _begin = host.Now;

    /// <summary>The process's number for a descriptor of the script.</summary>
    public int Fd(int fd) => _process.Fd(fd);

    public Duration Grace => Duration.FromMicroseconds(200);

    private Duration Now => host.Now - _begin;

    public async ValueTask Until(Duration time)
    {
        if (time > Now) await host.Delay(time - Now);
    }

    public async ValueTask<Answer> Make(SystemCall call)
    {
        Answer answer = await host.Finish(Enter(call));
        await host.Delay(settle);
        return answer;
    }

    public async ValueTask<IPendingCall> Begin(SystemCall call)
    {
        var pending = new Pending(host);
        host.Spawn(async () =>
        {
            try
            {
                pending.Answer = await Enter(call);
            }
            catch (NotApplicableException e) when (host.Os is null)
            {
                pending.Thrown = e; // nobody else would hear of it
            }
        });
        await host.Delay(settle);
        return pending;
    }

    public ValueTask<string?> Command(CommandEvent command)
    {
        foreach ((string name, string value) in ShellCommand.Sysctls(command))
        {
            if (!SysctlNames.TrySet(host.Net.Sysctl, host.Net.Fib, name, value, out string? error)) throw new ScriptException(command.At, error);
        }

        return ValueTask.FromResult<string?>(null);
    }

    private async ValueTask<Answer> Enter(SystemCall call)
    {
        Duration called = Now;
        try
        {
            SysResult r = await call.OnHost(_process);
            if (r.IsOk && call.ReturnsDescriptor) r = constants is null ? _process.Script((int)r.Value) : _process.Name((int)r.Value, call.Event.Result, constants);
            else if (r.IsOk && constants is not null && call.Name == "close") _process.Forget((int)constants.Evaluate(call.Event.Arguments[0]));
            return Packetdrill.Answer.Of(call, r, called, Now);
        }
        catch (NotApplicableException e)
        {
            throw new NotApplicableException($"{call.Name}(): {e.Message}", e);
        }
        catch (NotSayableException e)
        {
            return Packetdrill.Answer.Failed($"a program of ActorNet cannot say this: {e.Message}", called, Now);
        }
    }

    private sealed class Pending(IScriptHost host) : IPendingCall
    {
        public Answer? Answer { get; set; }

        public NotApplicableException? Thrown { get; set; }

        public async ValueTask<Answer?> Wait(Duration atMost)
        {
            Instant end = host.Now + atMost;
            while (Answer is null && Thrown is null && host.Now < end) await host.Delay(Settle);
            return Thrown is null ? Answer : throw Thrown;
        }
    }
}
