// A shell line in words: quotes, pipes, and what stands between commands. As much of sh(1) as scripts use.

using System.Text;

namespace ActorNet.Packetdrill;

/// <summary>Cuts shell lines.</summary>
internal static class ShellWords
{
    /// <summary>The commands of a text, one after another: each a pipeline, each part of which is a list of words.</summary>
    public static List<List<List<string>>> Pipelines(string text)
    {
        List<List<List<string>>> all = [];
        List<List<string>> pipeline = [[]];
        foreach (string word in Words(text))
        {
            switch (word)
            {
                case "\n" or ";" or "&&":
                    End();
                    break;
                case "|":
                    pipeline.Add([]);
                    break;
                default:
                    pipeline[^1].Add(word);
                    break;
            }
        }

        End();
        return all;

        void End()
        {
            if (pipeline[^1].Count > 0) all.Add(pipeline);
            pipeline = [[]];
        }
    }

    /// <summary>Takes redirections out of a command. True: its output goes to a file, not on.</summary>
    public static bool TakeRedirections(List<string> words)
    {
        bool silent = false;
        for (int i = 1; i < words.Count; i++)
        {
            string w = words[i];
            if (w is not (">" or "2>" or "1>" or "&>" or "2>&1") && !w.StartsWith("2>", StringComparison.Ordinal) && !w.StartsWith('>')) continue;
            silent |= w is ">" or "1>" or "&>" || w.StartsWith('>');
            words.RemoveRange(i, Math.Min(w is ">" or "2>" or "1>" or "&>" ? 2 : 1, words.Count - i));
            i--;
        }

        return silent;
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        bool any = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '"' or '\'')
            {
                int end = text.IndexOf(c, i + 1);
                if (end < 0) end = text.Length;
                word.Append(text, i + 1, end - i - 1);
                any = true;
                i = end;
            }
            else if (c is ' ' or '\t' or '\n' or ';' or '|' || (c == '&' && i + 1 < text.Length && text[i + 1] == '&'))
            {
                if (any) yield return word.ToString();
                word.Clear();
                any = false;
                if (c is '\n' or ';' or '|') yield return c.ToString();
                if (c != '&') continue;
                yield return "&&";
                i++;
            }
            else
            {
                word.Append(c);
                any = true;
            }
        }

        if (any) yield return word.ToString();
    }
}
