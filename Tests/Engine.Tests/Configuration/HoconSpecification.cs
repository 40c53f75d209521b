// The HOCON specification (HOCON.md of lightbend/config), clause by clause: what each one says must parse, and to what.

using ActorNet.Engine.Configuration;

namespace ActorNet.Engine.Tests.Configuration;

public sealed class HoconSpecification
{
    private static Config Parse(string text) => ConfigurationFactory.ParseString(text);

    /// <summary>Both texts mean the same.</summary>
    private static void Same(string one, string other) => Assert.Equal(Parse(other).Root, Parse(one).Root);

    [Fact]
    public void Json_is_hocon()
    {
        Config config = Parse("""{ "a" : { "b" : [1, 2.5e3, "x\u0041\n\"\\\/", true, false, null] }, "c" : {} , "d" : [] }""");
        IList<HoconValue> list = config.GetValue("a.b").GetArray();
        Assert.Equal([HoconType.Number, HoconType.Number, HoconType.String, HoconType.Boolean, HoconType.Boolean, HoconType.String], list.Select(each => each.Type));
        Assert.Equal(2500, list[1].GetInt());
        Assert.Equal("xA\n\"\\/", list[2].GetString());
        Assert.Empty(config.GetConfig("c").AsEnumerable());
        Assert.Empty(config.GetStringList("d"));
    }

    [Fact]
    public void Comments_reach_to_the_end_of_the_line_outside_quotes() =>
        Same("a = 1 // one\n# two\nb = \"# // no\" # three\nc = x//y", "a = 1, b = \"# // no\", c = x");

    [Fact]
    public void Root_braces_may_be_left_out_but_must_balance()
    {
        Same("a = 1", "{ a = 1 }");
        Assert.True(Parse("").IsEmpty);
        Assert.Throws<HoconParserException>(() => Parse("a = 1 }"));
        Assert.Throws<HoconParserException>(() => Parse("{ a = 1"));
        Assert.Throws<HoconParserException>(() => Parse("[1, 2]"));
        Assert.Throws<HoconParserException>(() => Parse("{} {}"));
    }

    [Fact]
    public void Equals_colon_or_nothing_before_a_brace() => Same("a = {x:1}\nb : {x=1}\nc {x:1}", """{"a":{"x":1},"b":{"x":1},"c":{"x":1}}""");

    [Theory]
    [InlineData("[1,2,3,]", 3)]
    [InlineData("[1\n2\n3]", 3)]
    [InlineData("[1,\n2\n,3\n]", 3)]
    [InlineData("[ ]", 0)]
    [InlineData("[\n1 # one\n2 // two\n]", 2)]
    public void Elements_are_parted_by_a_comma_or_a_newline(string array, int count) => Assert.Equal(count, Parse("a = " + array).GetIntList("a").Count);

    [Theory]
    [InlineData("[1,2,3,,]")]
    [InlineData("[,1,2,3]")]
    [InlineData("[1,,2,3]")]
    [InlineData("[,]")]
    public void No_comma_stands_alone(string array)
    {
        Assert.Throws<HoconParserException>(() => Parse("a = " + array));
        // The same rules hold for fields.
        string fields = array.Replace('[', '{').Replace(']', '}').Replace("1", "x=1", StringComparison.Ordinal).Replace("2", "y=1", StringComparison.Ordinal).Replace("3", "z=1", StringComparison.Ordinal);
        Assert.Throws<HoconParserException>(() => Parse("a = " + fields));
    }

    [Fact]
    public void Every_unicode_separator_and_the_byte_order_mark_are_white_space() => Same("\uFEFFa\u00A0=\u2007\u202F1\u3000\r\n\tb\v=\f2\u001C\u001D\u001E\u001F", "a=1,b=2");

