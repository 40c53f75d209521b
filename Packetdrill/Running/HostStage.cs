// A simulated host as the stage: the calls are those of a program that runs there.

namespace ActorNet.Packetdrill;

/// <summary>A script's program on a simulated host.</summary>
/// <param name="constants">Given where descriptors are names (<see cref="HostProcess"/>).</param>
internal sealed class HostStage(SimHost host, Os os, Duration settle, Constants? constants = null) : IStage
{
    /// <summary>What a call set going over the loopback has arrived when the next one is made, as it has on Linux, where a sender delivers to itself.</summary>
    public static readonly Duration Settle = Duration.FromMicroseconds(20);

    private readonly HostProcess _process = new(os, names: constants is not null);
    private readonly Instant _begin = os.Now;

    /// <summary>The process's number for a descriptor of the script.</summary>
    public int Fd(int fd) => _process.Fd(fd);

    public Duration Grace => Duration.FromMicroseconds(200);

    private Duration Now => os.Now - _begin;

    public async ValueTask Until(Duration time)
    {
        if (time > Now) await os.Delay(time - Now);
    }

    public async ValueTask<Answer> Make(SystemCall call)
    {
        Answer answer = await Enter(call);
        await os.Delay(settle);
        return answer;
    }

    public async ValueTask<IPendingCall> Begin(SystemCall call)
    {
        var pending = new Pending(os);
        os.Spawn(async () => pending.Answer = await Enter(call));
        await os.Delay(settle);
        return pending;
    }

    public ValueTask<string?> Command(CommandEvent command)
    {
        foreach ((string name, string value) in ShellCommand.Sysctls(command))
        {
            try
            {
                host.Sysctl(name, value);
            }
            catch (ArgumentException e)
            {
                throw new ScriptException(command.At, e.Message);
            }
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
        catch (NotSayableException e)
        {
            return Packetdrill.Answer.Failed($"a program of ActorNet cannot say this: {e.Message}", called, Now);
        }
    }

    private sealed class Pending(Os os) : IPendingCall
    {
        public Answer? Answer { get; set; }

        public async ValueTask<Answer?> Wait(Duration atMost)
        {
            Instant end = os.Now + atMost;
            while (Answer is null && os.Now < end) await os.Delay(Settle);
            return Answer;
        }
    }
}
