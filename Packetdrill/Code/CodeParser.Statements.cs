// Statements of code blocks: assert, assignments, if, for, def, return, and calls.

namespace ActorNet.Packetdrill;

internal sealed partial class CodeParser
{
    // Those that blocks before this one have defined, and this one's.
    private readonly HashSet<string> _functions = new(StringComparer.Ordinal);

    /// <summary>The block's statements.</summary>
    /// <param name="functions">Names that are functions already.</param>
    public CodeStatement Block(IEnumerable<string> functions)
    {
        _functions.UnionWith(functions);
        List<CodeStatement> all = [];
        while (Word.Kind != CodeKind.End) all.Add(Statement());
        return Sequence(all);
    }

    private CodeStatement Statement()
    {
        if (Skip(CodeKind.Newline)) return _ => CodeFlow.Next;
        switch (Word.Kind == CodeKind.Name ? Word.Text : "")
        {
            case "if":
                _at++;
                return If();
            case "for":
                _at++;
                return For();
            case "def":
                _at++;
                return Def();
            default:
                CodeStatement simple = Simple();
                if (!Skip(CodeKind.Newline) && Word.Kind is not (CodeKind.End or CodeKind.Dedent)) throw Unexpected();
                return simple;
        }
    }

    private CodeStatement Simple()
    {
        if (Skip("assert")) return Assert();
        if (Skip("pass")) return _ => CodeFlow.Next;
        if (Skip("break")) return _ => CodeFlow.Break;
        if (Skip("continue")) return _ => CodeFlow.Continue;
        if (Is("import") || Is("from") || (Is("print") && words[_at + 1].Text != "("))
        {
            // What is brought in is not there; what Python 2 would print nobody reads.
            while (Word.Kind is not (CodeKind.Newline or CodeKind.End)) _at++;
            return _ => CodeFlow.Next;
        }

        if (Skip("return"))
        {
            CodeExpr? value = Word.Kind is CodeKind.Newline or CodeKind.End ? null : Tuple();
            return s =>
            {
                s.Returned = value?.Invoke(s);
                return CodeFlow.Return;
            };
        }

        return Assignment();
    }

    // assert condition, message: the message is looked at when it is needed.
    private CodeStatement Assert()
    {
        int first = _at;
        CodeExpr condition = Expression();
        string text = block.Text[words[first].At..words[_at - 1].End];
        List<string> names = [.. words.GetRange(first, _at - first).Where(w => w.Kind == CodeKind.Name).Select(w => w.Text).Distinct(StringComparer.Ordinal)];
        CodeExpr? message = Skip(",") ? Expression() : null;
        return s =>
        {
            if (CodeValue.IsTrue(condition(s))) return CodeFlow.Next;
            string values = string.Join(", ", names.Where(n => !IsWord(n)).Select(n => (Name: n, Value: s.Show(n))).Where(n => n.Value is not null).Select(n => $"{n.Name} is {n.Value}"));
            string said = message is null ? "" : $" ({CodeValue.Text(message(s))})";
            throw new CodeException($"assert {text}: {values}{said}") { IsAssertion = true };
        };
    }

    private static bool IsWord(string name) =>
        name is "and" or "or" or "not" or "in" or "is" or "if" or "else" or "for" or "True" or "False" or "None" || CodeFunctions.Knows(name);

    // a = b = value; a, b = values; a += value; or an expression by itself, which may be a call.
    private CodeStatement Assignment()
    {
        if (Word.Kind == CodeKind.Name && words[_at + 1] is { Kind: CodeKind.Mark, Text: "+=" or "-=" or "*=" or "/=" or "//=" or "%=" or "|=" or "&=" or "^=" or "<<=" or ">>=" or "**=" })
        {
            string name = words[_at++].Text, op = words[_at++].Text[..^1];
            CodeExpr by = Tuple();
            return s =>
            {
                s.Set(name, CodeValue.Apply(op, s.Get(name), by(s)));
                return CodeFlow.Next;
            };
        }

        List<List<string>> targets = [];
        while (IsTarget())
        {
            targets.Add(Targets());
            Want("=");
        }

        CodeExpr value = Tuple();
        return s =>
        {
            object? v = value(s);
            foreach (List<string> t in targets) Assign(s, t, v);
            return CodeFlow.Next;
        };
    }