    [Fact]
    public void Later_keys_override_and_objects_merge()
    {
        Same("foo:{a:42}, foo:{b:43}", "foo:{a:42,b:43}");
        Same("foo:{a:42}, foo:null, foo:{b:43}", "foo:{b:43}");
        Same("a:{x:{y:1}}, a.x.z:2, a.x.y:3", "a:{x:{y:3,z:2}}");
        Assert.Equal(["b", "a", "c"], Parse("b=1,a=1,c=1,b=2").AsEnumerable().Select(each => each.Key));
    }

    [Theory]
    [InlineData("truefoo", "truefoo")]
    [InlineData("footrue", "footrue")]
    [InlineData("10.0bar", "10.0bar")]
    [InlineData("bar10.0", "bar10.0")]
    [InlineData("10.0.0.1/24", "10.0.0.1/24")]
    [InlineData("-foo", "-foo")]
    [InlineData("1e+5", "1e+5")]
    [InlineData("100Mbit", "100Mbit")]
    [InlineData("1%", "1%")]
    [InlineData("a-b_c.d/e|f;g(h)'i'~<j>", "a-b_c.d/e|f;g(h)'i'~<j>")]
    [InlineData("  foo  bar baz  ", "foo  bar baz")]
    [InlineData("foo \"bar\"baz 1 true null", "foo barbaz 1 true null")]
    [InlineData("\"\"\"a\n \"b\" \\n\"\"\"", "a\n \"b\" \\n")]
    [InlineData("\"\"\"foo\"\"\"\"", "foo\"")]
    [InlineData("\"\"", "")]
    public void Strings_are_what_is_written(string written, string meant) => Assert.Equal(meant, Parse("a = " + written).GetString("a"));

    [Fact]
    public void A_single_value_keeps_its_type()
    {
        Config config = Parse("a = true, b = 1, c = true x, d = \"true\", e = 1 2");
        Assert.Equal([HoconType.Boolean, HoconType.Number, HoconType.String, HoconType.String, HoconType.String], config.AsEnumerable().Select(each => each.Value.Type));
    }

    [Fact]
    public void Objects_and_arrays_are_joined_side_by_side()
    {
        Same("a : {b:1} {c:2}", "a:{b:1,c:2}");
        Same("a : [1,2] [3,4]", "a:[1,2,3,4]");
        Same("a : [1,2]\na : ${a} [3,4]", "a:[1,2,3,4]");
        Same("generic = {size=6}\neast = ${generic} {name=\"east\"}", "generic{size=6},east{size=6,name=\"east\"}");
        Same("path = [/bin]\npath = ${path} [/usr/bin]", "path=[/bin,/usr/bin]");
        Same("a = [ [1,2] [3,4] ], b = [ [1,2]\n[3,4] ], c = [1 2 3 4]", "a=[[1,2,3,4]], b=[[1,2],[3,4]], c=[\"1 2 3 4\"]");
        Same("name=W, a = [ my name is ${name}, Hello ${name} ]", "name=W, a=[my name is W, Hello W]");
        Same("x=[1], y=[2], o={p=1}, q={r=2}, a=${x} ${y}, b=${o} ${q}, c=[${x} ${y}, ${o} ${q}]", "x=[1],y=[2],o={p=1},q={r=2},a=[1,2],b={p=1,r=2},c=[[1,2],{p=1,r=2}]");
        Assert.Throws<HoconParserException>(() => Parse("x=[1], a = ${x} foo"));
        Assert.Throws<HoconParserException>(() => Parse("x=[1], y=[2], a = ${x}\" \"${y}"));
        Assert.Throws<HoconParserException>(() => Parse("a = [1] {b=1}"));
        Assert.Throws<HoconParserException>(() => Parse("r { a{x=1} b{x=2} }"));
    }

