// The expressions of %{ }% blocks, by what Python makes of them.

namespace ActorNet.Packetdrill.Tests;

public class CodeTests
{
    private static string? Run(string code) =>
        new CodeReader(new CodeEvent(default, EventTime.Next, code), name => name switch { "x" => 7m, "y" => 0m, _ => null }, new Dictionary<string, decimal>(StringComparer.Ordinal)).Run();

    [Theory]
    [InlineData("x in (1, 7)")]
    [InlineData("x in [7]")]
    [InlineData("x in {7, 9}")]
    [InlineData("x not in (1, 2,)")]
    [InlineData("x in range(8)")]
    [InlineData("not x in range(1, 7)")]
    [InlineData("x == (7 if y == 0 else 8)")]
    [InlineData("(1 if y else 2) == 2")]
    [InlineData("y is not None or x is not 8")]
    [InlineData("2 ** 3 == 8 and -2 ** 2 == -4 and 2 ** 3 ** 2 == 512")]
    [InlineData("1 < x <= 7 != 8")]
    [InlineData("-7 // 2 == -4 and -7 % 3 == 2 and x / 2 == 3.5")]
    [InlineData("x | 8 == 15")]
    [InlineData("x & 6 == 6 and x ^ 1 == 6 and ~x == -8")]
    [InlineData("round(2.5) == 2 and max(1, x, 3) == 7, f'{x} and {y:d}'")]
    [InlineData("1 == 1, 'x: %d' % x")]
    public void What_holds_in_python_holds(string condition) => Assert.Null(Run("assert " + condition));

    [Theory]
    [InlineData("x in (1, 2)")]
    [InlineData("x not in [7]")]
    [InlineData("x in range(7)")]
    [InlineData("0 if x else 1")]
    [InlineData("1 < x < 7")]
    [InlineData("y")]
    public void What_does_not_hold_is_told_with_the_values(string condition)
    {
        string? wrong = Run("assert " + condition);
        Assert.NotNull(wrong);
        Assert.Contains(" is ", wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("assert z == 1")]
    [InlineData("assert x in 7")]
    [InlineData("assert x ==")]
    [InlineData("while x: pass")]
    [InlineData("assert open(x)")]
    [InlineData("assert 1 // 0")]
    public void What_is_not_understood_is_refused(string code) => Assert.Throws<ScriptException>(() => Run(code));
}
