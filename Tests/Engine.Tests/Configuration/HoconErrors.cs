// Every mistake is answered with the place where it is and what was expected there.

using ActorNet.Engine.Configuration;
using ActorNet.Engine.Hosts;

namespace ActorNet.Engine.Tests.Configuration;

public sealed class HoconErrors
{
    [Theory]
    [InlineData("a", 1, 2, "expected '=', ':' or '{' after the key a, found the end of the text")]
    [InlineData("a\nb = 1", 2, 1, "expected '=', ':' or '{' after the key a, found 'b'")]
    [InlineData("a =", 1, 4, "expected a value for the key a, found the end of the text")]
    [InlineData("a = , b = 1", 1, 5, "expected a value for the key a, found ','")]
    [InlineData("a = }", 1, 5, "expected a value for the key a, found '}'")]
    [InlineData("a = 1\n}", 2, 1, "found a '}' that nothing opened")]
    [InlineData("a {\n  b = 1\n", 3, 1, "expected '}' to close the object that was opened at 1:3, found the end of the text")]
    [InlineData("a = [1,\n 2", 2, 3, "expected ']' to close the array that was opened at 1:5, found the end of the text")]
    [InlineData("a = [1 }", 1, 8, "expected ',' or a new line or ']' after the element, found '}'")]
    [InlineData("{ a = 1 ]", 1, 9, "expected ',' or a new line or '}' after the field, found ']'")]
    [InlineData("a = 1,, b = 2", 1, 7, "expected a field between two commas, found ','")]
    [InlineData(", a = 1", 1, 1, "expected a key, found ','")]
    [InlineData("= 1", 1, 1, "expected a key, found '='")]
    [InlineData("a..b = 1", 1, 1, "a path may not begin with '.' or hold two in a row; an empty element is written \"\"")]
    [InlineData("x\na. = 1", 2, 1, "expected '=', ':' or '{' after the key x, found 'a'")]
    [InlineData("a = \"x\nb\"", 1, 5, "this string is not closed: expected '\"', found the end of the line (\"\"\" opens a string of many lines)")]
    [InlineData("a = \"x", 1, 5, "this string is not closed: expected '\"', found the end of the text")]
    [InlineData("a = \"\"\"x", 1, 5, "this string is not closed: expected '\"\"\"', found the end of the text")]
    [InlineData("a = \"x\\q\"", 1, 7, "expected one of \" \\ / b f n r t u after '\\', found 'q'")]
    [InlineData("a = \"\\u12\"", 1, 6, "expected four hexadecimal digits after '\\u'")]
    [InlineData("a = \"\t\"", 1, 6, "the control character U+0009 has to be escaped in a quoted string")]
    [InlineData("a = x@y", 1, 6, "'@' has to be quoted: it may not stand in an unquoted string")]
    [InlineData("a = http://x:80/p", 1, 9, "':' has to be quoted: it may not stand in an unquoted string")]
    [InlineData("a = 1 {b = 2}", 1, 7, "a number and an object cannot be joined to one value: is a ',' or a new line missing between them?")]
    [InlineData("r { a{x=1} b{x=2} }", 1, 12, "an object and a string cannot be joined to one value: is a ',' or a new line missing between them?")]
    [InlineData("o {x=1}, a = ${o} [1]", 1, 19, "an object and an array cannot be joined to one value")]
    [InlineData("a = ${b", 1, 8, "expected '}' to close the substitution that was opened at 1:5, found the end of the text")]
    [InlineData("a = ${}", 1, 7, "expected a path, found '}'")]
    [InlineData("a = ${b${c}}", 1, 8, "expected '}' to close the substitution that was opened at 1:5, found '$'")]
    [InlineData("a = 1\nb = 😀 ${nope}", 2, 7, "${nope} is not defined: no such path, and no environment variable of that name")]
    [InlineData("a = ${b}\nb = ${a}", 2, 5, "${a} cannot be resolved, it goes round in a circle: ${b} → ${a} → ${b}")]
    [InlineData("include = 1", 1, 9, "expected a quoted name, file(\"…\"), classpath(\"…\"), url(\"…\") or required(…) after include (a key that begins with this word is written \"include\"), found '='")]
    [InlineData("include file(x)", 1, 14, "expected a quoted name, file(\"…\"), classpath(\"…\"), url(\"…\") or required(…) after include (a key that begins with this word is written \"include\"), found 'x'")]
    [InlineData("include file \"x\"", 1, 14, "expected '(' after file, found '\"'")]
    [InlineData("include required(file(\"x\")\nb = 1", 2, 1, "expected ')' after the name, found 'b'")]
    [InlineData("include required(\"no/such/thing.conf\")", 1, 18, "the required include \"no/such/thing.conf\" was not found")]
    [InlineData("include url(\"http://x.example/a.conf\")", 1, 13, "expected a file: URL, found \"http://x.example/a.conf\": configuration is not fetched over a network")]
    public void Text_that_does_not_parse(string text, int line, int column, string message)
    {
        HoconParserException error = Assert.Throws<HoconParserException>(() => ConfigOrigins.Parse(text, "net.conf"));
        Assert.Equal($"net.conf:{line}:{column}: {message}", error.Message);
        Assert.Equal((line, column), (error.LineNumber, error.LinePosition));
        Assert.True(error.IsConfigurationError());
    }