    // Names, commas between them, and then =.
    private bool IsTarget()
    {
        int at = _at;
        while (words[at].Kind == CodeKind.Name)
        {
            at++;
            if (words[at].Text == "=" && words[at].Kind == CodeKind.Mark) return true;
            if (words[at].Text != ",") return false;
            at++;
        }

        return false;
    }

    private List<string> Targets()
    {
        List<string> names = [Take(CodeKind.Name).Text];
        while (Skip(",")) names.Add(Take(CodeKind.Name).Text);
        return names;
    }

    private static void Assign(CodeScope s, List<string> names, object? value)
    {
        if (names.Count == 1)
        {
            s.Set(names[0], value);
            return;
        }

        List<object?> parts = CodeValue.Items(value);
        if (parts.Count != names.Count) throw new CodeException($"{parts.Count} values for {names.Count} names");
        for (int i = 0; i < names.Count; i++) s.Set(names[i], parts[i]);
    }

    private CodeStatement If()
    {
        CodeExpr condition = Expression();
        CodeStatement then = Suite();
        CodeStatement otherwise = Skip("elif") ? If() : Skip("else") ? Suite() : _ => CodeFlow.Next;
        return s => CodeValue.IsTrue(condition(s)) ? then(s) : otherwise(s);
    }

    private CodeStatement For()
    {
        List<string> targets = Targets();
        Want("in");
        CodeExpr all = Tuple();
        CodeStatement body = Suite();
        return s =>
        {
            foreach (object? item in CodeValue.Items(all(s)).ToArray())
            {
                s.Step();
                Assign(s, targets, item);
                CodeFlow flow = body(s);
                if (flow == CodeFlow.Return) return flow;
                if (flow == CodeFlow.Break) break;
            }

            return CodeFlow.Next;
        };
    }

    private CodeStatement Def()
    {
        string name = Take(CodeKind.Name).Text;
        _functions.Add(name);
        List<string> parameters = [];
        List<CodeExpr> defaults = [];
        Want("(");
        while (!Skip(")"))
        {
            parameters.Add(Take(CodeKind.Name).Text);
            if (Skip("=")) defaults.Add(Expression());
            else if (defaults.Count > 0) throw Unexpected();
            if (!Is(")")) Want(",");
        }

        CodeStatement body = Suite();
        var function = new CodeFunction(name, parameters, defaults, body);
        return s =>
        {
            s.Set(name, function);
            return CodeFlow.Next;
        };
    }

    // What stands behind a colon: statements on the line, or lines further in.
    private CodeStatement Suite()
    {
        Want(":");
        if (!Skip(CodeKind.Newline))
        {
            List<CodeStatement> line = [Simple()];
            while (Word is { Kind: CodeKind.Newline, Text: ";" })
            {
                _at++;
                if (Word.Kind is not (CodeKind.Newline or CodeKind.End)) line.Add(Simple());
            }

            Skip(CodeKind.Newline);
            return Sequence(line);
        }

        if (!Skip(CodeKind.Indent)) throw Unexpected();
        List<CodeStatement> all = [];
        while (!Skip(CodeKind.Dedent))
        {
            if (Word.Kind == CodeKind.End) throw Unexpected();
            all.Add(Statement());
        }

        return Sequence(all);
    }

    private static CodeStatement Sequence(List<CodeStatement> all) => s =>
    {
        foreach (CodeStatement statement in all)
        {
            CodeFlow flow = statement(s);
            if (flow != CodeFlow.Next) return flow;
        }

        return CodeFlow.Next;
    };
}
