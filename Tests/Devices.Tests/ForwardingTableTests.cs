// What a switch remembers, and for how long.

namespace ActorNet.Devices.Tests;

public sealed class ForwardingTableTests
{
    private static readonly MacAddress A = new(0x0200_0000_000A), Group = new(0x0100_5E00_0001);

    private static Instant At(double seconds) => Instant.FromSeconds(seconds);

    [Fact]
    public void An_address_is_known_for_the_ageing_time_after_it_was_last_seen()
    {
        var fdb = new ForwardingTable(Duration.FromSeconds(300));
        Assert.Equal(0, fdb.Lookup(A, At(0)));
        Assert.True(fdb.Learn(A, 3, At(0)));
        Assert.False(fdb.Learn(A, 3, At(200)));
        Assert.Equal(3, fdb.Lookup(A, At(499.999)));
        Assert.Equal(0, fdb.Lookup(A, At(500)));
    }

    [Fact]
    public void An_address_moves_and_a_dead_port_is_forgotten_and_groups_are_never_learned()
    {
        var fdb = new ForwardingTable(Duration.FromSeconds(300));
        fdb.Learn(A, 3, At(0));
        Assert.True(fdb.Learn(A, 4, At(1)));
        Assert.Equal(4, fdb.Lookup(A, At(1)));
        fdb.Forget(3);
        Assert.Equal(4, fdb.Lookup(A, At(1)));
        fdb.Forget(4);
        Assert.Equal(0, fdb.Lookup(A, At(1)));
        Assert.False(fdb.Learn(Group, 1, At(1)));
        Assert.False(fdb.Learn(MacAddress.Zero, 1, At(1)));
        Assert.Equal(0, fdb.Count);
    }

    [Fact]
    public void Aged_addresses_are_swept_so_that_the_table_does_not_grow_for_ever()
    {
        var fdb = new ForwardingTable(Duration.FromSeconds(1));
        for (int i = 0; i < 100_000; i++) fdb.Learn(new MacAddress(0x0200_0000_0000 + (ulong)i), 1, At(i * 0.01));
        Assert.InRange(fdb.Count, 100, 4096);
    }

    [Fact]
    public void Looking_and_learning_again_allocate_nothing()
    {
        var fdb = new ForwardingTable(Duration.FromSeconds(300));
        for (int i = 0; i < 500; i++) fdb.Learn(new MacAddress(0x0200_0000_0000 + (ulong)i), 1 + i % 8, At(0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int found = 0;
        for (int i = 0; i < 10_000; i++)
        {
            fdb.Learn(new MacAddress(0x0200_0000_0000 + (ulong)(i % 500)), 1 + i % 500 % 8, At(1));
            found += fdb.Lookup(new MacAddress(0x0200_0000_0000 + (ulong)(i % 500)), At(1)) > 0 ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_000, found);
    }
}
