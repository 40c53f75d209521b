// Identifications of packets that have no connected socket: ip_select_ident and ip_idents_reserve (net/ipv4/route.c). Counters are shared by
// destinations that hash alike, and jump by a random part of the time since their last use, so that a peer cannot count what goes to others.

namespace ActorNet.Protocols;

/// <summary>Chooses the identification field.</summary>
internal sealed class IpIdents(RandomStream random)
{
    // Linux has 2,048 or more, by memory; made when first needed.
    private const int Buckets = 256;

    private Bucket[]? _buckets;
    private uint _key;

    public ushort Select(uint daddr, uint saddr, byte protocol, int segs, Instant now)
    {
        if (_buckets is null)
        {
            _buckets = new Bucket[Buckets];
            for (int i = 0; i < Buckets; i++) _buckets[i].Id = random.NextUInt32();
            _key = random.NextUInt32() | 1;
        }

        uint h = (daddr ^ _key) * 0x9E37_79B1u;
        h = (h ^ h >> 15 ^ saddr) * 0x85EB_CA77u;
        h = (h ^ h >> 13 ^ protocol) * 0xC2B2_AE3Du;
        ref Bucket b = ref _buckets[h >> 24];
        uint jiffies = (uint)now.Milliseconds, delta = 0;
        if (b.Stamp != jiffies) delta = random.Below(jiffies - b.Stamp);
        b.Stamp = jiffies;
        uint id = b.Id + delta;
        b.Id = id + (uint)segs;
        return (ushort)id;
    }

    private struct Bucket
    {
        public uint Id, Stamp;
    }
}
