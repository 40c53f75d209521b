// A table of routes as a path-compressed binary trie: what net/ipv4/fib_trie.c does with level compression on top. A walk remembers the last
// prefix that matched, so it never backtracks. Nodes are linked in after they are complete: a reader may walk while the owner inserts (RCU's order).

using System.Numerics;

namespace ActorNet.Protocols;

/// <summary>Longest-prefix match over the routes of one table. At most 33 nodes are visited; in practice as many as prefixes lie on the path.</summary>
internal sealed class FibTrie
{
    private Node? _root;

    public int Count { get; private set; }

    /// <summary>The best route for a destination that may be used: longest prefix, then smallest metric.</summary>
    /// <param name="oif">Only over this interface; 0 for any.</param>
    /// <param name="scope">Routes of a wider scope than this are passed over.</param>
    public FibRoute? Lookup(uint daddr, int oif = 0, RouteScope scope = RouteScope.UNIVERSE)
    {
        FibRoute? best = null;
        for (Node? n = _root; n is not null; n = (daddr & n.ChildBit) == 0 ? n.Zero : n.One)
        {
            if (((daddr ^ n.Prefix) & n.Mask) != 0) break;
            for (FibRoute? r = n.Routes; r is not null; r = r.Next)
            {
                if (r.Scope < scope || !r.IsUsable(oif)) continue;
                best = r;
                break;
            }

            if (n.ChildBit == 0) break;
        }

        return best;
    }

    /// <summary>The first route of exactly this prefix, or null.</summary>
    public FibRoute? Exact(uint prefix, int length)
    {
        for (Node? n = _root; n is not null && n.Length <= length; n = (prefix & n.ChildBit) == 0 ? n.Zero : n.One)
        {
            if (((prefix ^ n.Prefix) & n.Mask) != 0) return null;
            if (n.Length == length) return n.Routes;
        }

        return null;
    }

    /// <summary>Adds a route behind those of its prefix with the same or a smaller metric.</summary>
    public void Insert(FibRoute route)
    {
        Node node = Reach(ref _root, route.Prefix, route.PrefixLength);
        FibRoute? before = null, after = node.Routes;
        while (after is not null && after.Metric <= route.Metric) (before, after) = (after, after.Next);
        route.Next = after;
        if (before is null) node.Routes = route;
        else before.Next = route;
        Count++;
    }

    public bool Remove(FibRoute route)
    {
        for (Node? n = _root; n is not null; n = (route.Prefix & n.ChildBit) == 0 ? n.Zero : n.One)
        {
            if (n.Length != route.PrefixLength || n.Prefix != route.Prefix) continue;
            FibRoute? before = null, r = n.Routes;
            while (r is not null && r != route) (before, r) = (r, r.Next);
            if (r is null) return false;
            if (before is null) n.Routes = r.Next;
            else before.Next = r.Next;
            Count--;
            Prune(ref _root, route.Prefix, route.PrefixLength);
            return true;
        }

        return false;
    }

    /// <summary>All routes, by prefix, shorter before longer.</summary>
    public void CollectInto(List<FibRoute> list) => Collect(_root, list);

    private static void Collect(Node? n, List<FibRoute> list)
    {
        if (n is null) return;
        for (FibRoute? r = n.Routes; r is not null; r = r.Next) list.Add(r);
        Collect(n.Zero, list);
        Collect(n.One, list);
    }

    private static Node Reach(ref Node? slot, uint prefix, int length)
    {
        if (slot is null) return slot = new Node(prefix, length);
        int common = Math.Min(BitOperations.LeadingZeroCount(slot.Prefix ^ prefix), Math.Min(slot.Length, length));
        if (common == slot.Length)
        {
            if (length == slot.Length) return slot;
            return (prefix & slot.ChildBit) == 0 ? Reach(ref slot.Zero, prefix, length) : Reach(ref slot.One, prefix, length);
        }

        var parent = new Node(prefix & Fib.Mask(common), common);
        if ((slot.Prefix & parent.ChildBit) == 0) parent.Zero = slot;
        else parent.One = slot;
        Node leaf = parent;
        if (common < length)
        {
            leaf = new Node(prefix, length);
            if ((prefix & parent.ChildBit) == 0) parent.Zero = leaf;
            else parent.One = leaf;
        }

        slot = parent;
        return leaf;
    }

    // Takes out nodes on the way that hold no routes and join nothing.
    private static void Prune(ref Node? slot, uint prefix, int length)
    {
        if (slot is null || slot.Length > length) return;
        if (slot.Length < length)
        {
            if ((prefix & slot.ChildBit) == 0) Prune(ref slot.Zero, prefix, length);
            else Prune(ref slot.One, prefix, length);
        }

        if (slot.Routes is null && (slot.Zero is null || slot.One is null)) slot = slot.Zero ?? slot.One;
    }

    private sealed class Node(uint prefix, int length)
    {
        public readonly uint Prefix = prefix, Mask = Fib.Mask(length);

        // The bit that chooses the child; 0 at length 32, where there is none.
        public readonly uint ChildBit = length == 32 ? 0 : 0x8000_0000u >> length;
        public readonly int Length = length;
        public FibRoute? Routes;
        public Node? Zero, One;
    }
}
