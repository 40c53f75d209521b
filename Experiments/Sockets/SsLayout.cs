// The columns of ss and their widths.

using System.Text;

namespace ActorNet.Experiments;

/// <summary>Rows of cells, printed in columns.</summary>
/// <param name="netid">Whether the column Netid is there.</param>
/// <param name="state">Whether the column State is.</param>
internal sealed class SsLayout(bool noHeader, bool netid, bool state)
{
    // Head, what stands before it, and whether cells stand at its right.
    private static readonly (string Head, string Before, bool Right)[] s_columns =
    [
        ("Netid", "", false), ("State", " ", false), ("Recv-Q", " ", false), ("Send-Q", " ", false), ("Local Address:", " ", true), ("Port", "", false),
        ("Peer Address:", " ", true), ("Port", "", false), ("Process", "", false),
    ];

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(StringBuilder to)
    {
        int last = s_columns.Length - 1;
        int[] widths = [.. s_columns.Select(c => noHeader ? 0 : c.Head.Length)];
        for (int r = 0; r < _rows.Count; r++)
        {
            for (int c = 0; c <= last; c++)
            {
                // ss renders before it has measured the very last cell.
                if (c == last && r == _rows.Count - 1) continue;
                widths[c] = Math.Max(widths[c], _rows[r][c].Length);
            }
        }

        if (!noHeader) Row(to, [.. s_columns.Select(c => c.Head)], widths);
        foreach (string[] row in _rows) Row(to, row, widths);
    }

    private void Row(StringBuilder to, string[] cells, int[] widths)
    {
        bool first = true;
        for (int c = 0; c < cells.Length; c++)
        {
            if ((c == 0 && !netid) || (c == 1 && !state)) continue;
            if (!first) to.Append(s_columns[c].Before);
            first = false;
            to.Append(s_columns[c].Right ? cells[c].PadLeft(widths[c]) : cells[c].PadRight(widths[c]));
        }

        to.Append('\n');
    }
}
