// What expressions are made of: names, calls, methods, indexes, lists, tuples, comprehensions.

namespace ActorNet.Packetdrill;

internal sealed partial class CodeParser
{
    private CodeExpr Postfix()
    {
        CodeExpr v = Atom();
        while (true)
        {
            CodeExpr of = v;
            if (Skip("["))
            {
                v = Subscript(of);
            }
            else if (Skip("."))
            {
                string method = Take(CodeKind.Name).Text;
                Want("(");
                List<CodeExpr> arguments = Items(")");
                v = s => CodeFunctions.Call(of(s), method, arguments.ConvertAll(a => a(s)));
            }
            else
            {
                return v;
            }
        }
    }

    private CodeExpr Subscript(CodeExpr of)
    {
        CodeExpr? from = Is(":") ? null : Expression();
        if (from is not null && Skip("]")) return s => CodeFunctions.Index(of(s), from(s));
        Want(":");
        CodeExpr? to = Is("]") ? null : Expression();
        Want("]");
        return s => CodeFunctions.Slice(of(s), from?.Invoke(s), to?.Invoke(s));
    }

    private CodeExpr Atom()
    {
        CodeWord word = words[_at];
        switch (word.Kind)
        {
            case CodeKind.Number:
                _at++;
                return _ => word.Number;
            case CodeKind.String or CodeKind.FString:
                return Strings();
            case CodeKind.Name:
                _at++;
                return Named(word.Text);
            case CodeKind.Mark when word.Text == "(":
                _at++;
                return Group();
            case CodeKind.Mark when word.Text is "[" or "{":
                _at++;
                return Display(word.Text == "[" ? "]" : "}");
            default: throw Unexpected();
        }
    }

    // Strings beside each other are one.
    private CodeExpr Strings()
    {
        List<CodeExpr> parts = [];
        while (Word.Kind is CodeKind.String or CodeKind.FString)
        {
            CodeWord word = words[_at++];
            if (word.Kind == CodeKind.String) parts.Add(_ => word.Text);
            else parts.Add(FString(word.Text));
        }

        return parts.Count == 1 ? parts[0] : s => string.Concat(parts.Select(p => CodeValue.Text(p(s))));
    }

    private CodeExpr Named(string name)
    {
        switch (name)
        {
            case "True": return _ => true;
            case "False": return _ => false;
            case "None": return _ => null;
        }

        if (!Skip("(")) return s => s.Get(name);
        List<CodeExpr> arguments = Items(")");
        if (!_functions.Contains(name) && CodeFunctions.Knows(name)) return s => CodeFunctions.Call(name, arguments.ConvertAll(a => a(s)));
        if (!_functions.Contains(name)) throw new ScriptException(block.At, $"in the code: there is no function {name} here");
        return s => s.Get(name) is CodeFunction f ? s.Call(f, arguments.ConvertAll(a => a(s))) : throw new CodeException($"{name} is no function");
    }

    // (a), or a tuple: (), (a,), (a, b).
    private CodeExpr Group()
    {
        if (Skip(")")) return _ => new List<object?>();
        CodeExpr first = Expression();
        if (Is("for")) return Comprehension(first, ")");
        if (Skip(")")) return first;
        List<CodeExpr> all = [first];
        while (Skip(",") && !Is(")")) all.Add(Expression());
        Want(")");
        return s => all.ConvertAll(e => e(s));
    }

    // [a, b], {a, b}, [a for b in c].
    private CodeExpr Display(string close)
    {
        List<CodeExpr> all = [];
        while (!Skip(close))
        {
            CodeExpr item = Expression();
            if (all.Count == 0 && Is("for")) return Comprehension(item, close);
            all.Add(item);
            if (!Is(close)) Want(",");
        }

        return s => all.ConvertAll(e => e(s));
    }

    // A call's arguments. One may be a comprehension; a name before one (print(…, end="")) is read over.
    private List<CodeExpr> Items(string close)
    {
        List<CodeExpr> items = [];
        while (!Skip(close))
        {
            if (Word.Kind == CodeKind.Name && words[_at + 1].Text == "=") _at += 2;
            CodeExpr item = Expression();
            if (items.Count == 0 && Is("for")) return [Comprehension(item, close)];
            items.Add(item);
            if (!Is(close)) Want(",");
        }

        return items;
    }

    // value for name in all if condition.
    private CodeExpr Comprehension(CodeExpr value, string close)
    {
        Want("for");
        List<string> targets = Targets();
        Want("in");
        CodeExpr all = Or();
        CodeExpr? condition = Skip("if") ? Or() : null;
        Want(close);
        return s =>
        {
            List<object?> made = [];
            foreach (object? item in CodeValue.Items(all(s)).ToArray())
            {
                s.Step();
                Assign(s, targets, item);
                if (condition is null || CodeValue.IsTrue(condition(s))) made.Add(value(s));
            }

            return made;
        };
    }
}
