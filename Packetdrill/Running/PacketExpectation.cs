// One expected packet: takes what the host sent, joins segments that a device with segmentation offload would have carried as one, and judges.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>Judges what the host sends against one line of the script.</summary>
internal sealed class PacketExpectation(ScriptWire wire, PacketEvent line, PacketSpec expected, PacketOptions options)
{
    // By how much an event may be off, whatever came before it; and by how much of the time since then.
    private const double Share = 0.125;

    /// <summary>Waits for the packet and judges it. When it came; or what is wrong.</summary>
    /// <param name="at">The script's time for it.</param>
    /// <param name="last">Of the event before.</param>
    public async ValueTask<(Duration At, string? Wrong)> Judge(Duration at, Duration last, IScriptHost host)
    {
        Duration tolerance = Duration.Max(options.Tolerance, options.IsToleranceGiven ? Duration.Zero : Duration.FromNanoseconds((long)((at - last).Nanoseconds * Share)));
        EventTime time = line.Time;
        Duration latest = time.IsAny ? Duration.FromSeconds(600) : (time.IsRelative ? last + time.Latest : time.Latest) + tolerance;
        if (await wire.Take(latest, host) is not { } sent) return (at, Text("the packet does not come", null, host));
        if (sent.Fault(wire.Md5Key) is { } fault) return (sent.At, Text(fault, sent.ToSpec(wire.Current), host));
        Flow flow = wire.FlowOf(sent);
        PacketSpec actual = Read(sent, flow);
        string? wrong = PacketJudge.Differs(expected, actual, options.JudgesStamps);
        if (wrong is null && !time.IsAny && sent.At < at - tolerance) wrong = $"it is {(at - sent.At).TotalSeconds:0.######} s early: it left at {sent.At.TotalSeconds:0.######}";
        if (wrong is null && !time.IsAny && sent.At > latest) wrong = $"it is {(sent.At - latest + tolerance).TotalSeconds:0.######} s late: it left at {sent.At.TotalSeconds:0.######}";
        return (sent.At, wrong is null ? null : Text(wrong, actual, host));
    }

    private PacketSpec Read(SentPacket sent, Flow flow)
    {
        if (!sent.IsTcp || expected is not TcpSpec e) return sent.ToSpec(flow);
        flow.Anchor(sent.Seq, e.Seq, (sent.Flags & TcpFlags.SYN) != 0);
        if (sent.Stamp() is { } stamp && e.Options?.FirstOrDefault(o => o.Name == "TS") is { } ts) flow.Stamp(ts.A, stamp);
        var actual = (TcpSpec)sent.ToSpec(flow);
        while (!options.StrictSegments && actual.Length > 0 && actual.Length < e.Length && actual.Seq == e.Seq && (actual.Flags & TcpFlags.FIN) == 0)
        {
            // The script's packet may be several; its flags are the last one's.
            TcpSpec before = actual;
            SentPacket? next = wire.Next(n => n.IsTcp && n.SourcePort == sent.SourcePort && n.DestinationPort == sent.DestinationPort && GoesOn(before, (TcpSpec)n.ToSpec(flow), e));
            if (next is null) break;
            var more = (TcpSpec)next.ToSpec(flow);
            actual = actual with { Length = actual.Length + more.Length, Flags = more.Flags };
        }

        return actual;
    }

    private static bool GoesOn(TcpSpec first, TcpSpec next, TcpSpec whole) =>
        next.Seq == first.EndSeq && next.Length > 0 && first.Length + next.Length <= whole.Length && next.Ack == first.Ack;

    private string Text(string wrong, PacketSpec? actual, IScriptHost host) =>
        $"{line.At.File}:{line.At.Line}: {wrong}\n  script:    > {expected}\n  {host.Name + ":",-10} {(actual is null ? "nothing" : "> " + Shown(actual))}";

    // Without what the script does not speak of either.
    private PacketSpec Shown(PacketSpec actual)
    {
        if (actual is TcpSpec t && expected is TcpSpec { Window: null }) actual = t with { Window = null };
        return actual with { Tos = expected.Tos is null ? null : actual.Tos, Ecn = expected.Ecn is null ? null : actual.Ecn };
    }
}

/// <summary>How strictly packets are judged.</summary>
/// <param name="Tolerance">4 ms unless --tolerance_usecs says otherwise.</param>
/// <param name="StrictSegments">--strict_segments: segments are not joined.</param>
/// <param name="JudgesStamps">--tcp_ts_tick_usecs was given.</param>
/// <param name="OneConnection">--one_connection (ours): every SYN has the ports of the first.</param>
/// <param name="ToTheEnd">--to_the_end (ours): a packet that is left when the script ends fails it.</param>
internal sealed record PacketOptions(Duration Tolerance, bool IsToleranceGiven, bool StrictSegments, bool JudgesStamps, bool OneConnection = false, bool ToTheEnd = false)
{
    public static PacketOptions Default { get; } = new(Duration.FromMilliseconds(4), false, false, false);
}
