// The code between %{ and }%: packetdrill hands it to Python; scripts use its statements `assert condition, message` and `name = expression`, over the
// fields of TCP_INFO and the names of its constants. This reads that much of Python: operators by its precedence, chains of comparisons, a few functions.

namespace ActorNet.Packetdrill;

/// <summary>A block's statements, run against the values of this moment.</summary>
internal sealed class CodeReader(CodeEvent block, Func<string, decimal?> names, IDictionary<string, decimal> variables)
{
    private List<CodeWord> _words = [];
    private int _at;

    /// <summary>Runs the block. Null when all it asserts holds; else what does not.</summary>
    /// <exception cref="ScriptException">It is not what is understood here.</exception>
    public string? Run()
    {
        foreach (List<CodeWord> statement in CodeWord.Statements(block))
        {
            _words = statement;
            _at = 0;
            if (Skip("import") || Skip("pass")) continue;
            if (Skip("assert"))
            {
                int start = _at;
                bool holds = Ternary() != 0;
                if (_at < _words.Count && !Is(",")) throw Unexpected();
                if (!holds) return $"assert {Text(start, _at)}: {Values(start, _at)}";
                continue;
            }

            if (_words.Count > 2 && _words[1].Text == "=")
            {
                _at = 2;
                variables[_words[0].Text] = Ternary();
            }
            else if (!_words[0].Text.StartsWith("print", StringComparison.Ordinal))
            {
                throw Unexpected();
            }
        }

        return null;
    }

    // a if condition else b. Both are read; what is not taken may not divide by zero either, which no script does.
    private decimal Ternary()
    {
        decimal v = Or();
        if (!Skip("if")) return v;
        bool holds = Or() != 0;
        Want("else");
        decimal w = Ternary();
        return holds ? v : w;
    }

    private decimal Or()
    {
        decimal v = And();
        while (Skip("or"))
        {
            decimal w = And();
            v = v != 0 ? v : w;
        }

        return v;
    }

    private decimal And()
    {
        decimal v = Not();
        while (Skip("and"))
        {
            decimal w = Not();
            v = v == 0 ? v : w;
        }

        return v;
    }

    private decimal Not() => Skip("not") ? (Not() == 0 ? 1 : 0) : Comparison();

    // a <= b <= c is both.
    private decimal Comparison()
    {
        decimal left = Bits();
        bool chained = false, all = true;
        while (_at < _words.Count && _words[_at].Text is "==" or "!=" or "<" or "<=" or ">" or ">=" or "is" or "in" or "not")
        {
            string op = _words[_at++].Text;
            if (op == "not") Want("in");
            if (op is "not" or "in")
            {
                all &= In(left) == (op == "in");
                chained = true;
                break;
            }

            if (op == "is") op = Skip("not") ? "!=" : "==";
            decimal right = Bits();
            all &= op switch { "==" => left == right, "!=" => left != right, "<" => left < right, "<=" => left <= right, ">" => left > right, _ => left >= right };
            left = right;
            chained = true;
        }

        return chained ? (all ? 1 : 0) : left;
    }

    // Of a tuple, a list or a set; range(from, to) too.
    private bool In(decimal value)
    {
        if (Skip("range"))
        {
            Want("(");
            decimal first = Ternary(), end = first;
            if (Skip(",")) end = Ternary();
            else first = 0;
            Want(")");
            return value >= first && value < end && value == Math.Truncate(value);
        }

        string close = Skip("(") ? ")" : Skip("[") ? "]" : Skip("{") ? "}" : throw Unexpected();
        bool found = false;
        while (!Skip(close))
        {
            found |= Ternary() == value;
            if (!Is(close)) Want(",");
        }

        return found;
    }

    private decimal Bits()
    {
        decimal v = Shifts();
        while (_at < _words.Count && _words[_at].Text is "|" or "&" or "^")
        {
            string op = _words[_at++].Text;
            ulong a = (ulong)v, b = (ulong)Shifts();
            v = op switch { "|" => a | b, "&" => a & b, _ => a ^ b };
        }

        return v;
    }

