// The key `order`: which of a host's messages of one instant is handled next. The engine reads the same words (actornet.engine.order).

using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorNet.Experiments;

/// <summary>Orders of messages, as a scenario names them.</summary>
internal static partial class MessageOrders
{
    public static Key<string> Key(string name, string byDefault, string doc) =>
        new(name, "text", byDefault, doc, "fifo, random or a schedule, such as \"client 17:1 23:2; server 4:1\"", static (string s, out string v) => Order().IsMatch(v = s));

    /// <summary>The engine's configuration for a scenario; without an order of its own, what the configuration says stands.</summary>
    public static Config Configure(Config engine, Scenario scenario) =>
        scenario.Order == "fifo"
            ? engine
            : ConfigurationFactory.ParseString(string.Create(
                CultureInfo.InvariantCulture, $"actornet.engine {{ order = \"{scenario.Order}\", order-seed = {scenario.Seed & long.MaxValue} }}")).WithFallback(engine);

    [GeneratedRegex(@"^(fifo|random|[^\s:;""]+( [1-9][0-9]{0,8}:[0-9]{1,9})+(; [^\s:;""]+( [1-9][0-9]{0,8}:[0-9]{1,9})+)*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Order();
}
