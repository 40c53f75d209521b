// The windowed minimum and maximum: what is too old gives way to the best of what came after it.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols.Tests.Tcp;

public class WindowedBestTests
{
    [Fact]
    public void The_least_value_that_is_not_too_old_counts()
    {
        var least = default(WindowedBest<uint, Least>);
        foreach ((uint t, uint value, uint expected) in ((uint, uint, uint)[])[(0, 5, 5), (30, 8, 5), (60, 9, 5), (131, 12, 9), (140, 3, 3), (250, 7, 7)])
        {
            least.Sample(100, t, value);
            Assert.Equal((t, expected), (t, least.Value));
        }
    }

    [Fact]
    public void The_greatest_value_that_is_not_too_old_counts()
    {
        var greatest = default(WindowedBest<ulong, Greatest>);
        foreach ((uint t, ulong value, ulong expected) in ((uint, ulong, ulong)[])[(0, 50, 50), (30, 40, 50), (60, 30, 50), (131, 10, 30), (140, 60, 60), (250, 20, 20)])
        {
            greatest.Sample(100, t, value);
            Assert.Equal((t, expected), (t, greatest.Value));
        }
    }
}
