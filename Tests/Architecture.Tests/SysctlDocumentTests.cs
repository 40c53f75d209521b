// docs/fidelity.md names every setting that Linux 6.18 has below /proc/sys/net/core and /proc/sys/net/ipv4, and says of each whether it is here. The code is asked.

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorNet.Protocols;

namespace ActorNet.Architecture.Tests;

public class SysctlDocumentTests
{
    private static readonly Dictionary<string, string> s_rows = Rows();

    [Fact]
    public void What_the_document_says_works_is_in_the_table_and_nothing_else_is()
    {
        Assert.True(s_rows.Count > 250, "the document has its table");
        Assert.All(s_rows.Values, state => Assert.Contains(state, (string[])["works", "absent"]));
        Assert.Equal(
            SysctlTable.All.Select(e => e.Name).Order(StringComparer.Ordinal),
            s_rows.Where(r => r.Value == "works").Select(r => r.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_setting_of_a_6_18_kernel_has_a_row()
    {
        // Other kernels have others.
        if (!File.Exists("/proc/sys/kernel/osrelease") || !File.ReadAllText("/proc/sys/kernel/osrelease").StartsWith("6.18.", StringComparison.Ordinal)) return;
        List<string> missing = [];
        foreach (string folder in (string[])["/proc/sys/net/core", "/proc/sys/net/ipv4"])
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                string name = file["/proc/sys/".Length..].Replace('/', '.');
                string general = Regex.Replace(name, @"^net\.ipv4\.(conf|neigh)\.(?!all\.)(.+)\.([^.]+)$", "net.ipv4.$1.DEV.$3", RegexOptions.None, TimeSpan.FromSeconds(1));
                if (!s_rows.ContainsKey(general) && !s_rows.ContainsKey(name)) missing.Add(name);
            }
        }

        Assert.Equal([], missing);
    }

    private static Dictionary<string, string> Rows()
    {
        Dictionary<string, string> rows = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../docs/fidelity.md")))
        {
            if (!line.StartsWith("| `net.", StringComparison.Ordinal)) continue;
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            foreach (string name in cells[1].Split(',', StringSplitOptions.TrimEntries)) rows.Add(name.Trim('`'), cells[2]);
        }

        return rows;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
