// Which events the fuzzer has brought about in which state of TCP: the coverage table of a long run.

using System.Globalization;
using System.Text;

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>What can happen to a connection.</summary>
internal enum FuzzEvent
{
    Syn, SynData, SynAck, SynMixed, Ack, Data, Fin, FinData, Rst, RstAck, Urg, NoAck, Icmp, IcmpMtu, Timer, Backlog,
    Send, Recv, Peek, Oob, ErrQueue, Shutdown, Close, Connect, Listen, Accept, Disconnect, Setsockopt, Getsockopt, Diag, Own,
}

/// <summary>Counts events by state.</summary>
internal sealed class FuzzCells
{
    private const int States = 13, Events = (int)FuzzEvent.Own + 1;
    private readonly long[] _counts = new long[States * Events];

    /// <summary>What the run did besides.</summary>
    public long Cases, Segments, Mangled, Injected, Icmps, Calls, Bytes, Completed, TakenBack;

    public void Note(TcpState state, FuzzEvent e) => _counts[(int)state * Events + (int)e]++;

    /// <summary>States times events that were entered, of all that the table has.</summary>
    public (int Entered, int All) Entered => (_counts.Count(n => n > 0), Events * (States - 1));

    public static FuzzEvent Of(TcpHeader th, int length)
    {
        bool data = length > th.Length;
        const TcpFlags kinds = TcpFlags.SYN | TcpFlags.FIN | TcpFlags.RST | TcpFlags.ACK;
        if ((th.Flags & TcpFlags.URG) != 0) return FuzzEvent.Urg;
        return (th.Flags & kinds) switch
        {
            TcpFlags.SYN => data ? FuzzEvent.SynData : FuzzEvent.Syn,
            TcpFlags.SYN | TcpFlags.ACK => FuzzEvent.SynAck,
            TcpFlags.ACK => data ? FuzzEvent.Data : FuzzEvent.Ack,
            TcpFlags.FIN | TcpFlags.ACK => data ? FuzzEvent.FinData : FuzzEvent.Fin,
            TcpFlags.RST => FuzzEvent.Rst,
            TcpFlags.RST | TcpFlags.ACK => FuzzEvent.RstAck,
            var f when (f & TcpFlags.SYN) != 0 => FuzzEvent.SynMixed,
            _ => FuzzEvent.NoAck,
        };
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        (int entered, int all) = Entered;
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Cases} cases: {Segments} segments sent by the two ends, {Mangled} of them mangled, {Injected} injected, {Icmps} ICMP errors, {Calls} system calls, {Bytes} bytes compared, {Completed} transfers whole, {TakenBack} ended by ETIMEDOUT after both ends took a window back; {entered} of {all} cells\n");
        text.Append("event".PadRight(12));
        for (var s = TcpState.ESTABLISHED; s <= TcpState.NEW_SYN_RECV; s++) text.Append(s.ToString().PadLeft(13));
        text.AppendLine();
        for (int e = 0; e < Events; e++)
        {
            text.Append(((FuzzEvent)e).ToString().PadRight(12));
            for (int s = 1; s < States; s++) text.Append(_counts[s * Events + e].ToString(CultureInfo.InvariantCulture).PadLeft(13));
            text.AppendLine();
        }

        return text.ToString();
    }
}
