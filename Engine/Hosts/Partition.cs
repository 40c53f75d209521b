// Which worker has which host. Hosts that are close are kept together: all links shorter than some length are contracted, the longest such length for which
// the groups that remain can still be shared out evenly; then the largest group goes to the worker with the least to do (Graham 1969, LPT).
// So the workers' windows are as wide as an even load allows. Load is what a host's events have been since the last look, never what a clock says:
// but it would not matter, since a run's results do not depend on who runs what.

namespace ActorNet.Engine.Hosts;

internal static class Partition
{
    /// <summary>How much more than its share the busiest worker may get before groups are broken up.</summary>
    private const double Uneven = 1.15;

    /// <summary>Each loop's worker.</summary>
    /// <param name="load">By the loop's number.</param>
    internal static int[] Of(ReadOnlySpan<long> load, LinkGraph links, int workers)
    {
        long total = 0;
        foreach (long l in load)
            total += l;
        List<long> lengths = [.. links.All.Select(l => l.Delay).Distinct().OrderDescending()];
        int[] best = [];
        long least = long.MaxValue;
        // From the widest windows to the narrowest; the last contracts nothing.
        foreach (long length in lengths.DefaultIfEmpty(0))
        {
            int[] shared = Share(load, Groups(load.Length, links, length), workers, out long busiest);
            if (busiest < least)
                (best, least) = (shared, busiest);
            if (busiest * workers <= total * Uneven)
                return shared;
        }
        return best;
    }

    /// <summary>The busiest worker's load against an even share: 1 is even.</summary>
    internal static double Unevenness(ReadOnlySpan<long> loadOfWorkers)
    {
        long total = 0, most = 0;
        foreach (long l in loadOfWorkers)
        {
            total += l;
            most = Math.Max(most, l);
        }
        return total == 0 ? 1 : (double)most * loadOfWorkers.Length / total;
    }

    // A loop's group is the smallest number among the loops that it hangs together with by links shorter than this.
    private static int[] Groups(int count, LinkGraph links, long length)
    {
        int[] group = new int[count];
        for (int i = 0; i < count; i++)
            group[i] = i;
        foreach (LinkGraph.Link link in links.All)
        {
            if (link.Delay >= length)
                continue;
            int a = Root(group, link.A), b = Root(group, link.B);
            group[Math.Max(a, b)] = Math.Min(a, b);
        }
        for (int i = 0; i < count; i++)
            group[i] = Root(group, i);
        return group;
    }

    private static int Root(int[] group, int i)
    {
        while (group[i] != i)
            i = group[i] = group[group[i]];
        return i;
    }

    private static int[] Share(ReadOnlySpan<long> load, int[] group, int workers, out long busiest)
    {
        long[] ofGroup = new long[load.Length];
        for (int i = 0; i < load.Length; i++)
            ofGroup[group[i]] += load[i] + 1; // who has done nothing yet counts as well
        int[] order = [.. Enumerable.Range(0, load.Length).Where(i => group[i] == i).OrderByDescending(i => ofGroup[i]).ThenBy(i => i)];
        long[] ofWorker = new long[workers];
        int[] home = new int[load.Length];
        foreach (int g in order)
        {
            int idlest = Array.IndexOf(ofWorker, ofWorker.Min());
            home[g] = idlest;
            ofWorker[idlest] += ofGroup[g];
        }
        busiest = ofWorker.Max();
        return [.. group.Select(g => home[g])];
    }
}
