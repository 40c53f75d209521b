// The code between %{ and }%: packetdrill hands it to Python; this is as much of Python as scripts need: assertions and assignments over the fields of TCP_INFO
// and the names of its constants, if, for, def, whole numbers of any size, floats, strings with their formats, lists.

namespace ActorNet.Packetdrill;

/// <summary>A block, run against the values of this moment.</summary>
/// <param name="names">The values that have names; null for a name that is not known.</param>
/// <param name="variables">What blocks before this one have set.</param>
internal sealed class CodeReader(CodeEvent block, Func<string, object?> names, IDictionary<string, object?> variables)
{
    /// <summary>Runs the block. Null when all it asserts holds; else what does not.</summary>
    /// <exception cref="ScriptException">It is not what is understood here, or Python would have raised something.</exception>
    public string? Run()
    {
        CodeStatement all = new CodeParser(block, new CodeLexer(block).Words()).Block(variables.Where(v => v.Value is CodeFunction).Select(v => v.Key));
        try
        {
            all(new CodeScope(names, variables));
            return null;
        }
        catch (CodeException e) when (e.IsAssertion)
        {
            return e.Message;
        }
        catch (CodeException e)
        {
            throw new ScriptException(block.At, "in the code: " + e.Message);
        }
    }
}
