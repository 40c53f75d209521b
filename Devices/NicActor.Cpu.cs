// The receive side of a NIC whose host has processors: the interrupt takes time, then each frame of the poll does, run to completion up to its socket
// (net/core/dev.c: net_rx_action; kernel/softirq.c). A poll that has used its budget in frames (netdev_budget) or time (netdev_budget_usecs) goes on as
// ksoftirqd, which shares the processor with the processes that want it. While it goes on interrupts are off, and what does not fit the ring costs nothing.

namespace ActorNet.Devices;

public sealed partial class NicActor
{
    private ActorTimer? _work;
    private SkBuff? _inHand;
    private Instant _roundSince;
    private int _round, _weight;

    private int Core(Cpu cpu) => cpu.CoreOf(Port.Info.IfIndex);

    // The interrupt's handler, then the softirq that it raised.
    private void Schedule(Cpu cpu, Instant now)
    {
        _polling = true;
        _round = _weight = 0;
        _roundSince = cpu.Softirq(Core(cpu), now, cpu.Model.Interrupt);
        WorkUntil(_roundSince);
    }

    private void WorkUntil(Instant at) => (_work ??= new ActorTimer(Cell, NetDevice.PollAgain.Instance)).Arm(at.Nanoseconds);

    // A frame is done, or a round begins.
    private void GoOn(Cpu cpu, Instant now)
    {
        if (!_polling) return;
        if (_inHand is { } done)
        {
            _inHand = null;
            _round++;
            if (++_weight >= _options.Weight) CountPoll();
            Port.Deliver(done, now)?.Tell(done, Me);
        }

        if (_ring.Count == 0)
        {
            // napi_complete: interrupts are on again.
            if (_weight > 0) CountPoll();
            _polling = false;
            return;
        }

        Duration spent = now - _roundSince;
        if (_round >= Math.Max(1, Port.Net.Sysctl.netdev_budget) || spent >= Duration.FromMicroseconds(Math.Max(1, Port.Net.Sysctl.netdev_budget_usecs)))
        {
            Port.Stats.time_squeeze++;
            // A fair share: as long as this round took, if anyone wants it.
            _round = 0;
            _roundSince = cpu.HasWaiting(Core(cpu), now) ? now + spent : now;
            if (_roundSince > now)
            {
                WorkUntil(_roundSince);
                return;
            }
        }

        _ring.TryTake(out _inHand);
        WorkUntil(cpu.Softirq(Core(cpu), now, Cost(cpu, _inHand!)));
    }

    private Duration Cost(Cpu cpu, SkBuff frame)
    {
        ReadOnlySpan<byte> data = frame.Data;
        bool ip = data.Length >= EtherType.HeaderLength + Ipv4Header.MinLength
            && BinaryPrimitives.ReadUInt16BigEndian(data[12..]) == EtherType.IP;
        bool local = ip && Port.Net.IsLocal?.Invoke(new Ipv4View(data[EtherType.HeaderLength..]).Daddr) != false;
        return cpu.Model.Receive(ip, local);
    }

    private void CountPoll()
    {
        Port.Stats.polls++;
        _weight = 0;
    }

    private void PurgeHand(Instant now)
    {
        _work?.Disarm();
        if (_inHand is { } skb) Port.Drop(skb, now, DropReason.LINK_DOWN);
        _inHand = null;
        if (Port.Net.Cpu is not null) _polling = false;
    }
}
