// The comparison as a page's table, between its markers.

using System.Globalization;
using System.Text;

namespace ActorNet.Cli.Tests.SideBySide;

internal static class SideTable
{
    private const string Begin = "<!-- table: written by SideBySideTests -->", End = "<!-- end of table -->";

    private static readonly (string Title, string Counter)[] s_columns =
    [
        ("fast recoveries", "TcpExtTCPSackRecovery"), ("RTOs", "TcpExtTCPTimeouts"), ("tail probes", "TcpExtTCPLossProbes"), ("lost again", "TcpExtTCPLostRetransmit"), ("D-SACKs", "TcpExtTCPDSACKRecv"),
    ];

    public static string Of(IReadOnlyList<(SideCase Case, SideResult Linux, SideResult Actor)> rows)
    {
        var table = new StringBuilder();
        table.Append("| wire | control | | goodput, Mbit/s | ratio | frames | lost, dropped | retransmitted |");
        foreach ((string title, string _) in s_columns) table.Append(CultureInfo.InvariantCulture, $" {title} |");
        table.AppendLine().Append("|---|---|---|---|---|---|---|---|").Insert(table.Length, "---|", s_columns.Length).AppendLine();
        foreach ((SideCase c, SideResult linux, SideResult actor) in rows)
        {
            foreach (SideResult side in (ReadOnlySpan<SideResult>)[linux, actor])
            {
                bool first = side == linux;
                table.Append(CultureInfo.InvariantCulture, $"| {(first ? c.Wire : "")} | {(first ? c.Congestion : "")} | {(first ? "Linux" : "ActorNet")} | {side.Goodput(c):0.00} ± {side.Error(c):0.00} | ");
                table.Append(CultureInfo.InvariantCulture, $"{(first ? "" : (actor.Goodput(c) / linux.Goodput(c)).ToString("0.000", CultureInfo.InvariantCulture))} | {side.Frames} | {side.Lost}, {side.QueueDrops} | {side.Retransmitted} |");
                foreach ((string _, string counter) in s_columns) table.Append(CultureInfo.InvariantCulture, $" {side.Counters[counter]} |");
                table.AppendLine();
            }
        }

        return table.ToString();
    }

    /// <summary>Puts the table between the page's markers.</summary>
    public static void Write(string page, string table)
    {
        string text = File.ReadAllText(page);
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = text.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(page, $"{text[..from]}\n{table}{text[to..]}");
    }
}
