// Whether each feature was used just where both ends have it: the options of SYN and SYN-ACK, and what every segment after them carries.

using System.Globalization;

namespace ActorNet.Interop.Tests;

/// <summary>Reads the main connection of a capture.</summary>
internal static class Negotiation
{
    public static List<string> Of(InteropCase c, List<Frame> frames, bool synAgain)
    {
        List<string> wrong = [];
        int stream = frames.Max(f => f.Stream);
        List<Frame> main = frames.FindAll(f => f.Stream == stream);
        List<Frame> syns = main.FindAll(f => f.IsSyn), synAcks = main.FindAll(f => f.IsSynAck);
        if (syns.Count == 0 || synAcks.Count == 0) return [$"{syns.Count} SYN and {synAcks.Count} SYN-ACK in the main connection"];
        Frame syn = syns[0], synAck = synAcks[0];
        Feature offAtClient = c.LinuxIsClient ? Feature.OffAtKernel : Feature.OffHere;

        void Expect(bool expected, bool seen, string what)
        {
            if (expected != seen) wrong.Add($"{what}: {(seen ? "there" : "missing")}");
        }

        void Option(Feature feature, Func<Frame, bool> has, string what)
        {
            Expect(feature != offAtClient, has(syn), $"{what} in the SYN");
            Expect(feature == Feature.On, has(synAck), $"{what} in the SYN-ACK");
        }

        Option(c.Sack, f => f.SackPermitted, "SACK-permitted");
        Option(c.Timestamps, f => f.Timestamps, "timestamps");
        Option(c.WindowScaling, f => f.WindowScale >= 0, "window scaling");
        foreach (Frame f in main)
        {
            if (f.IsSyn || f.IsSynAck || f.Has(Frame.RST)) continue;
            if (f.Timestamps != (c.Timestamps == Feature.On)) wrong.Add($"frame {f.Number}: timestamps {(f.Timestamps ? "there" : "missing")}");
            if (f.SackEnds.Count > 0 && c.Sack != Feature.On) wrong.Add($"frame {f.Number}: SACK blocks without SACK");
        }

        if (c.Loss == 5 && c.Sack == Feature.On) Expect(true, main.Exists(f => f.SackEnds.Count > 0), "SACK blocks at 5 % loss");
        if (synAgain) return wrong; // sent again: without ECN and without Fast Open's data, at either end (tcp_ecn_clear_syn)
        Ecn(c, main, syn, synAck, Expect);
        FastOpen(c, main, syn, synAck, offAtClient, Expect);
        return wrong;
    }

    private static void Ecn(InteropCase c, List<Frame> main, Frame syn, Frame synAck, Action<bool, bool, string> expect)
    {
        bool asked = c.Ecn != (c.LinuxIsClient ? Feature.OffAtKernel : Feature.OffHere), on = c.Ecn == Feature.On;
        expect(asked, syn.Has(Frame.ECE | Frame.CWR), "ECN in the SYN");
        expect(on, synAck.Has(Frame.ECE) && !synAck.Has(Frame.CWR), "ECN in the SYN-ACK");
        expect(false, syn.Ecn != 0 || synAck.Ecn != 0, "an ECN mark on the handshake");
        List<Frame> rest = main.FindAll(f => !f.IsSyn && !f.IsSynAck);
        expect(on, rest.Exists(f => f is { Length: > 0, Ecn: 2 or 3 }), "ECT on data");
        // RFC 3168 section 6.1.4. Linux: but for the ACK of a FIN in TIME-WAIT, which has the mark that the connection sent last.
        expect(false, rest.Exists(f => f is { Length: 0, Ecn: not 0 } && !rest.Exists(fin => fin.Source != f.Source && fin.Has(Frame.FIN) && fin.Number < f.Number)), "ECT on an acknowledgement");
        if (!on) expect(false, rest.Exists(f => (f.Flags & (Frame.ECE | Frame.CWR)) != 0), "ECE or CWR");
        // A mark that arrives here is answered with ECE, and that with CWR.
        if (rest.Exists(f => f is { Ecn: 3 }))
            expect(true, rest.Exists(f => f.Source == InteropRun.HostAddress && f.Has(Frame.ECE)), "ECE after a mark");
    }

    private static void FastOpen(InteropCase c, List<Frame> main, Frame syn, Frame synAck, Feature offAtClient, Action<bool, bool, string> expect)
    {
        if (c.FastOpen == Feature.On)
        {
            expect(true, syn.Cookie is { Length: > 0 }, "a cookie in the SYN");
            expect(true, syn.Length > 0, "data in the SYN");
            expect(true, synAck.AckSeq == syn.Seq + 1 + (uint)syn.Length, string.Create(CultureInfo.InvariantCulture, $"the SYN's {syn.Length} bytes acknowledged by the SYN-ACK ({synAck.AckSeq})"));
            return;
        }

        expect(c.FastOpen != offAtClient, syn.Cookie is "", "a request for a cookie in the SYN");
        expect(false, synAck.Cookie is not null, "a Fast Open option in the SYN-ACK");
        expect(false, main.Exists(f => f.IsSyn && f.Length > 0), "data in the SYN");
    }
}
