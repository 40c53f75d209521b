// What is sent: igmp_send_report, igmpv3_newpack, add_grhead, add_grec, is_in, igmpv3_send_report, igmpv3_send_cr (net/ipv4/igmp.c). Reports that do not
// fit the MTU are several.

namespace ActorNet.Protocols;

internal sealed partial class IgmpDevice
{
    private const int Headroom = 128, MinMtu = 68;
    private const byte Tos = 0xC0, ControlPriority = 7;
    private static readonly byte[] s_routerAlert = [Ipv4Options.RA, 4, 0, 0];

    // The report under way, and where its last record begins; 0 for none.
    private SkBuff? _report;
    private int _record, _records;

    private int Room => _report is null ? 0 : Device.Mtu - Ipv4Header.MinLength - s_routerAlert.Length - _report.Length;

    // Versions 1 and 2.
    private void SendMessage(IgmpType type, uint group, uint to)
    {
        SkBuff skb = _net.Pool.Alloc(Headroom, IgmpMessage.Length);
        new IgmpMessage(type, 0, group).Emit(skb.Put(IgmpMessage.Length));
        Transmit(skb, to);
    }

    /// <summary>igmpv3_send_report: the state of one group, or of all.</summary>
    private void SendReport(IpMcGroup? only)
    {
        if (only is not null)
        {
            AddRecords(only, StateOf(only), left: false, gone: false);
        }
        else
        {
            foreach (IpMcGroup g in _groups) AddRecords(g, StateOf(g), left: false, gone: false);
        }

        Finish();

        static IgmpRecordType StateOf(IpMcGroup g) => g.Excluding > 0 ? IgmpRecordType.MODE_IS_EXCLUDE : IgmpRecordType.MODE_IS_INCLUDE;
    }

    /// <summary>igmpv3_send_cr: what has changed and has not been said often enough.</summary>
    private void SendChanges()
    {
        for (int i = 0; i < _left.Count; i++)
        {
            IpMcGroup g = _left[i];
            if (g.Mode == McMode.INCLUDE)
            {
                AddRecords(g, IgmpRecordType.BLOCK_OLD_SOURCES, left: true, gone: false);
                AddRecords(g, IgmpRecordType.BLOCK_OLD_SOURCES, left: true, gone: true);
            }

            if (g.Reports > 0)
            {
                if (g.Mode == McMode.EXCLUDE) AddRecords(g, IgmpRecordType.CHANGE_TO_INCLUDE, left: true, gone: false);
                if (--g.Reports == 0)
                {
                    g.Gone.RemoveAll(s => s.Reports == 0);
                    g.Sources.RemoveAll(s => s.Reports == 0);
                }
            }

            if (g.Reports == 0 && g.Gone.Count == 0 && g.Sources.Count == 0) _left.RemoveAt(i--);
        }

        foreach (IpMcGroup g in _groups)
        {
            bool excludes = g.Excluding > 0;
            AddRecords(g, excludes ? IgmpRecordType.BLOCK_OLD_SOURCES : IgmpRecordType.ALLOW_NEW_SOURCES, left: false, gone: false);
            AddRecords(g, excludes ? IgmpRecordType.ALLOW_NEW_SOURCES : IgmpRecordType.BLOCK_OLD_SOURCES, left: false, gone: true);
            if (g.Reports == 0) continue;
            AddRecords(g, g.Mode == McMode.EXCLUDE ? IgmpRecordType.CHANGE_TO_EXCLUDE : IgmpRecordType.CHANGE_TO_INCLUDE, left: false, gone: false);
            g.Reports--;
        }

        Finish();
    }

