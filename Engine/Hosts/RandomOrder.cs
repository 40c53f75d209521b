// order = random: any of the messages that may be next, with equal chance (Steele, Lea and Flood 2014: SplitMix64).

namespace ActorNet.Engine.Hosts;

internal sealed class RandomOrder(long seed) : MessageOrder
{
    public override HostOrder ForHost(string host)
    {
        // FNV-1a over the name: adding a host changes no other host's draws.
        ulong hash = 14_695_981_039_346_656_037;
        foreach (char c in host)
            hash = (hash ^ c) * 1_099_511_628_211;
        return new Draws(hash ^ ((ulong)seed * 0x9E37_79B9_7F4A_7C15));
    }

    private sealed class Draws(ulong seed) : HostOrder
    {
        private ulong _state = seed;

        public override int Choose(long now, ReadOnlySpan<Delivery> next)
        {
            ulong z = _state += 0x9E37_79B9_7F4A_7C15;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            z ^= z >> 31;
            return (int)(((z >> 32) * (ulong)next.Length) >> 32);
        }
    }
}