    [Theory]
    [InlineData("foo.bar", "foo|bar")]
    [InlineData("foo.bar.\"hello.world\"", "foo|bar|hello.world")]
    [InlineData("10.0foo", "10|0foo")]
    [InlineData("foo10.0", "foo10|0")]
    [InlineData("foo\"10.0\"", "foo10.0")]
    [InlineData("1.2.3", "1|2|3")]
    [InlineData("3.14", "3|14")]
    [InlineData("true", "true")]
    [InlineData("a.\"\".b", "a||b")]
    [InlineData("a b c", "a b c")]
    [InlineData("\"a\" b", "a b")]
    [InlineData("foo include", "foo include")]
    [InlineData("\"include\"", "include")]
    [InlineData("/user/a", "/user/a")]
    public void Paths_are_keys(string written, string keys)
    {
        HoconObject at = Parse(written + " = 42").Root.GetObject();
        string[] path = keys.Split('|');
        for (int i = 0; i < path.Length - 1; i++) at = Assert.Single(at.Values, field => field.Key == path[i]).GetObject();
        Assert.Equal("42", Assert.Single(at.Values, field => field.Key == path[^1]).GetString());
        Assert.Equal(path, HoconPath.Parse(written));
        Assert.Equal(path, HoconPath.Parse(HoconPath.Parse(written).Value));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a.b.")]
    [InlineData("")]
    public void An_empty_element_of_a_path_has_to_be_quoted(string path)
    {
        Assert.Throws<HoconParserException>(() => Parse(path + " = 1"));
        Assert.Throws<HoconParserException>(() => Parse($"x = ${{{path}}}"));
        Assert.False(HoconPath.TryParse(path, out _));
    }

    [Fact]
    public void Substitutions_take_any_type_look_forward_and_take_the_last_value()
    {
        Config config = Parse("b = ${a}, n = ${x}, l = ${y}, k = ${b} is it, a = 1, a = 2, x { y = 1 }, y = [1], q = \"${a}\"");
        Assert.Equal(2, config.GetInt("b"));
        Assert.Equal(HoconType.Number, config.GetValue("b").Type);
        Assert.Equal(1, config.GetInt("n.y"));
        Assert.Equal([1], config.GetIntList("l"));
        Assert.Equal("2 is it", config.GetString("k"));
        Assert.Equal("${a}", config.GetString("q"));
    }

    [Fact]
    public void An_undefined_optional_substitution_leaves_nothing_behind()
    {
        Same("foo = 1, foo = ${?bar}", "foo = 1");
        Same("foo = ${?bar}", "");
        Same("foo = ${?bar}${?baz}", "");
        Same("foo = ${?bar} ${?baz}", "");
        Same("a = [1, ${?bar}, 2]", "a = [1,2]");
        Same("a = x${?bar}y, b = [1] ${?bar}, c = ${?bar} {d=1}", "a=xy, b=[1], c={d=1}");
        HoconParserException error = Assert.Throws<HoconParserException>(() => Parse("foo = ${bar}"));
        Assert.Contains("${bar}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_self_reference_looks_back()
    {
        Same("path : \"a:b:c\"\npath : ${path}\":d\"", "path : \"a:b:c:d\"");
        Same("foo : {a:1}\nfoo : ${foo}", "foo:{a:1}");
        Same("foo : {a:{c:1}}\nfoo : ${foo.a}\nfoo : {a:2}", "foo:{c:1,a:2}");
        Same("a = ${?a}foo", "a = foo");
        Same("foo : ${?foo}", "");
        Assert.Throws<HoconParserException>(() => Parse("foo : ${foo}"));
        Assert.Throws<HoconParserException>(() => Parse("foo : ${foo}\nfoo : {a:1}"));
    }

    [Fact]
    public void What_is_hidden_is_never_evaluated()
    {
        Same("foo : ${does-not-exist}\nfoo : 42", "foo:42");
        Same("foo : ${foo}, foo : 42", "foo:42");
        Same("foo { x = ${nope} }, foo = [1]", "foo=[1]");
    }

    [Fact]
    public void Objects_may_refer_to_paths_within_themselves()
    {
        Same("bar : {foo:42, baz:${bar.foo}}", "bar:{foo:42,baz:42}");
        Same("bar : {foo:42, baz:${bar.foo}}\nbar : {foo:43}", "bar:{foo:43,baz:43}");
        Same("bar : {a:${foo.d}, b:1}\nbar.b = 3\nfoo : {c:${bar.b}, d:2}\nfoo.d = 4", "bar:{a:4,b:3},foo:{c:3,d:4}");
        Same("a = ${b}, b = {x = ${a.y}, y = 1}", "a={x=1,y=1},b={x=1,y=1}");
    }

    [Theory]
    [InlineData("bar : ${foo}\nfoo : ${bar}", "${foo} → ${bar} → ${foo}")]
    [InlineData("a : ${b}\nb : ${c}\nc : ${a}", "${b} → ${c} → ${a} → ${b}")]
    [InlineData("a : { b : ${a} }", "a would contain itself")]
    [InlineData("a : [${a}]", "a would contain itself")]
    [InlineData("a : {b : ${c}}, c : {d : ${a}}", "would contain itself")]
    [InlineData("a : ${a}bc", "${a}")]
    public void Circles_are_named(string text, string named) =>
        Assert.Contains(named, Assert.Throws<HoconParserException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_substitution_is_resolved_once()
    {
        Config config = Parse("a : 1\nb : 2\na : ${b}\nb : ${a}");
        Assert.Equal(config.GetInt("a"), config.GetInt("b"));
    }

    [Fact]
    public void Plus_equals_appends()
    {
        Same("a += b", "a = [b]");
        Same("a = [1], a += 2, a += [3]", "a = [1,2,[3]]");
        Same("o { a = [1] }, o { a += 2 }, o.a += 3", "o { a = [1,2,3] }");
        Same("b = [0], a = ${b}, a += 1", "b=[0], a=[0,1]");
        Same("l = [ { a = [1], a += 2 }, { a += 3 } ]", "l = [ {a=[1,2]}, {a=[3]} ]");
        Assert.Throws<HoconParserException>(() => Parse("a = 1, a += 2"));
    }

    [Fact]
    public void Numbered_keys_stand_for_an_array_where_one_is_wanted()
    {
        Assert.Equal(["a", "b"], Parse("foo.1 = b, foo.0 = a, foo.x = ignored").GetStringList("foo"));
        Assert.Equal(["a", "c"], Parse("foo.2 = c, foo.0 = a").GetStringList("foo"));
        Assert.Equal(["z", "a"], Parse("n.0 = a, foo = [z] ${n}").GetStringList("foo"));
        Assert.Throws<HoconValueException>(() => Parse("foo {}").GetStringList("foo"));
        Assert.Throws<HoconValueException>(() => Parse("foo.x = 1").GetStringList("foo"));
    }

    [Fact]
    public void The_environment_answers_what_the_configuration_does_not()
    {
        Environment.SetEnvironmentVariable("ACTORNET_HOCON_TEST", "from outside");
        try
        {
            Assert.Equal("from outside", Parse("a = ${ACTORNET_HOCON_TEST}").GetString("a"));
            Assert.Equal("inside", Parse("a = ${ACTORNET_HOCON_TEST}, ACTORNET_HOCON_TEST = inside").GetString("a"));
            Assert.Equal("none", Parse("a = ${ACTORNET_HOCON_TEST}, ACTORNET_HOCON_TEST = null").GetString("a", "none"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("ACTORNET_HOCON_TEST", null);
        }
    }

    [Fact]
    public void Fallbacks_merge_as_duplicate_keys_do()
    {
        static Config Three(string first, string second, string third) => Parse(first).WithFallback(Parse(second)).WithFallback(Parse(third));
        Assert.Equal(Parse("a:{x:1}").Root, Three("a:{x:1}", "a:42", "a:{y:2}").Root);
        Assert.Equal(Parse("a:{x:1,y:2}").Root, Three("a:{x:1}", "a:{y:2}", "a:42").Root);
        Assert.Equal(Parse("a:{b:1}").Root, Three("a:null,a:{b:1}", "a:{c:2}", "").Root);
        Assert.Equal(["b", "a", "c"], Three("b=1", "a=1,b=2", "c=1").AsEnumerable().Select(each => each.Key));
    }
}
