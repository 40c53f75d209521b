// Options, then events: `time action`. Packets, commands and code are kept as text: who runs them reads them.

namespace ActorNet.Packetdrill;

/// <summary>Reads a script.</summary>
public sealed partial class Parser
{
    private readonly Lexer _lexer;
    private readonly string _file;
    private Token _next;

    private Parser(string file, string text)
    {
        _file = file;
        _lexer = new Lexer(file, text);
        _next = _lexer.Next();
    }

    /// <exception cref="ScriptException">It is not a script; the message says where and what was expected.</exception>
    public static Script Parse(string file, string text) => new Parser(file, text).ParseScript();

    private Script ParseScript()
    {
        List<ScriptOption> options = [];
        List<ScriptEvent> events = [];
        while (_next.Kind == TokenKind.Option) options.Add(ParseOption());
        while (_next.Kind != TokenKind.End) events.Add(ParseEvent());
        return new Script(_file, options, events);
    }

    private ScriptOption ParseOption()
    {
        Token name = Take();
        if (!_next.Is('=')) return new ScriptOption(name.At, name.Text, "");
        string value = _lexer.Unbroken(_next);
        _next = _lexer.Next();
        return new ScriptOption(name.At, name.Text, value);
    }

    private ScriptEvent ParseEvent()
    {
        Token first = _next;
        // A script's first and last command have no time of their own.
        EventTime time = first.Kind == TokenKind.Command ? EventTime.Next : ParseTime();
        Token action = _next;
        if (time.End is not null && action.Kind != TokenKind.Word) throw Expected("a system call: only those have an end time");
        switch (action.Kind)
        {
            case TokenKind.Command: return new CommandEvent(first.At, time, Take().Text);
            case TokenKind.Code: return new CodeEvent(first.At, time, Take().Text);
            case TokenKind.Word: return ParseSyscall(first.At, time);
            case TokenKind.Mark when action.Is('<') || action.Is('>'):
                string rest = _lexer.RestOfLine(action);
                _next = _lexer.Next();
                return new PacketEvent(first.At, time, action.Is('<'), rest);
            default: throw Expected("a system call, a packet (< or >), a `command` or a %{ code block }%");
        }
    }

    private EventTime ParseTime()
    {
        if (Skip('*')) return new EventTime(IsRelative: true, IsAny: true, Duration.Zero, Duration.Infinite, ParseEnd());
        bool relative = Skip('+');
        Duration earliest = ParseSeconds(), latest = earliest;
        if (Skip('~'))
        {
            if (relative && !Skip('+')) throw Expected("'+': both ends of a relative range have one");
            latest = ParseSeconds();
        }

        return new EventTime(relative, IsAny: false, earliest, latest, ParseEnd());
    }

    private Duration? ParseEnd()
    {
        if (_next.Kind != TokenKind.Ellipsis) return null;
        Take();
        return ParseSeconds();
    }

    private Duration ParseSeconds()
    {
        if (_next.Kind != TokenKind.Number
            || !decimal.TryParse(_next.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds)
            || seconds > 9_000_000_000m)
        {
            throw Expected("a time in seconds");
        }

        Take();
        return Duration.FromNanoseconds((long)(seconds * 1_000_000_000m));
    }

    private SyscallEvent ParseSyscall(Place at, EventTime time)
    {
        string name = Take().Text;
        Want('(', "'(' and the arguments of " + name);
        IReadOnlyList<Expr> arguments = ParseList(')');
        Want('=', $"'=' and what {name} returns");
        Expr result = ParseExpr();
        string? errno = _next.Kind == TokenKind.Word ? Take().Text : null;
        if (errno is not null && Errnos.Find(errno) is null) throw new ScriptException(at, $"{errno} is not the name of an errno");
        string? note = null;
        if (_next.Is('('))
        {
            note = _lexer.Parenthesized(_next);
            _next = _lexer.Next();
        }

        return new SyscallEvent(at, time, name, arguments, result, errno, note);
    }

    private Token Take()
    {
        Token t = _next;
        _next = _lexer.Next();
        return t;
    }

    private bool Skip(char mark)
    {
        if (!_next.Is(mark)) return false;
        Take();
        return true;
    }

    private void Want(char mark, string what)
    {
        if (!Skip(mark)) throw Expected(what);
    }

    private ScriptException Expected(string what) => new(_next.At, $"expected {what}, found {_next}");
}
