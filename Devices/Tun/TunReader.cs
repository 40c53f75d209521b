// The thread that reads a TUN or TAP device, since only the kernel knows when there is something, and tells the device's actor in batches.

namespace ActorNet.Devices.Tun;

/// <summary>Reads a device until it is stopped or the device is gone. What it tells is a chain of packets.</summary>
internal sealed class TunReader
{
    private const int Headroom = 128, Batch = 64;

    /// <summary>Packets told and not yet handled at which it pauses; the kernel's own queue then fills and drops (txqueuelen).</summary>
    private const int InboxLimit = 4096;

    private readonly TunDevice _tun;
    private readonly SkBuffPool _pool;
    private readonly int _size;
    private readonly IActorRef _actor;
    private readonly PacketType _type;
    private readonly Action? _gone;
    private readonly Thread _thread;
    private int _told;
    private volatile bool _stop;

    /// <param name="size">Bytes of the longest packet.</param>
    /// <param name="type">HOST for packets that come up from the device; OUTGOING for frames that the actor is to send on.</param>
    /// <param name="gone">Called on the reading thread when the kernel has taken the device away.</param>
    public TunReader(TunDevice tun, SkBuffPool pool, int size, IActorRef actor, PacketType type = PacketType.HOST, Action? gone = null)
    {
        _tun = tun;
        _pool = pool;
        _size = size;
        _actor = actor;
        _type = type;
        _gone = gone;
        _thread = new Thread(Run) { IsBackground = true, Name = $"tun {tun.Name}" };
        _thread.Start();
    }

    public void Handled(int packets) => Interlocked.Add(ref _told, -packets);

    public void Stop()
    {
        _stop = true;
        _tun.Wake();
        _thread.Join();
    }

    private void Run()
    {
        byte[] buffer = new byte[_size];
        bool there = true;
        while (there && !_stop)
        {
            bool full = Volatile.Read(ref _told) >= InboxLimit;
            there = _tun.Wait(packets: !full, full ? 1 : -1);
            if (!there || full) continue;
            SkBuff? batch = ReadBatch(buffer, out int packets);
            if (batch is null) continue;
            Interlocked.Add(ref _told, packets);
            _actor.Tell(batch, ActorRefs.NoSender);
        }

        if (!_stop) _gone?.Invoke();
    }

    private SkBuff? ReadBatch(byte[] buffer, out int packets)
    {
        SkBuff? head = null, tail = null;
        for (packets = 0; packets < Batch; packets++)
        {
            SysResult n = _tun.Read(buffer);
            if (!n.IsOk) break;
            SkBuff skb = _pool.Alloc(Headroom, (int)n.Value);
            skb.Put(buffer.AsSpan(0, (int)n.Value));
            skb.PacketType = _type;
            if (head is null) head = skb;
            else tail!.Next = skb;
            tail = skb;
        }

        return head;
    }
}
