// How long what one worker sends takes to another at least: the shortest of the links between their hosts; and by way of others, or back to oneself.

namespace ActorNet.Engine.Hosts;

internal sealed class WorkerDistances
{
    // [from, to], ns; Never on the diagonal.
    private readonly long[,] _direct;
    private readonly long[,] _around;

    /// <param name="links">All of them; two hosts without one are as far apart as the longest.</param>
    /// <param name="workerOf">By the loop's number.</param>
    /// <param name="within">By worker, becomes the shortest link between two hosts of its own, ns.</param>
    internal WorkerDistances(LinkGraph links, Func<int, int> workerOf, long[] within)
    {
        int n = within.Length;
        _direct = new long[n, n];
        Array.Fill(within, links.Longest);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                _direct[i, j] = i == j ? EventQueue.Never : links.Longest;
        }
        foreach (LinkGraph.Link link in links.All)
        {
            int a = workerOf(link.A), b = workerOf(link.B);
            if (a == b)
                within[a] = Math.Min(within[a], link.Delay);
            else
                _direct[a, b] = _direct[b, a] = Math.Min(_direct[a, b], link.Delay);
        }
        _around = (long[,])_direct.Clone(); // Floyd 1962
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                    _around[i, j] = Math.Min(_around[i, j], After(_around[i, k], _around[k, j]));
            }
        }
    }

    /// <summary>ns from one worker to another.</summary>
    internal long Direct(int from, int to) => _direct[from, to];

    /// <summary>ns, by the shortest way round; from a worker to itself, by way of another.</summary>
    internal long Around(int from, int to) => _around[from, to];

    /// <summary>A time and what comes on top; never is never.</summary>
    internal static long After(long time, long nanos) => nanos >= EventQueue.Never - time ? EventQueue.Never : time + nanos;
}
