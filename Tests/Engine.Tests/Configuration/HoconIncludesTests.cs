// Includes: "Include syntax", "Include semantics" of the HOCON specification, over files in a folder that goes away again.

using ActorNet.Engine.Configuration;
using ActorNet.Engine.Hosts;

namespace ActorNet.Engine.Tests.Configuration;

public sealed class HoconIncludesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actornet-hocon-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private Config Load(string text) => ConfigOrigins.FromFile(Write("main.conf", text));

    [Theory]
    [InlineData("include \"foo.conf\"")]
    [InlineData("include\n\n \"foo.conf\"")]
    [InlineData("include file(\"foo.conf\")")]
    [InlineData("include file( \"foo.conf\" )")]
    [InlineData("include required(\"foo.conf\")")]
    [InlineData("include required( file(\"foo.conf\") ), z = 1")]
    [InlineData("include \"foo\"")]
    public void An_include_stands_for_the_fields_of_a_file(string statement)
    {
        Write("foo.conf", "x = 10\n");
        Assert.Equal(10, Load(statement).GetInt("x"));
        Assert.Equal(10, Load($"a {{ {statement} }}").GetInt("a.x"));
    }

    [Fact]
    public void Included_keys_override_what_is_above_and_are_overridden_by_what_is_below()
    {
        Write("foo.conf", "x = 1, y = 1, o { p = 1 }");
        Assert.Equal(ConfigurationFactory.ParseString("x = 1, y = 2, o { q = 0, p = 1, r = 2 }").Root, Load("x = 0, o { q = 0 }\ninclude \"foo.conf\"\ny = 2, o.r = 2").Root);
    }

    [Fact]
    public void Substitutions_of_an_included_file_see_what_the_including_file_says_later()
    {
        Write("foo.conf", "x = 10, y = ${x}, z = ${?top}, l = [0], l += ${x}");
        Config config = Load("top = 7, x = 1, l = [9]\na { include \"foo.conf\" }\na { x = 42 }");
        Assert.Equal(42, config.GetInt("a.y"));
        Assert.Equal(7, config.GetInt("a.z"));
        Assert.Equal([0, 42], config.GetIntList("a.l"));
        Assert.Equal(10, Load("a { include \"foo.conf\" }").GetInt("a.y"));
    }

    [Fact]
    public void Appending_in_an_included_file_means_its_own_place()
    {
        Write("foo.conf", "l += 1");
        Assert.Equal([1], Load("l = [9]\na { include \"foo.conf\" }").GetIntList("a.l"));
    }

    [Fact]
    public void Nested_includes_are_relative_to_their_own_file()
    {
        Write("sub/one.conf", "include \"two.conf\"\none = ${two}");
        Write("sub/two.conf", "two = 2, three = ${up.two}");
        Config config = Load("up { include \"sub/one.conf\" }");
        Assert.Equal(2, config.GetInt("up.one"));
        Assert.Equal(2, config.GetInt("up.three"));
        Assert.EndsWith(Path.Combine("sub", "two.conf") + ":1:7", config.OriginOf("up.two"), StringComparison.Ordinal);
    }

    [Fact]
    public void Inside_an_array_an_include_counts_from_its_element()
    {
        Write("foo.conf", "x = 10, y = ${x}");
        Config config = Load("a = [ { include \"foo.conf\" }, { b { include \"foo.conf\" }, b.x = 3 } ]");
        Assert.Equal(ConfigurationFactory.ParseString("a = [ { x = 10, y = 10 }, { b { x = 3, y = 3 } } ]").Root, config.Root);
    }

    [Fact]
    public void A_missing_file_is_no_error_unless_it_is_required()
    {
        Assert.Equal(1, Load("include \"nope.conf\"\na = 1").GetInt("a"));
        Assert.Contains("nope.conf", Assert.Throws<HoconParserException>(() => Load("include required(\"nope.conf\")")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_an_included_file_name_that_file()
    {
        Write("foo.conf", "a = 1\nb = @");
        Assert.EndsWith("foo.conf:2:5: '@' has to be quoted: it may not stand in an unquoted string",
            Assert.Throws<HoconParserException>(() => Load("include \"foo.conf\"")).Message, StringComparison.Ordinal);
        Write("foo.conf", "[1]");
        Assert.Contains("expected an object at the root", Assert.Throws<HoconParserException>(() => Load("include \"foo.conf\"")).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_folder, "foo.conf"), [(byte)'a', (byte)'=', 0xFF]);
        Assert.Contains("UTF-8", Assert.Throws<HoconException>(() => Load("include \"foo.conf\"")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_include_each_other_are_an_error_that_names_the_circle()
    {
        Write("foo.conf", "include \"bar.conf\"");
        Write("bar.conf", "a { include \"foo.conf\" }");
        string message = Assert.Throws<HoconParserException>(() => Load("include \"foo.conf\"")).Message;
        Assert.Matches("foo.conf → .*bar.conf → .*foo.conf", message);
    }

    [Fact]
    public void Files_that_multiply_are_stopped()
    {
        for (int i = 0; i < 20; i++) Write($"f{i}.conf", $"a {{ include \"f{i + 1}.conf\" }}\nb {{ include \"f{i + 1}.conf\" }}");
        Assert.Contains("includes", Assert.Throws<HoconParserException>(() => Load("include \"f0.conf\"")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_answers_every_include_and_resources_are_found()
    {
        Config config = ConfigurationFactory.ParseString("include file(\"one\")\ninclude \"none\"",
            (type, name) => Task.FromResult(name == "one" && type == HoconCallbackType.File ? "a = 1" : null));
        Assert.Equal(1, config.GetInt("a"));
        Assert.Equal(1, ConfigurationFactory.ParseString("include classpath(\"ActorNet.Engine.Tests.outer.conf\")").GetInt("outer"));
        Assert.Equal(1, ConfigurationFactory.FromResource<HoconIncludesTests>("ActorNet.Engine.Tests.outer.conf").GetInt("outer"));
        Assert.Equal(1, Load("include \"ActorNet.Engine.Tests.inner.conf\"").GetInt("inner"));
        Assert.Throws<ConfigurationException>(() => ConfigurationFactory.FromResource<HoconIncludesTests>("nope.conf"));
    }

    [Fact]
    public void Settings_are_seen_by_the_substitutions_of_the_file()
    {
        Config config = ConfigOrigins.FromFile(Write("main.conf", "n = 1, m = ${n}"), ["n = 5", "o.p = [1]"]);
        Assert.Equal(5, config.GetInt("m"));
        Assert.Equal([1], config.GetIntList("o.p"));
        Assert.Equal("setting \"n\":1:2: expected '=', ':' or '{' after the key n, found the end of the text",
            Assert.Throws<HoconParserException>(() => ConfigOrigins.FromFile(Path.Combine(_folder, "main.conf"), ["n"])).Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        string path = Path.Combine(_folder, "no.conf");
        Assert.Equal($"{path}: no such file", Assert.Throws<ConfigurationException>(() => ConfigOrigins.FromFile(path)).Message);
        Assert.Contains(path, Assert.Throws<ConfigurationException>(() => ConfigurationFactory.FromFile(path)).Message, StringComparison.Ordinal);
    }
}
