// Runs a scenario under all legal orders of its messages: depth first over the choices, each run from the start along a list of choices.
// Orders that cannot differ are not tried twice: only messages that meet at one actor of one host in one instant are exchanged (dynamic partial-order
// reduction: Flanagan and Godefroid 2005; for actors: Tasharofi et al. 2012). What two actors share behind their messages' back is not seen by it;
// Everything exchanges all messages of a host, for very small scenarios.

using System.Globalization;
using System.Text;

namespace ActorNet.Engine.Hosts;

/// <summary>Which messages an exploration exchanges.</summary>
public enum ExploredOrders
{
    /// <summary>Those that reach one actor: enough when actors share nothing.</summary>
    PerActor,

    /// <summary>All of a host and instant.</summary>
    Everything,
}

/// <summary>What an exploration has found.</summary>
/// <param name="Runs">How many orders were run.</param>
/// <param name="IsComplete">All legal orders are covered; false: the bound came first.</param>
public sealed record Exploration(int Runs, bool IsComplete);

/// <summary>A run failed under an order; the inner exception is the scenario's.</summary>
public sealed class OrderFailedException(string message, Exception inner, Schedule schedule) : Exception(message, inner)
{
    /// <summary>Repeats the failure: <see cref="Schedule.ToOrder"/>.</summary>
    public Schedule Schedule { get; } = schedule;
}

/// <summary>Explores the orders of small scenarios.</summary>
public static partial class Explorer
{
    /// <summary>
    /// Runs <paramref name="scenario"/> under every legal order, up to <paramref name="maxRuns"/> of them. It makes a system with the order that it is
    /// given, in virtual time, runs it and throws if it does not like the outcome; nothing but the order may differ from one run to the next.
    /// </summary>
    /// <exception cref="OrderFailedException">The scenario threw; the message has the schedule, and what it took out of turn.</exception>
    public static Exploration Run(Action<MessageOrder> scenario, int maxRuns = 10_000, ExploredOrders orders = ExploredOrders.PerActor)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        List<Choice> choices = [];
        for (int run = 1; ; run++)
        {
            Trail trail = new(choices);
            try
            {
                scenario(trail);
            }
            catch (Exception e)
            {
                Schedule schedule = Written(choices);
                throw new OrderFailedException(Explain(e, schedule, choices, run), e, schedule);
            }
            if (trail.Followed < choices.Count)
                throw new InvalidOperationException("The scenario did not repeat: it offered fewer choices than before with the same order. Something else than the order differs.");
            foreach (HostTrail host in trail.Hosts)
                host.FindRaces(orders);
            if (!Backtrack(choices))
                return new Exploration(run, true);
            if (run == maxRuns)
                return new Exploration(run, false);
        }
    }

    /// <summary>The deepest choice with something left to try takes it; those behind it are forgotten.</summary>
    private static bool Backtrack(List<Choice> choices)
    {
        for (int last = choices.Count - 1; last >= 0; last--)
        {
            Choice choice = choices[last];
            for (int i = 0; i < choice.Next.Length; i++)
            {
                if (!choice.ToTry[i] || choice.Tried[i])
                    continue;
                choice.Take(i);
                choices.RemoveRange(last + 1, choices.Count - last - 1);
                return true;
            }
        }
        return false;
    }

    private static Schedule Written(List<Choice> choices)
    {
        Schedule schedule = new();
        foreach (Choice choice in choices)
        {
            if (choice.Taken > 0)
                schedule[choice.Host, choice.Ordinal] = choice.Taken;
        }
        return schedule;
    }

    private static string Explain(Exception e, Schedule schedule, List<Choice> choices, int run)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"Fails in order {run}, schedule \"{schedule}\": {e.Message}");
        foreach (Choice choice in choices)
        {
            if (choice.Taken == 0)
                continue;
            text.AppendLine(CultureInfo.InvariantCulture, $"  {choice.Host} at {choice.Time} ns, choice {choice.Ordinal}: {choice.Next[choice.Taken]}");
            for (int i = 0; i < choice.Taken; i++)
                text.AppendLine(CultureInfo.InvariantCulture, $"    before {choice.Next[i]}");
        }
        return text.ToString();
    }

    /// <summary>A point at which several messages could be next.</summary>
    private sealed class Choice(string host, int ordinal, long time, ReadOnlySpan<Delivery> next)
    {
        public readonly string Host = host;
        public readonly int Ordinal = ordinal;
        public readonly long Time = time;
        public readonly bool[] Tried = new bool[next.Length];
        public readonly bool[] ToTry = new bool[next.Length];

        /// <summary>Of the last run that came here.</summary>
        public Delivery[] Next = next.ToArray();

        public int Taken { get; private set; }

        public void Take(int index)
        {
            Taken = index;
            Tried[index] = true;
        }
    }

    /// <summary>One run: follows the choices, and adds new ones behind them.</summary>
    private sealed class Trail(List<Choice> choices) : MessageOrder
    {
        public int Followed { get; private set; }

        public List<HostTrail> Hosts { get; } = [];

        public override HostOrder ForHost(string host)
        {
            HostTrail trail = new(this, host);
            Hosts.Add(trail);
            return trail;
        }

        public Choice At(string host, int ordinal, long now, ReadOnlySpan<Delivery> next)
        {
            if (Followed == choices.Count)
            {
                Choice made = new(host, ordinal, now, next);
                made.Take(0);
                choices.Add(made);
                Followed++;
                return made;
            }
            Choice choice = choices[Followed++];
            if (choice.Host != host || choice.Time != now || choice.Next.Length != next.Length)
                throw new InvalidOperationException($"The scenario did not repeat: {host} at {now} ns has {next.Length} choices, {choice.Host} at {choice.Time} ns had {choice.Next.Length}. Something else than the order differs.");
            choice.Next = next.ToArray();
            return choice;
        }
    }
}
