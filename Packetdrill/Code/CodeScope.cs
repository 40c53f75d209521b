// What a block runs in: the names of this moment (fields of TCP_INFO and its like, constants), the variables that blocks have set, those of a function.

namespace ActorNet.Packetdrill;

/// <summary>An expression, compiled.</summary>
internal delegate object? CodeExpr(CodeScope scope);

/// <summary>A statement, compiled.</summary>
internal delegate CodeFlow CodeStatement(CodeScope scope);

/// <summary>How a statement ends.</summary>
internal enum CodeFlow { Next, Break, Continue, Return }

/// <summary>A function that a block has defined.</summary>
internal sealed record CodeFunction(string Name, IReadOnlyList<string> Parameters, IReadOnlyList<CodeExpr> Defaults, CodeStatement Body);

/// <summary>Names and their values.</summary>
/// <param name="names">The host's and the kernel's; null for one that is not known.</param>
/// <param name="variables">They stay from block to block.</param>
internal sealed class CodeScope(Func<string, object?> names, IDictionary<string, object?> variables)
{
    private const int MostSteps = 1_000_000, MostCalls = 100;
    private readonly Stack<Dictionary<string, object?>> _calls = new();
    private int _steps;

    /// <summary>What `return` gave.</summary>
    public object? Returned { get; set; }

    public object? Get(string name) =>
        _calls.TryPeek(out Dictionary<string, object?>? locals) && locals.TryGetValue(name, out object? value) || variables.TryGetValue(name, out value) ? value
        : names(name) ?? throw new CodeException($"there is no value {name}: expected a field of TCP_INFO, a constant, or a variable that the script has set");

    /// <summary>For who reads why something failed: null when there is nothing to say.</summary>
    public string? Show(string name)
    {
        try
        {
            return Get(name) is var v and not CodeFunction ? CodeValue.Repr(v) : null;
        }
        catch (CodeException)
        {
            return null;
        }
    }

    public void Set(string name, object? value)
    {
        if (_calls.TryPeek(out Dictionary<string, object?>? locals)) locals[name] = value;
        else variables[name] = value;
    }

    /// <summary>A step of a loop or a call: a script that goes on for ever is ended.</summary>
    public void Step()
    {
        if (++_steps > MostSteps) throw new CodeException("this goes on for too long");
    }

    public object? Call(CodeFunction function, IReadOnlyList<object?> arguments)
    {
        int least = function.Parameters.Count - function.Defaults.Count;
        if (arguments.Count < least || arguments.Count > function.Parameters.Count) throw new CodeException($"{function.Name}() takes {function.Parameters.Count} arguments, not {arguments.Count}");
        if (_calls.Count >= MostCalls) throw new CodeException("functions call each other too deeply");
        var locals = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (int i = 0; i < function.Parameters.Count; i++) locals[function.Parameters[i]] = i < arguments.Count ? arguments[i] : function.Defaults[i - least](this);
        Step();
        _calls.Push(locals);
        try
        {
            Returned = null;
            function.Body(this);
            return Returned;
        }
        finally
        {
            _calls.Pop();
            Returned = null;
        }
    }
}
