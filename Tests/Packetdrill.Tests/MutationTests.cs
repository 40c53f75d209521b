// Strictness, number by number: in scripts that pass, each number that is an expectation is changed, one at a time, and each change has to make the script
// fail. What may be changed without that is not an expectation: what the script sends, arguments, the times at which it acts. Of the host's packets two
// numbers are free: a connection's first sequence number (it says where the script's numbers begin) and the values of timestamps (unless
// --tcp_ts_tick_usecs). Descriptors that a call makes are names of the script's own, as in the original, and become wrong only where they are used.

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ActorNet.Packetdrill.Tests;

public partial class MutationTests(ITestOutputHelper output)
{
    private const int Step = 9; // every ninth script: MUTATE_ALL=1 takes all

    [Fact]
    public void Every_expected_number_matters()
    {
        string root = Path.Combine(Path.GetDirectoryName(ThisFile())!, "scripts");
        int step = Environment.GetEnvironmentVariable("MUTATE_ALL") is { Length: > 0 } ? 1 : Step, played = 0;
        List<string> survived = [];
        foreach (string file in Directory.EnumerateFiles(root, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where((_, i) => i % step == 0))
        {
            string[] lines = File.ReadAllLines(file);
            foreach ((int line, string changed) in Mutations(lines))
            {
                played++;
                string[] mutant = [.. lines];
                mutant[line] = changed;
                if (Passes(string.Join('\n', mutant))) survived.Add($"{Path.GetRelativePath(root, file)}:{line + 1}: {lines[line].Trim()} -> {changed.Trim()}");
            }
        }

        output.WriteLine($"{played} changes, {survived.Count} not seen");
        Assert.True(played > 300, "there is nothing to change");
        Assert.True(survived.Count == 0, $"{survived.Count} of {played} changes are not seen:\n{string.Join('\n', survived.Take(40))}");
    }

    private static bool Passes(string text)
    {
        try
        {
            return PacketRun.Play(Parser.Parse("mutant.pkt", text), []).Verdict == Verdict.Passed;
        }
        catch (ScriptException)
        {
            return false;
        }
    }

    internal static IEnumerable<(int Line, string Changed)> Mutations(string[] lines)
    {
        bool anchored = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (Sent().Match(line) is { Success: true } sent)
            {
                foreach (string changed in OfPacket(line, sent, anchored && !sent.Groups["flags"].Value.Contains('S', StringComparison.Ordinal))) yield return (i, changed);
                anchored = true;
            }
            else if (Call().Match(line) is { Success: true } call)
            {
                foreach (string changed in OfCall(line, call)) yield return (i, changed);
            }
            else if (line.Contains("%{ assert", StringComparison.Ordinal))
            {
                int end = line.LastIndexOf(',');
                foreach (Match n in Compared().Matches(line[..(end < 0 ? line.Length : end)])) yield return (i, Bump(line, n.Groups[1]));
            }
        }
    }

    private static IEnumerable<string> OfPacket(string line, Match sent, bool anchored)
    {
        if (sent.Groups["at"] is { Success: true, Value: var at } && !at.Contains('~', StringComparison.Ordinal))
        {
            decimal was = decimal.Parse(at, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            decimal much = Math.Max(0.02m, was / 2);
            yield return Replace(line, sent.Groups["at"], (was + much).ToString(CultureInfo.InvariantCulture)); // early
            if (was > much) yield return Replace(line, sent.Groups["at"], (was - much).ToString(CultureInfo.InvariantCulture)); // late
        }

        if (sent.Groups["seq"].Success)
        {
            uint seq = Number(sent.Groups["seq"]), length = Number(sent.Groups["len"]);
            Group range = sent.Groups["range"];
            if (anchored) yield return Replace(line, range, $"{seq + 1}:{seq + 1 + length}({length})");
            yield return Replace(line, range, $"{seq}:{seq + length + 1}({length + 1})");
        }

        string rest = line[..sent.Groups["rest"].Index];
        foreach (Match n in Digits().Matches(sent.Groups["rest"].Value))
        {
            bool stamp = sent.Groups["rest"].Value[..n.Index].EndsWith("TS val ", StringComparison.Ordinal);
            if (!stamp) yield return rest + Bump(sent.Groups["rest"].Value, n);
        }
    }

    private static IEnumerable<string> OfCall(string line, Match call)
    {
        Group result = call.Groups["result"];
        if (!(call.Groups["name"].Value is "socket" or "accept" or "accept4" && result.Value[0] != '-')) yield return Replace(line, result, (long.Parse(result.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture));
        Group errno = call.Groups["errno"];
        if (errno.Length > 0) yield return Replace(line, errno, errno.Value == "EINTR" ? "EIO" : "EINTR");
        // Of what a call writes: getsockopt's value and length.
        if (!line.Contains(" getsockopt(", StringComparison.Ordinal)) yield break;
        foreach (Match n in Bracketed().Matches(line[..result.Index])) yield return Bump(line, n.Groups[1]);
    }

    private static string Bump(string text, Capture n) => Replace(text, n, (long.Parse(n.Value, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture));

    private static string Replace(string text, Capture part, string by) => text[..part.Index] + by + text[(part.Index + part.Length)..];

    private static uint Number(Group g) => uint.Parse(g.Value, CultureInfo.InvariantCulture);

    // A line's time, what the packet says before its range, the range, and the rest.
    [GeneratedRegex(@"^\s*(?:\+(?<at>[\d.]+)|\S+)\s+>\s+(?!udp|icmp)(?:\[[^]]*\]\s*)?(?<flags>\S+)\s+(?<range>(?<seq>\d+):\d+\((?<len>\d+)\))(?<rest>[^/]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sent();

    [GeneratedRegex(@"^\s*\+?[\d.]+\s+(?<name>\w+)\(.*\)\s=\s(?<result>-?\d+)(?:\s+(?<errno>E[A-Z0-9]+))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Call();

    [GeneratedRegex(@"==\s*(\d+)", RegexOptions.None, 1000)]
    private static partial Regex Compared();

    [GeneratedRegex(@"\[(\d+)\]", RegexOptions.None, 1000)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"(?<![\w.])\d+(?![\w.])", RegexOptions.None, 1000)]
    private static partial Regex Digits();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
