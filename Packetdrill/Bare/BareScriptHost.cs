// The bare machines as a script's host: time passes when the script waits, and calls return when time has brought what they wait for.

namespace ActorNet.Packetdrill.Bare;

/// <summary>A bare host, and a program's calls on it.</summary>
internal sealed class BareScriptHost(BareHost host) : IScriptHost
{
    private bool _sent;

    public string Name => "machines";

    public Net Net => host.Net;

    public ISocketCalls Sockets { get; } = new BareProcess(host);

    public Os? Os => null;

    public Instant Now => host.Now;

    public ValueTask Delay(Duration time)
    {
        host.Advance(time);
        return default;
    }

    public ValueTask<T> Finish<T>(ValueTask<T> call) => new(host.Finish(call));

    public void Spawn(Func<Task> body) => _ = body(); // it goes on when its call is answered

    public ValueTask AwaitPacket(Duration atMost)
    {
        _sent = false;
        host.AdvanceUntil(() => _sent, host.Now + atMost);
        return default;
    }

    public void PacketSent() => _sent = true;

    public void Inject(SkBuff packet) => host.Rcv(packet);

    public ValueTask<string?> ReadFile(string path) => throw NoFiles(path);

    public void AddFile(string path, byte[] content) => throw NoFiles(path);

    public void RemoveFile(string path) => throw NoFiles(path);

    private static NotApplicableException NoFiles(string path) => new($"{path}: files are the actor layer's, which the bare machines are run without");
}
