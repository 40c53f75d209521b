// Runs a scenario of the stack under all legal orders of its messages, or under many random ones.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests.Orders;

internal static class Orders
{
    /// <summary>Programs of explored scenarios start here: what is before (hosts boot) is run in one order only.</summary>
    public static readonly Instant Start = Instant.FromMilliseconds(1);

    /// <summary>A cable on which nothing takes time that is not even: what is sent at once arrives at once.</summary>
    public static readonly WireSpec Even = new() { Delay = Duration.FromMilliseconds(1) };

    /// <summary>Under every legal order from <see cref="Start"/> on, until the run's end at its 10th millisecond. The scenario builds on the lab (hosts a and b, programs from Start), and ends it.</summary>
    /// <returns>How many orders there were.</returns>
    public static int All(Action<Lab> scenario, int outOfTurn = int.MaxValue, Instant? from = null, Instant? until = null, int maxRuns = 20_000)
    {
        Exploration found = Explorer.Run(
            order =>
            {
                using Lab lab = Lab.Pair(Even, system: EngineRun.Create("lab", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual, order));
                scenario(lab);
            },
            new ExploreBounds(maxRuns, (from ?? Start).Nanoseconds, (until ?? Instant.FromMilliseconds(9)).Nanoseconds, outOfTurn));
        Assert.True(found.IsComplete, $"not all orders in {found.Runs} runs");
        return found.Runs;
    }

    /// <summary>Under random orders of so many seeds; what fails says under which, and its schedule.</summary>
    public static void Random(int seeds, Action<Lab> scenario)
    {
        for (int seed = 1; seed <= seeds; seed++)
        {
            Schedule schedule = new();
            MessageOrder order = schedule.Record(MessageOrder.Random(seed));
            using Lab lab = Lab.Pair(Even, system: EngineRun.Create("lab", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual, order));
            try
            {
                scenario(lab);
            }
            catch (Exception e)
            {
                Assert.Fail($"order seed {seed}: {e.Message}\nschedule \"{schedule}\"\n{e.StackTrace}");
            }
        }
    }
}
