// Expressions of code blocks: operators by Python's precedence, chains of comparisons, calls, lists, comprehensions. Each becomes a function of the scope.

namespace ActorNet.Packetdrill;

/// <summary>Reads a block's words.</summary>
internal sealed partial class CodeParser(CodeEvent block, List<CodeWord> words)
{
    private static readonly string[][] s_levels = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "//", "%"]];
    private int _at;

    private CodeWord Word => words[_at];

    /// <summary>An expression by itself, to its last word: what stands in the braces of an f-string.</summary>
    public CodeExpr Whole()
    {
        CodeExpr e = Expression();
        Skip(CodeKind.Newline);
        return Word.Kind == CodeKind.End ? e : throw Unexpected();
    }

    // a, b, c is a tuple.
    private CodeExpr Tuple()
    {
        CodeExpr first = Expression();
        if (!Is(",")) return first;
        List<CodeExpr> all = [first];
        while (Skip(",") && Word.Kind is not (CodeKind.Newline or CodeKind.End) && !Is("=")) all.Add(Expression());
        return s => all.ConvertAll(e => e(s));
    }

    // a if condition else b.
    private CodeExpr Expression()
    {
        CodeExpr v = Or();
        if (!Skip("if")) return v;
        CodeExpr condition = Or();
        Want("else");
        CodeExpr otherwise = Expression();
        return s => CodeValue.IsTrue(condition(s)) ? v(s) : otherwise(s);
    }

    private CodeExpr Or()
    {
        CodeExpr v = And();
        while (Skip("or"))
        {
            (CodeExpr a, CodeExpr b) = (v, And());
            v = s => a(s) is var x && CodeValue.IsTrue(x) ? x : b(s);
        }

        return v;
    }

    private CodeExpr And()
    {
        CodeExpr v = Not();
        while (Skip("and"))
        {
            (CodeExpr a, CodeExpr b) = (v, Not());
            v = s => a(s) is var x && CodeValue.IsTrue(x) ? b(s) : x;
        }

        return v;
    }

    private CodeExpr Not()
    {
        if (!Skip("not")) return Comparison();
        CodeExpr v = Not();
        return s => !CodeValue.IsTrue(v(s));
    }

    // a <= b <= c is both, and b is looked at once.
    private CodeExpr Comparison()
    {
        CodeExpr first = Binary(0);
        List<(string Op, CodeExpr Right)> chain = [];
        while (Word.Kind is CodeKind.Mark or CodeKind.Name && Word.Text is "==" or "!=" or "<" or "<=" or ">" or ">=" or "is" or "in" or "not")
        {
            string op = words[_at++].Text;
            if (op == "not")
            {
                Want("in");
                op = "not in";
            }
            else if (op == "is" && Skip("not"))
            {
                op = "is not";
            }

            chain.Add((op, Binary(0)));
        }

        if (chain.Count == 0) return first;
        return s =>
        {
            object? left = first(s);
            foreach ((string op, CodeExpr expr) in chain)
            {
                object? right = expr(s);
                if (!Compare(op, left, right)) return false;
                left = right;
            }

            return true;
        };
    }

    private static bool Compare(string op, object? a, object? b)
    {
        switch (op)
        {
            case "==" or "is": return CodeValue.AreEqual(a, b);
            case "!=" or "is not": return !CodeValue.AreEqual(a, b);
            case "in": return CodeValue.Contains(b, a);
            case "not in": return !CodeValue.Contains(b, a);
        }

        int order = CodeValue.Compare(a, b) ?? throw new CodeException($"{CodeValue.Repr(a)} {op} {CodeValue.Repr(b)}: they have no order");
        return op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    private CodeExpr Binary(int level)
    {
        if (level == s_levels.Length) return Unary();
        CodeExpr v = Binary(level + 1);
        while (Word.Kind == CodeKind.Mark && s_levels[level].Contains(Word.Text))
        {
            string op = words[_at++].Text;
            (CodeExpr a, CodeExpr b) = (v, Binary(level + 1));
            v = s => CodeValue.Apply(op, a(s), b(s));
        }

        return v;
    }

    // ** binds closer than a sign before it, and to the right.
    private CodeExpr Unary()
    {
        if (Word.Kind == CodeKind.Mark && Word.Text is "-" or "+" or "~")
        {
            string op = words[_at++].Text;
            CodeExpr v = Unary();
            return op switch { "-" => s => CodeValue.Negate(v(s)), "~" => s => CodeValue.Invert(v(s)), _ => v };
        }

        CodeExpr power = Postfix();
        if (!Skip("**")) return power;
        CodeExpr by = Unary();
        return s => CodeValue.Apply("**", power(s), by(s));
    }

    private bool Is(string text) => Word.Kind is CodeKind.Mark or CodeKind.Name && Word.Text == text;

    private bool Skip(string text)
    {
        if (!Is(text)) return false;
        _at++;
        return true;
    }

    private bool Skip(CodeKind kind)
    {
        if (Word.Kind != kind) return false;
        _at++;
        return true;
    }

    private CodeWord Take(CodeKind kind) => Word.Kind == kind ? words[_at++] : throw Unexpected();

    private void Want(string text)
    {
        if (!Skip(text)) throw Unexpected();
    }

    private ScriptException Unexpected()
    {
        int begin = block.Text.LastIndexOf('\n', Math.Max(0, Math.Min(Word.At, block.Text.Length) - 1)) + 1, end = block.Text.IndexOf('\n', Math.Min(Word.At, block.Text.Length));
        string line = block.Text[begin..(end < 0 ? block.Text.Length : end)].Trim(), what = Word.Kind is CodeKind.Newline or CodeKind.End or CodeKind.Dedent ? "the end" : $"'{Word.Text}'";
        return new ScriptException(block.At, $"in the code: did not expect {what} in '{line}'");
    }
}