    [Theory]
    [InlineData("int", "abc", "expected a whole number, found \"abc\"")]
    [InlineData("int", "1.5", "expected a whole number, found \"1.5\"")]
    [InlineData("int", "007", "expected a whole number without a leading zero, found \"007\"")]
    [InlineData("int", "3000000000", "expected a whole number from -2147483648 to 2147483647, found \"3000000000\"")]
    [InlineData("int", "1e999999999", "expected a whole number from -2147483648 to 2147483647, found \"1e999999999\"")]
    [InlineData("int", "null", "expected a whole number, found null")]
    [InlineData("int", "[1]", "expected a whole number, found an array")]
    [InlineData("int", "{b=1}", "expected a whole number, found an object")]
    [InlineData("bool", "maybe", "expected true or false (or yes, no, on, off), found \"maybe\"")]
    [InlineData("double", "1,5", null)]
    [InlineData("time", "10 parsecs", "expected a duration such as 10ms, 1.5s or 2 minutes (ns, us, ms, s, m, h, d), found \"10 parsecs\"")]
    [InlineData("time", "-1s", "expected a duration such as 10ms, 1.5s or 2 minutes (ns, us, ms, s, m, h, d), found \"-1s\"")]
    [InlineData("time", "10S", "expected a duration such as 10ms, 1.5s or 2 minutes (ns, us, ms, s, m, h, d), found \"10S\"")]
    [InlineData("size", "64QB", "expected a size such as 512, 64KiB or 10MB, found \"64QB\"")]
    [InlineData("size", "1YB", "expected a size such as 512, 64KiB or 10MB, found \"1YB\"")]
    [InlineData("list", "x", "expected an array, found \"x\"")]
    [InlineData("config", "x", "expected an object, found \"x\"")]
    public void Values_of_the_wrong_type(string type, string written, string? message)
    {
        void Get(string text)
        {
            Config config = ConfigOrigins.Parse(text, "net.conf");
            object? _ = type switch
            {
                "int" => config.GetInt("hosts.a", 7),
                "bool" => config.GetBoolean("hosts.a"),
                "double" => config.GetDouble("hosts.a"),
                "time" => config.GetTimeSpan("hosts.a"),
                "size" => config.GetByteSize("hosts.a"),
                "list" => config.GetStringList("hosts.a"),
                _ => config.GetConfig("hosts.a"),
            };
        }
        if (message is null)
        {
            Assert.Throws<HoconParserException>(() => Get($"hosts {{\n  a = {written}\n}}"));
            return;
        }
        if (written == "null")
        {
            // With a default, null is as good as missing.
            Get("hosts.a = null");
            Assert.Equal($"net.conf:1:11: hosts.a: {message}", Assert.Throws<HoconValueException>(() => ConfigOrigins.Parse("hosts.a = null", "net.conf").GetInt("hosts.a")).Message);
            return;
        }
        HoconValueException error = Assert.Throws<HoconValueException>(() => Get($"hosts {{\n  a = {written}\n}}"));
        Assert.Equal($"net.conf:2:7: hosts.a: {message}", error.Message);
        Assert.Equal("hosts.a", error.FailPath);
    }

