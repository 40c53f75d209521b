// Whose broadcast or multicast datagram this is: __udp4_lib_mcast_deliver (net/ipv4/udp.c).

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    // Rows that match, as they are found.
    private readonly List<int> _matches = [];
    private Comparison<int>? _newer;

    /// <summary>All who get a copy of a broadcast or multicast datagram, in the order in which they get it: newest first, but the first of them at the end, for
    /// the datagram itself is its; the caller empties the list.</summary>
    /// <param name="allows">Asked of each that matches (ip_mc_sf_allow).</param>
    public void CollectMatches(IpAddress saddr, ushort sport, IpAddress daddr, ushort dport, int iif, List<TOwner> into, Func<PortHandle, bool>? allows = null)
    {
        int bucket = FindBucket(dport);
        if (bucket < 0) return;
        // A crowded port is looked at by address, so that those of other addresses cost nothing: first who is bound to it, then the wildcards.
        bool byAddress = _buckets[bucket].Count > LongChain;
        Match(daddr);
        Match(IpAddress.Any4);
        Match(default);
        if (!byAddress) _matches.Sort(_newer ??= Newer);
        for (int i = 1; i < _matches.Count; i++) into.Add(_rows[_matches[i]].Owner!);
        if (_matches.Count > 0) into.Add(_rows[_matches[0]].Owner!);
        _matches.Clear();

        void Match(IpAddress address)
        {
            int first = FirstAt(address, dport);
            if (first < 0 || !_rows[first].Has(Is.Active)) return;
            for (int i = first; i >= 0; i = _rows[i].Next)
            {
                if (Score(_rows[i], saddr, sport, daddr, iif) >= 0 && allows?.Invoke(new PortHandle(i + 1)) != false) _matches.Add(i);
            }
        }
    }

    private int Newer(int a, int b) => _rows[b].Age.CompareTo(_rows[a].Age);
}
