// The expressions of %{ }% blocks, by what Python makes of them.

using System.Numerics;

namespace ActorNet.Packetdrill.Tests;

public class CodeTests
{
    private static string? Run(string code) =>
        new CodeReader(new CodeEvent(default, EventTime.Next, code), name => name switch { "x" => new BigInteger(7), "y" => BigInteger.Zero, _ => null }, new Dictionary<string, object?>(StringComparer.Ordinal)).Run();

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
    [InlineData("f'{x}' == '7' and f'{x:>5}|{x:<3}|{x:03d}|{-x:+}|{x:#x}' == '    7|7  |007|-7|0x7'")]
    [InlineData("f'{x/2:.2f} {{}} {x=} {\"a\"!r} {1234567:,}' == '3.50 {} x=7 \\'a\\' 1,234,567'")]
    [InlineData("'%5d|%-4s|%x|%.1f%%' % (x, 'ab', 255, 2.25) == '    7|ab  |ff|2.2%'")]
    [InlineData("len([1, 2]) == 2 and sum([x, 1]) == 8 and [1, 2] + [3] == [1, 2, 3] and [1, 2, 3][-1] == 3 and 'abc'[1:] == 'bc'")]
    [InlineData("[n * n for n in range(4) if n % 2] == [1, 9] and any(n > 6 for n in (1, x)) and max([3, 9, 4]) == 9")]
    [InlineData("str(x) + 'a' == '7a' and str(7 / 2) == '3.5' and str(4 / 2) == '2.0' and int('12') == 12 and int(3.9) == 3 and int(-3.9) == -3")]
    [InlineData("2 ** 64 == 18446744073709551616 and 0xffffffffffffffff == 2 ** 64 - 1 and 0x10 == 16 and 1_000 == 1000")]
    [InlineData("(1, 2) < (1, 3) and 'a' < 'b' and 'b' in 'abc' and abs(-x) == 7 and round(3.14159, 2) == 3.14")]
    [InlineData("(y or x) == 7 and (y and 1 // y) == 0 and (None or 'z') == 'z'")]
    [InlineData("1e3 == 1000 and .5 + .25 == 0.75 and 7.5 // 2 == 3.0 and True + True == 2")]
    public void What_holds_in_python_holds(string condition) => Assert.Null(Run("assert " + condition));

    [Fact]
    public void Statements_go_as_in_python() => Assert.Null(Run("""

        import socket
        def within(value, low, high=10):
            if low <= value <= high:
                return True
            return False

        def twice(n): return n * 2

        total, names = 0, []
        for i in range(5):
            if i == 1: continue
            elif i == 4:
                break
            else:
                # two and three, and nought
                total += i
                names.append(f"n{i}")
        assert total == 5, total
        assert names == ["n0", "n2", "n3"], names
        a, b = twice(x), twice(
            n=3)
        a = c = a + 1; assert a == 15 and c == 15
        assert within(x, 1) and not within(a, 1) and within(a, 1, high=20)
        print("done", total, end="")
        if b != 6:
            assert False, "never"
        """.ReplaceLineEndings("\n")));

    [Fact]
    public void An_assertion_says_its_message_and_the_values_it_was_about()
    {
        string? wrong = Run("n = 3\nfor i in range(5):\n  assert i < n, f'at {i}, not {n + 1}'");
        Assert.Equal("assert i < n: i is 3, n is 3 (at 3, not 4)", wrong);
    }

    [Fact]
    public void What_a_block_defines_is_there_in_the_next()
    {
        Dictionary<string, object?> variables = new(StringComparer.Ordinal);
        foreach (string code in (string[])["base = 40\ndef more(n):\n  return base + n", "assert more(2) == 42"])
            Assert.Null(new CodeReader(new CodeEvent(default, EventTime.Next, code), _ => null, variables).Run());
    }

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
    [InlineData("if x:\nassert x")]
    [InlineData("def f(n):\n  return f(n)\nf(1)")]
    [InlineData("for i in range(99999999): pass")]
    [InlineData("assert 'a' < 1")]
    [InlineData("assert f'{x'")]
    [InlineData("x = [1, 2][5]")]
    public void What_is_not_understood_is_refused(string code) => Assert.Throws<ScriptException>(() => Run(code));
}