    [Fact]
    public void A_missing_key_points_at_the_object_that_lacks_it()
    {
        Config config = ConfigOrigins.Parse("x = 1\nhosts { web { port = 80 } }", "net.conf");
        Assert.Equal("net.conf:2:13: hosts.web.address is missing", Assert.Throws<HoconValueException>(() => config.GetString("hosts.web.address")).Message);
        Assert.Equal("net.conf:2:13: hosts.web.address is missing", Assert.Throws<HoconValueException>(() => config.GetConfig("hosts.web").GetString("address")).Message);
        Assert.Equal("nothing is missing", Assert.Throws<HoconValueException>(() => Config.Empty.GetInt("nothing")).Message);
    }

    [Fact]
    public void Places_are_those_of_keys_and_values()
    {
        Config config = ConfigOrigins.Parse("hosts {\n  web {\n    port = 80\n  }\n}\nlist = [{ a = 1 },\n  { b = x }]", "net.conf", ["hosts.web.count = 2"]);
        Assert.Equal("net.conf:3:12", config.OriginOf("hosts.web.port"));
        Assert.Equal("net.conf:3:5", config.KeyOriginOf("hosts.web.port"));
        Assert.Equal("net.conf:3:5", config.GetConfig("hosts.web").KeyOriginOf("port"));
        Assert.Equal("setting \"hosts.web.count = 2\":1:1", config.KeyOriginOf("hosts.web.count"));
        HoconValue second = config.GetValue("list").GetArray()[1];
        Assert.Equal("net.conf:7:3", second.Origin());
        Assert.Equal("list[1]", second.PathOf());
        HoconField field = Assert.Single(second.GetObject().Values);
        Assert.Equal("net.conf:7:5", field.KeyOrigin());
        Assert.Equal("net.conf:7:9: list[1].b: expected a whole number, found \"x\"", Assert.Throws<HoconValueException>(() => field.Value.GetInt()).Message);
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a:", 100_000)]
    [InlineData("a.", 100_000)]
    [InlineData("a{", 100_000)]
    [InlineData("a=[", 100_000)]
    public void Depth_is_limited_and_said_so(string opening, int times)
    {
        string text = "x = " + string.Concat(Enumerable.Repeat(opening, times)) + "b";
        // As a value, dots are only text.
        if (opening != "a.") Assert.IsType<HoconParserException>(Record.Exception(() => ConfigurationFactory.ParseString(text)));
        Assert.IsType<HoconParserException>(Record.Exception(() => ConfigurationFactory.ParseString(text[4..] + " = 1")));
        Assert.Contains("deep", Record.Exception(() => ConfigurationFactory.ParseString("x = " + new string('[', times)))!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_chain_of_substitutions_is_an_error_and_not_a_crash()
    {
        string text = string.Join('\n', Enumerable.Range(0, 50_000).Select(i => $"a{i} = ${{a{i + 1}}}"));
        Assert.Contains("deep", Assert.Throws<HoconParserException>(() => ConfigurationFactory.ParseString(text)).Message, StringComparison.Ordinal);
        // Answered from the far end, each link is short.
        text = "a0 = 1\n" + string.Join('\n', Enumerable.Range(1, 50_000).Select(i => $"a{i} = ${{a{i - 1}}}"));
        Assert.Equal(1, ConfigurationFactory.ParseString(text).GetInt("a50000"));
    }

    [Theory]
    [InlineData("xx", "${a{0}}${a{0}}")]
    [InlineData("[1]", "${a{0}} ${a{0}}")]
    [InlineData("{x = 1}", "[ ${a{0}}, ${a{0}} ]")]
    public void A_text_that_doubles_itself_is_stopped(string seed, string twice)
    {
        string text = $"a0 = {seed}\n" + string.Join('\n', Enumerable.Range(1, 60).Select(i => $"a{i} = " + twice.Replace("{0}", $"{i - 1}", StringComparison.Ordinal)));
        Assert.Contains("blow", Assert.Throws<HoconParserException>(() => ConfigurationFactory.ParseString(text)).Message, StringComparison.Ordinal);
    }
}
