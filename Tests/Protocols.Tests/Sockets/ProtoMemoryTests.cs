// A protocol's memory: limits, pressure, and each socket's share (the rules of __sk_mem_raise_allocated; man 7 tcp, tcp_mem).

namespace ActorNet.Protocols.Tests.Sockets;

public sealed class ProtoMemoryTests
{
    private static readonly Instant T0 = Instant.FromMilliseconds(5);

    [Fact]
    public void Below_the_first_limit_everything_is_granted()
    {
        var m = new ProtoMemory(() => (10, 20, 30), pressures: true);
        Assert.True(m.Raise(10, 10 * ProtoMemory.PageSize, false, T0));
        Assert.True(m.IsPlentiful);
        Assert.False(m.UnderPressure);
        m.Reduce(10, T0);
        Assert.Equal(0, m.Allocated);
    }

    [Fact]
    public void Pressure_begins_above_the_second_limit_and_ends_below_the_first()
    {
        var changes = new List<bool>();
        var m = new ProtoMemory(() => (10, 20, 30), pressures: true, (_, on) => changes.Add(on));
        m.Open();
        Assert.True(m.Raise(20, 1, false, T0));
        Assert.False(m.UnderPressure);
        Assert.True(m.Raise(1, 1, true, T0));
        Assert.True(m.UnderPressure);
        m.Reduce(11, T0); // 10: not yet
        Assert.True(m.UnderPressure);
        m.Reduce(1, T0);
        Assert.False(m.UnderPressure);
        Assert.Equal([true, false], changes);
    }

    [Fact]
    public void Under_pressure_a_socket_gets_no_more_than_its_share_and_above_the_last_limit_nobody_gets_anything()
    {
        var m = new ProtoMemory(() => (10, 20, 30), pressures: true);
        for (int i = 0; i < 3; i++) m.Open();
        Assert.True(m.Raise(22, 1, true, T0));
        Assert.True(m.UnderPressure);
        Assert.True(m.Raise(1, 9 * ProtoMemory.PageSize, false, T0)); // 3 * 9 < 30
        Assert.False(m.Raise(1, 10 * ProtoMemory.PageSize, false, T0));
        Assert.True(m.Raise(1, 10 * ProtoMemory.PageSize, true, T0)); // less than its minimum: granted
        Assert.Equal(24, m.Allocated);
        Assert.False(m.Raise(7, 1, true, T0)); // 31 > 30
        Assert.Equal(24, m.Allocated);
    }

    [Fact]
    public void A_protocol_without_pressure_refuses_above_the_first_limit_what_is_above_a_sockets_minimum()
    {
        var m = new ProtoMemory(() => (10, 20, 30), pressures: false);
        Assert.True(m.Raise(10, 1, false, T0));
        Assert.False(m.Raise(1, 1, false, T0));
        Assert.True(m.Raise(1, 1, true, T0));
        Assert.False(m.UnderPressure);
    }
}