    private decimal Shifts()
    {
        decimal v = Sum();
        while (_at < _words.Count && _words[_at].Text is "<<" or ">>")
        {
            string op = _words[_at++].Text;
            int by = (int)Sum();
            v = op == "<<" ? (ulong)v << by : (ulong)v >> by;
        }

        return v;
    }

    private decimal Sum()
    {
        decimal v = Product();
        while (_at < _words.Count && _words[_at].Text is "+" or "-") v = _words[_at++].Text == "+" ? v + Product() : v - Product();
        return v;
    }

    private decimal Product()
    {
        decimal v = Unary();
        while (_at < _words.Count && _words[_at].Text is "*" or "/" or "//" or "%")
        {
            string op = _words[_at++].Text;
            decimal w = Unary();
            if (w == 0 && op != "*") throw new ScriptException(block.At, "a division by zero");
            v = op switch { "*" => v * w, "/" => v / w, "//" => Math.Floor(v / w), _ => v - (w * Math.Floor(v / w)) };
        }

        return v;
    }

    private decimal Unary() => Skip("-") ? -Unary() : Skip("+") ? Unary() : Skip("~") ? ~(long)Unary() : Power();

    // Binds closer than a sign before it, and to the right.
    private decimal Power()
    {
        decimal v = Atom();
        if (!Skip("**")) return v;
        decimal by = Unary(), product = 1;
        if (by < 0 || by > 64 || by != Math.Truncate(by)) throw new ScriptException(block.At, "in the code: ** takes a whole number from 0 to 64 here");
        for (int i = 0; i < by; i++) product *= v;
        return product;
    }

    private decimal Atom()
    {
        if (_at >= _words.Count) throw Unexpected();
        CodeWord word = _words[_at++];
        if (word.Text == "(")
        {
            decimal inner = Ternary();
            Want(")");
            return inner;
        }

        if (word.Number is { } number) return number;
        if (Skip("(")) return Call(word.Text);
        return variables.TryGetValue(word.Text, out decimal v) ? v : Named(word.Text);
    }

    private decimal Call(string function)
    {
        List<decimal> arguments = [];
        while (!Skip(")"))
        {
            arguments.Add(Ternary());
            if (!Is(")")) Want(",");
        }

        return (function, arguments.Count) switch
        {
            ("abs", 1) => Math.Abs(arguments[0]),
            ("int", 1) => Math.Truncate(arguments[0]),
            ("round", 1) => Math.Round(arguments[0], MidpointRounding.ToEven),
            ("min", > 0) => arguments.Min(),
            ("max", > 0) => arguments.Max(),
            _ => throw new ScriptException(block.At, $"there is no function {function} here (abs, int, min, max, round)"),
        };
    }

    private decimal Named(string name) => name switch
    {
        "True" => 1,
        "False" or "None" => 0,
        _ => names(name) ?? throw new ScriptException(block.At, $"there is no value {name}: expected a field of TCP_INFO, a constant, or a variable that the script has set"),
    };

    // What the names of a condition were worth, for who reads why it failed.
    private string Values(int from, int to) => string.Join(", ", _words[from..to].Where(w => w.IsName && w.Text is not ("and" or "or" or "not" or "in" or "is" or "if" or "else" or "range" or "abs" or "int" or "min" or "max" or "round")).Select(w => w.Text).Distinct()
        .Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} is {(variables.TryGetValue(n, out decimal v) ? v : names(n))}")));

    private string Text(int from, int to) => string.Join(' ', _words[from..to].Select(w => w.Text));

    private bool Is(string text) => _at < _words.Count && _words[_at].Text == text;

    private bool Skip(string text)
    {
        if (!Is(text)) return false;
        _at++;
        return true;
    }

    private void Want(string text)
    {
        if (!Skip(text)) throw Unexpected();
    }

    private ScriptException Unexpected() => new(block.At, $"in the code: did not expect {(_at < _words.Count ? $"'{_words[_at].Text}'" : "the end")} in '{Text(0, _words.Count)}'");
}
