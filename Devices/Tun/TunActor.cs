// The simulated end of a TUN device: what the kernel routes into it comes up here, what is sent here the kernel receives. Realtime only.
// A thread of its own reads, since only the kernel knows when there is something, and tells the actor in batches.

namespace ActorNet.Devices.Tun;

/// <summary>A host's device whose wire is the real kernel. Speaks <see cref="NetDevice"/>; frames are bare IP packets.</summary>
public sealed class TunActor : BareIpActor
{
    private const int Headroom = 128, Batch = 64;

    /// <summary>Packets told and not yet handled at which the reader pauses; the kernel's own queue then fills and drops (txqueuelen).</summary>
    private const int InboxLimit = 4096;

    private readonly NetDeviceState _dev;
    private readonly TunDevice _tun;
    private Reader? _reader;

    /// <param name="tun">Opened by who builds the host, so that what is wrong with it is said before a run; closed with the actor.</param>
    public TunActor(NetDeviceState dev, TunDevice tun)
        : base(dev)
    {
        _dev = dev;
        _tun = tun;
    }

    protected override void PreStart() => _reader = new Reader(_tun, _dev.Net.Pool, _dev.Info.MaxMtu, Me);

    // A restart keeps the device and only renews the thread.
    protected override void PreRestart(Exception reason, object? message)
    {
        _reader?.Stop();
        _reader = null;
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        if (_reader is null) return;
        _reader.Stop();
        _tun.Dispose();
    }

    protected override void Handled(int packets) => _reader?.Handled(packets);

    protected override void Write(SkBuff skb, Instant now)
    {
        SysResult result = _tun.Write(skb.Data);
        if (!result.IsOk)
        {
            _dev.Stats.tx_dropped++;
            if (result.Errno is Errno.EAGAIN or Errno.ENOBUFS) _dev.Stats.tx_fifo_errors++;
            else _dev.Stats.tx_errors++;
            _dev.Drop(skb, now, result.Errno is Errno.EAGAIN or Errno.ENOBUFS ? DropReason.FULL_RING : DropReason.LINK_DOWN);
            return;
        }

        Sent(skb, now);
    }

    private sealed class Reader
    {
        private readonly TunDevice _tun;
        private readonly SkBuffPool _pool;
        private readonly int _size;
        private readonly IActorRef _actor;
        private readonly Thread _thread;
        private int _told;
        private volatile bool _stop;

        public Reader(TunDevice tun, SkBuffPool pool, int maxMtu, IActorRef actor)
        {
            _tun = tun;
            _pool = pool;
            _size = maxMtu;
            _actor = actor;
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
                if (head is null) head = skb;
                else tail!.Next = skb;
                tail = skb;
            }

            return head;
        }
    }
}
