// The Internet Group Management Protocol of a namespace (RFC 3376, with RFC 2236 and RFC 1112 where such queriers are heard): net/ipv4/igmp.c. Sockets'
// memberships (ip_mc_join_group …) are in InetSock.Multicast.cs; they come here as changes of a device's groups.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>What a socket changes at a device (ip_mc_inc_group, ip_mc_dec_group, ip_mc_add_src, ip_mc_del_src).</summary>
public enum McChangeKind : byte { Join, Leave, AddSources, RemoveSources }

/// <summary>One change of a device's groups; addresses in host order.</summary>
/// <param name="Delta">AddSources, RemoveSources: of a filter that is there already.</param>
public readonly record struct McChange(McChangeKind Kind, int IfIndex, uint Group, McMode Mode, uint[] Sources, bool Delta);

/// <summary>IGMP of one namespace.</summary>
/// <remarks>After any call: take from <see cref="TryXmit"/> until there are no more (packets for IP), and arm a timer at <see cref="NextTimer"/>.</remarks>
public sealed class Igmp(Net net, Fib fib)
{
    private readonly RandomStream _random = net.Random("igmp");
    private readonly List<IgmpDevice> _devices = [];
    private SkBuff? _outHead, _outTail;

    public Instant NextTimer
    {
        get
        {
            Instant at = Instant.Never;
            foreach (IgmpDevice d in _devices) at = Instant.Min(at, d.NextTimer);
            return at;
        }
    }

    /// <summary>ip_mc_up, ip_mc_down: an interface can or cannot speak. Unknown ones are made known.</summary>
    public void SetUp(InDevice device, bool up, Instant now)
    {
        IgmpDevice d = Of(device);
        if (up) d.Up(now);
        else d.Down(now);
    }

    /// <summary>ip_mc_destroy_dev: the interface is gone, and its groups with it.</summary>
    public void Remove(int ifIndex) => _devices.RemoveAll(d => d.Device.IfIndex == ifIndex);

    public void Apply(in McChange c, Instant now)
    {
        if (Find(c.IfIndex) is not { } d)
        {
            if (fib.Device(c.IfIndex) is not { } known) return;
            d = Of(known);
        }

        d.At(now);
        switch (c.Kind)
        {
            case McChangeKind.Join: d.Join(c.Group, c.Mode, now); break;
            case McChangeKind.Leave: d.Leave(c.Group, now); break;
            case McChangeKind.AddSources: d.AddSources(c.Group, c.Mode, c.Sources, c.Delta, now); break;
            default: d.RemoveSources(c.Group, c.Mode, c.Sources, c.Delta, now); break;
        }
    }

    /// <summary>igmp_rcv: takes one message, data at its first byte, and frees it.</summary>
    public void Rcv(SkBuff skb, Instant now)
    {
        ReadOnlySpan<byte> bytes = skb.Data;
        if (!IgmpMessage.TryParse(bytes, out IgmpMessage m, out DropReason reason))
        {
            net.Mib.Drop(skb, reason);
            return;
        }

        if (Find(skb.IfIndex) is { } device)
        {
            switch (m.Type)
            {
                case IgmpType.HOST_MEMBERSHIP_QUERY:
                    device.HearQuery(m, bytes, now);
                    break;
                case IgmpType.HOST_MEMBERSHIP_REPORT or IgmpType.V2_HOST_MEMBERSHIP_REPORT when skb.PacketType is PacketType.MULTICAST or PacketType.BROADCAST:
                    device.HearReport(m.Group);
                    break;
            }
        }

        skb.Free();
    }

    public void OnTimer(Instant now)
    {
        foreach (IgmpDevice d in _devices)
        {
            if (d.NextTimer <= now) d.OnTimer(now);
        }
    }

    /// <summary>The next message for IP: data at the IGMP header, <see cref="SkBuff.Ip"/> filled. The caller owns it.</summary>
    public bool TryXmit([NotNullWhen(true)] out SkBuff? skb) => SkBuffChain.Take(ref _outHead, ref _outTail, out skb);

    public void Destroy()
    {
        while (TryXmit(out SkBuff? skb)) net.Mib.Drop(skb, DropReason.RUN_ENDED);
    }

    /// <summary>/proc/net/igmp (igmp_mc_seq_show): the head, then a record for each group; a device's first has the device's line in front.</summary>
    public IEnumerable<string> ProcRecords(Instant now)
    {
        yield return "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n";
        foreach (IgmpDevice d in _devices.OrderBy(d => d.Device.IfIndex))
        {
            d.At(now);
            for (int i = 0; i < d.Groups.Count; i++)
            {
                IpMcGroup g = d.Groups[i];
                bool running = g.Timer != Instant.Never;
                long ticks = running ? Math.Max(0, (g.Timer - now).Milliseconds / 10) : 0; // USER_HZ
                uint group = BinaryPrimitives.ReverseEndianness(g.Address);
                string device = i > 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{d.Device.IfIndex}\t{d.Device.Name,-10}: {d.Groups.Count,5} {d.Querier,7}\n");
                yield return string.Create(CultureInfo.InvariantCulture, $"{device}\t\t\t\t{group:X8} {g.Users,5} {(running ? 1 : 0)}:{ticks:X8}\t\t{(g.IsReporter ? 1 : 0)}\n");
            }
        }
    }

    internal void Put(SkBuff skb) => SkBuffChain.Put(ref _outHead, ref _outTail, skb);

    /// <summary>get_random_u32_below of so many jiffies.</summary>
    internal long Draw(Duration maxDelay)
    {
        long jiffies = maxDelay.Nanoseconds / IgmpConstants.Jiffy.Nanoseconds;
        return jiffies <= 1 ? 0 : _random.Below((uint)jiffies);
    }

    private IgmpDevice? Find(int ifIndex)
    {
        foreach (IgmpDevice d in _devices)
        {
            if (d.Device.IfIndex == ifIndex) return d;
        }

        return null;
    }

    private IgmpDevice Of(InDevice device)
    {
        IgmpDevice? d = _devices.Find(x => x.Device == device);
        if (d is null) _devices.Add(d = new IgmpDevice(this, net, device));
        return d;
    }
}
