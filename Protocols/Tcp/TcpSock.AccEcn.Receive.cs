// Accurate ECN, the data receiver: counting marks, telling of them at once when they change, and putting the counters into segments
// (tcp_ecn_received_counters, tcp_accecn_set_ace, tcp_accecn_option_beacon_check; net.ipv4.tcp_ecn_option, tcp_ecn_option_beacon). RFC 9768 sections 3.2.2 and 3.2.3.3.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    // net.ipv4.tcp_ecn_option: 0 never, 1 where it is needed, 2 on every segment, 3 even if such segments seem to be lost.
    private const int OptionSparingly = 1, OptionPersistently = 3;

    /// <summary>Each counter goes out at least once per so many bytes (2^22, RFC 9768 3.2.3.3).</summary>
    private const int OptionBytesShift = 22;

    /// <summary>
    /// tcp_ecn_received_counters: an acceptable packet has come. Linux counts whether ECN was agreed on or not, and only in ESTABLISHED: what comes for a socket that
    /// is half closed is counted by nobody, though RFC 9768 3.2 asks for it.
    /// </summary>
    private void CountEcn(byte tos, int payload, int segments)
    {
        int field = tos & EcnMask;
        if (field == 0 && !IsAccEcn) return;
        TcpAccEcn acc = Flow.AccEcn ??= new TcpAccEcn();
        bool isCe = field == EcnCe;
        if (field != 0)
        {
            if (!HasEcn) _ecn |= EcnFlags.Seen;
            if (isCe) acc.ReceivedCe += segments;
            if (payload > 0) CountEcnBytes(acc, field, (uint)payload);
        }

        bool changed = field != acc.LastField;
        acc.LastField = (byte)field;
        if (!IsAccEcn || !(changed || isCe)) return;
        // Two acknowledgements, for only the second shows one counter alone. RFC 9768 3.2.2.5.1 asks for one after 'n' marks without a change too; Linux has none.
        if (changed) _ackPending |= AckPending.Now;
        acc.Demand = 2;
    }

    private static void CountEcnBytes(TcpAccEcn acc, int field, uint payload)
    {
        // How far the option reaches when ECT(1) stands first and ECT(0) last.
        byte fields = field switch { 1 => 1, EcnCe => 2, _ => 3 };
        ref uint counter = ref acc.Received(field);
        uint before = counter;
        counter += payload;
        acc.MinFields = Math.Max(acc.MinFields, fields);
        if (counter >> OptionBytesShift != before >> OptionBytesShift) acc.Demand = Math.Max(acc.Demand, (byte)1);
    }

    /// <summary>
    /// tcp_accecn_set_ace: the counter of marks, on every segment without SYN; or, in the ACK of a SYN-ACK, how that arrived. All of them are ECN-capable, pure
    /// acknowledgements and what is sent again too.
    /// </summary>
    private TcpFlags AccEcnSend(TcpFlags flags, bool isPure)
    {
        TcpAccEcn acc = AccEcnState!;
        Tos = (byte)(Tos & ~EcnMask | (acc.Failed(AccEcnFail.AceSend | AccEcnFail.AceRecv) ? 0 : EcnEct0));
        bool reflects = acc.Reflects && isPure;
        return flags | (reflects ? AccEcn.Reflect(acc.SynEctRcv) : AccEcn.Flags(acc.ReceivedCe + AccEcn.InitialPackets));
    }

    /// <summary>Whether a segment is to have the option. A peer whose option never came gets none: so Linux, where RFC 9768 3.2.3.2.3 would go on sending.</summary>
    private bool AccEcnWantsOption(TcpAccEcn acc)
    {
        int mode = Sysctl.tcp_ecn_option;
        if (mode == 0 || acc.Seen == AccEcnSeen.NotSeen) return false;
        if (acc.Failed(AccEcnFail.OptSend) && mode < OptionPersistently) return false;
        if (mode > OptionSparingly) return true;
        return acc.InRun ? acc.LastHadOption : acc.Demand > 0 || AccEcnBeacon(acc);
    }

    // A few times per round trip even if nothing changes.
    private bool AccEcnBeacon(TcpAccEcn acc) =>
        Sysctl.tcp_ecn_option_beacon != 0
        && (acc.OptionAt == Instant.Never || (_mstamp - acc.OptionAt).Microseconds * Sysctl.tcp_ecn_option_beacon >= _rtt.Srtt8 >> 3);

    /// <summary>How many fields the option of a segment would have, below zero for no option; of more than two SACK blocks one may give way (RFC 9768 3.2.3.3).</summary>
    /// <param name="room">What the options leave without SACK blocks, bytes.</param>
    private static int AccEcnFit(TcpAccEcn acc, int room, ref int sacks)
    {
        for (int n = sacks; ; n--)
        {
            int fields = AccEcnFields.Fit(acc.MinFields, room - (n > 0 ? 4 + 8 * n : 0), n > 0 ? 2 : 0);
            if (fields >= 0)
            {
                sacks = n;
                return fields;
            }

            if (n <= 2 || acc.MinFields == 0) return -1;
        }
    }

    /// <summary>What the option would take of a segment's room for data, bytes; a SACK block may give way to it.</summary>
    private int AccEcnSpace(ref int sacks)
    {
        TcpAccEcn acc = AccEcnState!;
        if (!AccEcnWantsOption(acc)) return 0;
        int room = TcpOptionsWriter.MaxLength - (Timestamps ? TcpOptionsReceived.TimestampAligned : 0) - (Md5Key is null ? 0 : TcpMd5.OptionLength);
        AccEcnFields option = default;
        option.SetFields(AccEcnFit(acc, room, ref sacks));
        return option.Space(sacks > 0 ? 2 : 0);
    }

    /// <summary>The option of a segment, if it is to have one and there is room.</summary>
    private void AccEcnOptions(ref TcpOptionsWriter options, ref int sacks)
    {
        TcpAccEcn acc = AccEcnState!;
        int fields = -1;
        if (AccEcnWantsOption(acc)) fields = AccEcnFit(acc, TcpOptionsWriter.MaxLength - options.Length, ref sacks);
        acc.LastHadOption = fields >= 0;
        if (fields < 0) return;
        options.AccEcn = new AccEcnFields { Ect1 = acc.Received(1) + AccEcn.InitialBytes, Ce = acc.Received(EcnCe), Ect0 = acc.Received(EcnEct0) + AccEcn.InitialBytes };
        options.AccEcn.SetFields(fields);
        acc.MinFields = 0;
        acc.OptionAt = _mstamp;
        if (acc.Demand > 0 && !acc.InRun) acc.Demand--;
        if (_ofo is { } ofo && ofo.TryGetDsack(out SeqNum start))
        {
            acc.SentWithDsack = true;
            acc.DsackStart = start;
        }
    }

    /// <summary>tcp_rcv_spurious_retrans: what a D-SACK with the option told of comes once more, so such ACKs do not arrive (RFC 9768 3.2.3.2.2).</summary>
    private void AccEcnSpuriousRetrans(SeqNum seq)
    {
        if (AccEcnState is { SentWithDsack: true } acc && IsAccEcn && acc.DsackStart == seq) acc.Fail |= AccEcnFail.OptSend;
    }

    // The ACK of a SYN-ACK.
    private void SendSynAckAck()
    {
        if (IsAccEcn) AccEcnState!.Reflects = true;
        SendAck();
        if (IsAccEcn) AccEcnState!.Reflects = false;
    }
}
