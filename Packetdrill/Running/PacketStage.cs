// A host with a wire to the script: calls are those of a program that runs there, packets go in and out by its device.

namespace ActorNet.Packetdrill;

/// <summary>The stage of a script with packets.</summary>
internal sealed class PacketStage(IScriptHost host, ScriptWire wire, Script script, Constants constants, PacketOptions options) : IStage
{
    // Nothing arrives by itself: what a call sends is on the wire when it returns.
    private readonly HostStage _calls = new(host, Duration.FromNanoseconds(1), constants);
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);
    private readonly HostShell _shell = new(host);
    private int _connection = -1;

    public Duration Grace => _calls.Grace;

    public ValueTask Until(Duration time) => _calls.Until(time);

    public async ValueTask<Answer> Make(SystemCall call)
    {
        Answer answer = await _calls.Make(call);
        await Note(call, answer);
        return answer;
    }

    public async ValueTask<IPendingCall> Begin(SystemCall call)
    {
        if (Opens(call)) _connection = Descriptor(call);
        return new Pending(this, call, await _calls.Begin(call));
    }

    public ValueTask<string?> Command(CommandEvent command) => _shell.Run(command);

    public async ValueTask<(Duration At, string? Wrong)> Packet(PacketEvent line, Duration at, Duration last)
    {
        PacketSpec packet = PacketReader.Read(line, constants.Definitions);
        if (!line.Inbound) return await new PacketExpectation(wire, line, packet, options).Judge(at, last, host);
        wire.Inject(packet, host);
        await host.Delay(Duration.FromNanoseconds(1)); // it is handled before what the script does at the same time
        return (at, null);
    }

    public async ValueTask<string?> Code(CodeEvent code) => new CodeReader(code, (await ConnectionValues.Read(host.Sockets, _connection, constants)).Find, _variables).Run();

    // Which port listens, which descriptor is the connection that code asks about (the newest), and what the far end signs with.
    private async ValueTask Note(SystemCall call, Answer answer)
    {
        if (call is SetOptionCall { Md5Key: { } key } && answer.Value == 0) wire.Md5Key = key.Length > 0 ? key : null;
        if (call.Name is "accept" or "accept4" && answer.Value >= 0) _connection = _calls.Fd((int)answer.Value);
        else if (Opens(call)) _connection = Descriptor(call);
        else if (call.Name == "listen" && answer.Value == 0) wire.Listens((await host.Sockets.GetSockName(Descriptor(call))).Port);
    }

    // connect, and what sends with MSG_FASTOPEN.
    private bool Opens(SystemCall call)
    {
        IReadOnlyList<Expr> arguments = call.Event.Arguments;
        int flags = call.Name switch { "sendto" => 3, "sendmsg" => 2, _ => -1 };
        return call.Name == "connect" || (flags >= 0 && arguments.Count > flags && ((MsgFlags)constants.Evaluate(arguments[flags]) & MsgFlags.FASTOPEN) != 0);
    }

    private int Descriptor(SystemCall call) => _calls.Fd((int)constants.Evaluate(call.Event.Arguments[0]));

    public override string ToString() => script.File;

    private sealed class Pending(PacketStage stage, SystemCall call, IPendingCall pending) : IPendingCall
    {
        public async ValueTask<Answer?> Wait(Duration atMost)
        {
            Answer? answer = await pending.Wait(atMost);
            if (answer is not null) await stage.Note(call, answer);
            return answer;
        }
    }
}
