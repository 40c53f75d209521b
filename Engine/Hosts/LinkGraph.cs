// The links that were declared between hosts, and what follows from them: how far hosts may run apart, and how long a plain message takes.

namespace ActorNet.Engine.Hosts;

internal sealed class LinkGraph
{
    private readonly Dictionary<(int, int), long> _byPair = [];
    private readonly List<Link> _links = [];

    /// <summary>Two hosts by the numbers of their loops, and the least time (ns) between them.</summary>
    internal readonly record struct Link(int A, int B, long Delay);

    internal IReadOnlyList<Link> All => _links;

    /// <summary>Of all links, ns; 1 without any.</summary>
    internal long Shortest { get; private set; } = 1;

    /// <summary>Of all links, ns; 1 without any: how long a plain message takes between hosts that have none.</summary>
    internal long Longest { get; private set; } = 1;

    internal void Add(int a, int b, long delay)
    {
        (int, int) pair = a < b ? (a, b) : (b, a);
        _byPair[pair] = Math.Min(delay, _byPair.GetValueOrDefault(pair, long.MaxValue));
        Shortest = _links.Count == 0 ? delay : Math.Min(Shortest, delay);
        Longest = _links.Count == 0 ? delay : Math.Max(Longest, delay);
        _links.Add(new Link(pair.Item1, pair.Item2, delay));
    }

    /// <summary>How long a plain message takes from one host to another, ns: what their link takes at least, or the longest of all.</summary>
    internal long Between(int a, int b) => _byPair.TryGetValue(a < b ? (a, b) : (b, a), out long delay) ? delay : Longest;
}