    // add_grec. left: the group itself is gone; gone: of the sources those that are.
    private void AddRecords(IpMcGroup group, IgmpRecordType type, bool left, bool gone)
    {
        if (IsSilent(group.Address) || Device.Mtu < MinMtu) return;
        bool isState = type is IgmpRecordType.MODE_IS_INCLUDE or IgmpRecordType.MODE_IS_EXCLUDE;
        bool isChange = type is IgmpRecordType.ALLOW_NEW_SOURCES or IgmpRecordType.BLOCK_OLD_SOURCES;
        bool truncates = type is IgmpRecordType.MODE_IS_EXCLUDE or IgmpRecordType.CHANGE_TO_EXCLUDE;
        List<IpMcSource> sources = gone ? group.Gone : group.Sources;
        // An EXCLUDE list must not be split: it gets a fresh packet, and what does not fit that is left out.
        if (truncates && sources.Count > 0 && _records > 0 && Room < IgmpReport.RecordLength + 4 * sources.Count(s => IsIn(group, s, type, left, gone))) Finish();
        int total = 0;
        bool first = true;
        for (int i = 0; i < sources.Count; i++)
        {
            IpMcSource s = sources[i];
            if (!IsIn(group, s, type, left, gone)) continue;
            // A change of the mode says it all (RFC 3376 5.1).
            bool modeSaysIt = (left ? group.Mode == McMode.EXCLUDE : group.Reports > 0) && isChange && s.Reports > 0;
            if (!modeSaysIt)
            {
                if (isState) s.IsAsked = false;
                if (Room < 4 + (first ? IgmpReport.RecordLength : 0))
                {
                    if (truncates && !first) break;
                    Finish();
                    first = true;
                }

                if (first) BeginRecord(type, group.Address);
                first = false;
                AddSource(s.Address);
                total++;
            }

            if (!isChange || s.Reports == 0) continue;
            if (--s.Reports == 0 && (gone || left)) sources.RemoveAt(i--);
        }

        if (total == 0 && !isChange && (group.Reports > 0 || isState))
        {
            if (_report is not null && Room < IgmpReport.RecordLength) Finish();
            BeginRecord(type, group.Address);
        }

        if (isState) group.IsSourceQuery = false;
    }

    private static bool IsIn(IpMcGroup group, IpMcSource s, IgmpRecordType type, bool left, bool gone)
    {
        switch (type)
        {
            case IgmpRecordType.MODE_IS_INCLUDE or IgmpRecordType.MODE_IS_EXCLUDE:
                if (left || gone || group.IsSourceQuery && !s.IsAsked) return false;
                if (group.Mode == McMode.INCLUDE) return true;
                return s.Included > 0 ? type == IgmpRecordType.MODE_IS_INCLUDE : group.Excluding == s.Excluded;
            case IgmpRecordType.CHANGE_TO_INCLUDE:
                return !left && !gone && s.Included > 0;
            case IgmpRecordType.CHANGE_TO_EXCLUDE:
                return !left && !gone && group.Excluding > 0 && s.Included == 0 && group.Excluding == s.Excluded;
            case IgmpRecordType.ALLOW_NEW_SOURCES:
                return !left && s.Reports > 0 && (group.Mode == McMode.INCLUDE) != gone;
            default:
                if (group.Mode == McMode.INCLUDE) return left || s.Reports > 0 && gone;
                return s.Reports > 0 && !left && !gone;
        }
    }

    private void BeginRecord(IgmpRecordType type, uint group)
    {
        if (_report is null)
        {
            _report = _net.Pool.Alloc(Headroom, Device.Mtu);
            _report.Put(IgmpReport.Length).Clear();
            _records = 0;
        }

        _record = _report.Length;
        Span<byte> to = _report.Put(IgmpReport.RecordLength);
        to.Clear();
        to[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], group);
        _records++;
    }

    private void AddSource(uint source)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_report!.Put(4), source);
        Span<byte> count = _report.Data[(_record + 2)..];
        BinaryPrimitives.WriteUInt16BigEndian(count, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(count) + 1));
    }

    // igmpv3_sendpack.
    private void Finish()
    {
        if (_report is not { } skb) return;
        _report = null;
        Span<byte> message = skb.Data;
        message[0] = (byte)IgmpType.V3_HOST_MEMBERSHIP_REPORT;
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], (ushort)_records);
        _records = 0;
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Compute(message));
        Transmit(skb, IgmpConstants.AllMcRouters);
    }

    private void Transmit(SkBuff skb, uint to)
    {
        skb.PacketType = PacketType.OUTGOING;
        skb.Protocol = EtherType.IP;
        skb.Priority = ControlPriority;
        skb.TransportHeader = skb.DataOffset;
        ref IpControl ip = ref skb.Ip;
        ip.Saddr = IpAddress.Any4; // the device's own
        ip.Daddr = IpAddress.FromV4(to);
        ip.Protocol = (byte)IpProtocol.IGMP;
        ip.Tos = Tos;
        ip.Ttl = 1;
        ip.DontFragment = true;
        ip.MulticastLoop = true;
        ip.BoundIfIndex = Device.IfIndex;
        ip.Options = s_routerAlert;
        _igmp.Put(skb);
    }
}
