// A simulated host as a script's host: calls are those of a program that runs there, all else goes on in its actors.

using System.Text;

namespace ActorNet.Packetdrill;

/// <summary>A host of actors, and the program on it that plays the script.</summary>
internal sealed class ActorHost(SimHost host, Os os) : IScriptHost
{
    private TaskCompletionSource? _waiter;

    public string Name => "ActorNet";

    public Net Net => host.Net;

    public ISocketCalls Sockets => os;

    public Os Os => os;

    public Instant Now => os.Now;

    public ValueTask Delay(Duration time) => os.Delay(time);

    public ValueTask<T> Finish<T>(ValueTask<T> call) => call;

    public void Spawn(Func<Task> body) => os.Spawn(body);

    // Nothing here may go by the thread pool, whose time is not the network's: the packet or the timer sets the result in the host's turn, and the
    // continuation is posted to the program. (Task.Delay counts in milliseconds: a rest of one would be no wait at all.)
    public async ValueTask AwaitPacket(Duration atMost)
    {
        var waiter = new TaskCompletionSource();
        _waiter = waiter;
        using ITimer timer = os.TimeProvider.CreateTimer(
            static w => ((TaskCompletionSource)w!).TrySetResult(), waiter, TimeSpan.FromTicks((atMost.Nanoseconds + 99) / 100), Timeout.InfiniteTimeSpan);
        await waiter.Task;
    }

    public void PacketSent()
    {
        TaskCompletionSource? waiter = _waiter;
        _waiter = null;
        waiter?.TrySetResult();
    }

    public void Inject(SkBuff packet) => host.DeviceActor(ScriptWire.TunName).Tell(packet, ActorRefs.NoSender);

    public async ValueTask<string?> ReadFile(string path)
    {
        SysResult fd = await os.TryOpen(path);
        if (!fd.IsOk) return null;
        var text = new StringBuilder();
        byte[] room = new byte[4096];
        int n;
        while ((n = await os.Read((int)fd.Value, room)) > 0) text.Append(Encoding.ASCII.GetString(room, 0, n));
        await os.TryClose((int)fd.Value);
        return text.ToString();
    }

    public void AddFile(string path, byte[] content) => host.AddFile(path, content);

    public void RemoveFile(string path) => host.RemoveFile(path);
}
