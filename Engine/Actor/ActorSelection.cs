// Whoever lives at a path when the message gets there; with '*', '?' and '..'. Each step is a message to the actor it leads through.

namespace ActorNet.Engine.Actor;

/// <summary>A selection of actors by path.</summary>
public sealed class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    private ActorSelection(ActorCell anchor, string[] elements)
    {
        Anchor = anchor;
        _elements = elements;
    }

    /// <summary>Where the path starts.</summary>
    public IActorRef Anchor { get; }

    public string PathString => "/" + string.Join('/', _elements);

    internal EngineSystem System => ((ActorCell)Anchor).System;

    internal static ActorSelection Of(EngineSystem system, ActorCell anchor, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (ActorPath.TryParse(path, out ActorPath? absolute))
            path = absolute.ToStringWithoutAddress();
        if (path.StartsWith('/'))
            anchor = system.Root;
        return new ActorSelection(anchor, path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Tell(object message, IActorRef? sender = null)
    {
        if (message is null)
            throw new InvalidMessageException("Message is null.");
        Anchor.Tell(new SelectionMessage(this, message, _elements, 0), sender ?? ActorCell.CurrentOrAmbient);
    }

    /// <summary>The one actor that the path selects.</summary>
    /// <exception cref="ActorNotFoundException">Nobody answered in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, default);

    public Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct) => Futures.Ask<IActorRef>(
        this,
        _ => new Identify(null),
        timeout,
        answer => (answer as ActorIdentity)?.Subject ?? throw new ActorNotFoundException($"actor not found: {this}"),
        late => new ActorNotFoundException($"actor not found: {this}", late),
        ct);

    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}), Path({PathString})]";

    private sealed class SelectionMessage(ActorSelection selection, object message, string[] elements, int at) : EngineMessage, IAutoReceivedMessage
    {
        internal override bool PassesSuspension => true;

        internal override object? Letter => message;

        internal override void Deliver(ActorCell cell, IActorRef? sender)
        {
            if (at == elements.Length)
            {
                cell.Tell(message, sender);
                return;
            }
            string element = elements[at];
            SelectionMessage rest = new(selection, message, elements, at + 1);
            if (element == "..")
            {
                (cell.ParentCell ?? cell).Tell(rest, sender);
                return;
            }
            bool found = false;
            if (element.Contains('*', StringComparison.Ordinal) || element.Contains('?', StringComparison.Ordinal))
            {
                for (ActorCell? child = cell.FirstChild; child is not null; child = child.NextSibling)
                {
                    if (!Matches(element, child.Name))
                        continue;
                    child.Tell(rest, sender);
                    found = true;
                }
            }
            else if (cell.FindChild(element) is ActorCell child)
            {
                child.Tell(rest, sender);
                found = true;
            }
            if (found)
                return;
            if (message is Identify identify)
                sender?.Tell(new ActorIdentity(identify.MessageId, null), ActorRefs.NoSender);
            else
                cell.System.PublishDeadLetter(message, sender, cell.System.DeadLetters);
        }

        private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
        {
            if (pattern.IsEmpty)
                return name.IsEmpty;
            if (pattern[0] == '*')
            {
                for (int skip = 0; skip <= name.Length; skip++)
                {
                    if (Matches(pattern[1..], name[skip..]))
                        return true;
                }
                return false;
            }
            return !name.IsEmpty && (pattern[0] == '?' || pattern[0] == name[0]) && Matches(pattern[1..], name[1..]);
        }
    }
}
