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

/// <summary>How far an exploration goes.</summary>
/// <param name="Runs">At most so many.</param>
/// <param name="FromNanos">Before this time (ns) everything is first in, first out: hosts boot in one order only.</param>
/// <param name="UntilNanos">From this time on, too: what ends the run is not the scenario's.</param>
/// <param name="OutOfTurn">A run takes no more messages than so many before their turn (delay bounding: Emmi, Qadeer and Rakamaric 2011). Most races need one or two.</param>
public sealed record ExploreBounds(
    int Runs = 10_000, long FromNanos = 0, long UntilNanos = long.MaxValue, int OutOfTurn = int.MaxValue, ExploredOrders Orders = ExploredOrders.PerActor);

/// <summary>What an exploration has found.</summary>
/// <param name="Runs">How many orders were run.</param>
/// <param name="IsComplete">All legal orders within the bounds are covered; false: the number of runs ended it.</param>
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
    /// Runs <paramref name="scenario"/> under every legal order, up to the bounds. It makes a system with the order that it is
    /// given, in virtual time, runs it and throws if it does not like the outcome; nothing but the order may differ from one run to the next.
    /// </summary>
    /// <exception cref="OrderFailedException">The scenario threw; the message has the schedule, and what it took out of turn.</exception>
    public static Exploration Run(Action<MessageOrder> scenario, ExploreBounds? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        bounds ??= new ExploreBounds();
        List<Choice> choices = [];
        for (int run = 1; ; run++)
        {
            Trail trail = new(choices, bounds);
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
                host.FindRaces(bounds.Orders);
            if (!Backtrack(choices, bounds.OutOfTurn))
                return new Exploration(run, true);
            if (run == bounds.Runs)
                return new Exploration(run, false);
        }
    }

    /// <summary>The deepest choice with something left to try takes it; those behind it are forgotten.</summary>
    private static bool Backtrack(List<Choice> choices, int outOfTurn)
    {
        int taken = choices.Count(c => c.Taken > 0);
        for (int last = choices.Count - 1; last >= 0; last--)
        {
            Choice choice = choices[last];
            if (choice.Taken > 0)
                taken--;
            for (int i = 0; i < choice.Next.Length && (i == 0 || taken < outOfTurn); i++)
            {
                if (!choice.ToTry[i] || choice.Tried[i] || choice.Asleep.ContainsKey(choice.Next[i].Number))
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
    private sealed class Choice(string host, int ordinal, long time, ReadOnlySpan<Delivery> next, Dictionary<long, List<int>> asleep)
    {
        /// <summary>Messages that need not be taken here: all that follows from them has been seen at an earlier choice. By number, with the actors that they change.</summary>
        public readonly Dictionary<long, List<int>> Asleep = asleep;

        /// <summary>Of each that was tried, the actors that it changed.</summary>
        public readonly List<int>?[] Touched = new List<int>?[next.Length];

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
    private sealed class Trail(List<Choice> choices, ExploreBounds bounds) : MessageOrder
    {
        public int Followed { get; private set; }

        public bool Explores(long now) => now >= bounds.FromNanos && now < bounds.UntilNanos;

        public List<HostTrail> Hosts { get; } = [];

        public override HostOrder ForHost(string host)
        {
            HostTrail trail = new(this, host);
            Hosts.Add(trail);
            return trail;
        }

        public bool Sleeps => bounds.OutOfTurn == int.MaxValue && bounds.Orders == ExploredOrders.PerActor;

        /// <summary>The choice that is to be followed here, or a new one; null: all that could follow has been seen.</summary>
        public Choice? At(string host, int ordinal, long now, ReadOnlySpan<Delivery> next, Dictionary<long, List<int>> asleep)
        {
            int awake = 0;
            while (awake < next.Length && asleep.ContainsKey(next[awake].Number))
                awake++;
            if (awake == next.Length)
                return null;
            if (Followed == choices.Count)
            {
                Choice made = new(host, ordinal, now, next, new Dictionary<long, List<int>>(asleep));
                made.Take(awake);
                choices.Add(made);
                Followed++;
                return made;
            }
            Choice choice = choices[Followed++];
            if (choice.Host != host || choice.Time != now || choice.Next.Length != next.Length)
                throw new EngineBugException($"The scenario did not repeat: {host} at {now} ns has {next.Length} choices, {choice.Host} at {choice.Time} ns had {choice.Next.Length}. Something else than the order differs.");
            choice.Next = next.ToArray();
            return choice;
        }
    }
}
