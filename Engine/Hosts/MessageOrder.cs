// The order of messages within an instant, as a choice. Without one, a host handles them first in, first out (by their keys). With one, whatever the
// promise to each pair of actors allows may be next: FIFO from one sender to one receiver, system messages first, nothing else.

namespace ActorNet.Engine.Hosts;

/// <summary>Says, for each host of a run, which of the messages that may be handled now is next. Give one to <see cref="EngineRun.Create(string, Config, EngineMode, MessageOrder)"/>.</summary>
public abstract class MessageOrder
{
    /// <summary>The order of one host; asked once for each, when its first message comes.</summary>
    /// <param name="host">The path of the host's actor below /user; empty for what belongs to no host.</param>
    public abstract HostOrder ForHost(string host);

    /// <summary>Any legal order, drawn from the seed: each host has a stream of its own, by its name.</summary>
    public static MessageOrder Random(long seed) => new RandomOrder(seed);

    /// <summary>The order that the configuration names: fifo (null here), random, or a schedule's text.</summary>
    /// <exception cref="ConfigurationException">It is none of these.</exception>
    internal static MessageOrder? Of(Config config)
    {
        string text = config.GetString("actornet.engine.order", "fifo") ?? "fifo";
        switch (text)
        {
            case "fifo": return null;
            case "random": return Random(config.GetLong("actornet.engine.order-seed", 1));
            default:
                return Schedule.TryParse(text, out Schedule? schedule)
                    ? schedule.ToOrder()
                    : throw new ConfigurationException($"actornet.engine.order = \"{text}\": expected fifo, random or a schedule, such as \"client 17:1 23:2; server 4:1\"");
        }
    }
}

/// <summary>The choices of one host.</summary>
public abstract class HostOrder
{
    /// <summary>
    /// Which of these is next, from 0; asked only when there are at least two. They are the oldest of each pair of sender and receiver, and
    /// stand in the order in which the host would handle them first in, first out: always 0 is that order.
    /// </summary>
    /// <param name="now">The host's time, ns.</param>
    public abstract int Choose(long now, ReadOnlySpan<Delivery> next);

    /// <summary>This one is handled now, whether or not there was a choice.</summary>
    public virtual void Handling(long now, in Delivery delivery) { }

    /// <summary>A system message is handled now: out of turn, as always.</summary>
    public virtual void HandlingSystem(long now, IActorRef receiver) { }
}

/// <summary>A message that may be handled now.</summary>
/// <param name="Number">Counts the messages of its host from 1, as they come.</param>
/// <param name="From">Who sent it, as far as order goes: an actor, or the clock, another host, the outside (then it is no <see cref="IActorRef"/>).</param>
/// <param name="To">Whom it is for; null for what the scheduler runs.</param>
/// <param name="Cause">How many messages (system messages too) the host had begun to handle when this one was sent: the number of the one in whose turn it was. 0: it was due.</param>
public readonly record struct Delivery(long Number, object From, IActorRef? To, object Message, long Cause)
{
    public override string ToString() => $"{(Message as ActorTimer)?.Message ?? Message} from {(From is IActorRef ? From : From.GetType().Name)} to {To?.ToString() ?? "the scheduler"}";
}
