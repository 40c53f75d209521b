// Who has which host: close ones together, the load even, and links that are cut as long as can be.

using ActorNet.Engine.Hosts;

namespace ActorNet.Engine.Tests.Embedded;

public sealed class PartitionTests
{
    // Two offices of five hosts around a switch each, 50 apart; the switches are 1000 apart.
    private static LinkGraph Offices()
    {
        var links = new LinkGraph();
        foreach (int office in (int[])[0, 6])
        {
            for (int i = 1; i <= 5; i++)
                links.Add(office, office + i, 50);
        }
        links.Add(0, 6, 1000);
        return links;
    }

    private static long[] Even(int hosts) => [.. Enumerable.Repeat(100L, hosts)];

    [Fact]
    public void Hosts_that_are_close_stay_together()
    {
        int[] home = Partition.Of(Even(12), Offices(), 2);
        Assert.All(home[..6], h => Assert.Equal(home[0], h));
        Assert.All(home[6..], h => Assert.Equal(home[6], h));
        Assert.NotEqual(home[0], home[6]);
    }

    [Fact]
    public void A_group_with_more_than_its_share_is_broken_up()
    {
        long[] load = Even(12);
        for (int i = 0; i < 6; i++)
            load[i] = 1000;
        int[] home = Partition.Of(load, Offices(), 2);
        long[] ofWorker = new long[2];
        for (int i = 0; i < 12; i++)
            ofWorker[home[i]] += load[i];
        Assert.True(Partition.Unevenness(ofWorker) < 1.15, string.Join(' ', ofWorker));
    }

    [Fact]
    public void One_host_with_nearly_all_the_load_is_alone_with_a_worker()
    {
        long[] load = Even(12);
        load[3] = 1_000_000;
        int[] home = Partition.Of(load, Offices(), 4);
        Assert.Equal(1, home.Count(h => h == home[3]));
    }

    [Fact]
    public void Hosts_without_links_or_load_are_shared_out_as_well()
    {
        int[] home = Partition.Of(new long[10], new LinkGraph(), 3);
        Assert.Equal([4, 3, 3], home.GroupBy(h => h).Select(g => g.Count()).OrderDescending());
    }

    [Theory]
    [InlineData(10, 10, 1.0)]
    [InlineData(20, 0, 2.0)]
    [InlineData(0, 0, 1.0)]
    public void Unevenness_is_the_busiest_against_an_even_share(long a, long b, double expected) => Assert.Equal(expected, Partition.Unevenness([a, b]));
}
