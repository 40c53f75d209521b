// What holds for any text: it is a configuration or an error with a place, never anything else; and what is printed reads back.

using ActorNet.Engine.Configuration;
using FsCheck;
using FsCheck.Fluent;
using Config = ActorNet.Engine.Configuration.Config;

namespace ActorNet.Engine.Tests.Configuration;

public sealed class HoconProperties
{
    private static readonly string[] Snippets =
    [
        "a", "b", "a.b", "\"a\"", "\"\"\"", "\"", "=", ":", "+=", "{", "}", "[", "]", ",", "\n", " ", "${a}", "${?a}", "${a.b}", "${?b}", "${", "}", "1", "1.5e3", "-", "true", "null",
        "include ", "\"f\"", "file(", ")", "//", "#", "\\", "\\u00", "@", "0x1", "10ms", ".", "..", "$", "?", "\u00A0", "\uFEFF", "\0", "😀", "\uD800", "a = 1\n", "b = ${a}\n", "a { ", "a += ",
    ];

    /// <summary>Random text out of the pieces HOCON is made of, which gets further than random characters do.</summary>
    private static Gen<string> Soup => Gen.Elements(Snippets).ListOf().Select(static parts => string.Concat(parts));

    private static void ParsesOrSaysWhere(string text)
    {
        try
        {
            Config config = ConfigurationFactory.ParseString(text, static (_, name) => Task.FromResult<string?>(name == "f" ? "x = ${a}, a += 1" : null));
            Assert.Equal(config.Root, ConfigurationFactory.ParseString(config.ToString()).Root);
        }
        catch (HoconParserException error)
        {
            Assert.True(error.LineNumber >= 1 && error.LinePosition >= 1, error.Message);
        }
    }

    [Fact]
    public void Any_pieces_of_hocon_parse_or_say_where_they_do_not() =>
        Check.One(Seeded(20_000).WithStartSize(1).WithEndSize(40), Prop.ForAll(Soup.ToArbitrary(), ParsesOrSaysWhere));

    [Fact]
    public void Any_characters_parse_or_say_where_they_do_not() =>
        Check.One(Seeded(3_000), Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => ParsesOrSaysWhere(text ?? "")));

    [Fact]
    public void Any_value_reads_back_as_it_was_printed()
    {
        Check.One(Seeded(500), Prop.ForAll(Values(4).ToArbitrary(), printed =>
        {
            Config config = ConfigurationFactory.ParseString("v = " + printed);
            Assert.Equal(config.Root, ConfigurationFactory.ParseString(config.ToString()).Root);
            Assert.Equal(config.Root, ConfigurationFactory.ParseString(config.PrettyPrint(0)).Root);
        }));
    }

    [Fact]
    public void Any_string_is_kept_by_quoting()
    {
        Check.One(Seeded(1_000), Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            string json = System.Text.Json.JsonSerializer.Serialize(text.Get);
            string kept = System.Text.Json.JsonSerializer.Deserialize<string>(json)!;
            Config config = ConfigurationFactory.ParseString($"{{ {json} : {json} }}");
            KeyValuePair<string, HoconField> field = Assert.Single(config.AsEnumerable());
            Assert.Equal(kept, field.Key);
            Assert.Equal(kept, field.Value.GetString());
            Assert.Equal(kept, config.GetString(new HoconPath([kept])));
            Assert.Equal(kept, config.GetString(new HoconPath([kept]).Value));
        }));
    }

    [Fact]
    public void Merging_is_associative()
    {
        Check.One(Seeded(500), Prop.ForAll(Objects(3).Three().ToArbitrary(), three =>
        {
            (string a, string b, string c) = three;
            // One text after another, and three configurations with fallbacks, are the same.
            Config written = ConfigurationFactory.ParseString($"r = {c}\nr = {b}\nr = {a}");
            Config layered = ConfigurationFactory.ParseString("r = " + a).WithFallback(ConfigurationFactory.ParseString("r = " + b)).WithFallback(ConfigurationFactory.ParseString("r = " + c));
            Assert.Equal(written.Root, layered.Root);
        }));
    }

    private static FsCheck.Config Seeded(int runs) => FsCheck.Config.QuickThrowOnFailure.WithReplay(20261120, 77).WithMaxTest(runs);

    private static Gen<string> Values(int depth)
    {
        Gen<string> scalar = Gen.Elements("1", "-2.50", "true", "null", "x", "x y", "\"q\\n\\\"\"", "\"\"\"t\n\"\"\"", "\"true\"", "10ms", "\"\"", "\" \"");
        if (depth == 0) return scalar;
        Gen<string> array = Values(depth - 1).ListOf().Resize(4).Select(static parts => "[" + string.Join(", ", parts) + "]");
        return Gen.OneOf(scalar, array, Objects(depth));
    }

    private static Gen<string> Objects(int depth) =>
        Gen.Elements("a", "b", "c", "\"d.e\"", "\"\"").Zip(depth == 0 ? Gen.Constant("1") : Values(depth - 1), static (key, value) => $"{key} = {value}").ListOf().Resize(4)
            .Select(static fields => "{" + string.Join("\n", fields) + "}");
}
