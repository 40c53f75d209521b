// Children: made in the parent's turn, started by a system message, listed in order of creation.

namespace ActorNet.Engine.Actor;

internal sealed partial class ActorCell
{
    internal bool HasChildren => Extra is { ChildCount: > 0 };

    internal int ChildCount => Extra?.ChildCount ?? 0;

    internal ActorCell? FirstChild => Extra?.FirstChild;

    internal ActorCell? NextSibling => _next;

    internal ActorCell MakeChild(Props props, string? name, bool isSystem = false)
    {
        if (IsTerminatingOrTerminated)
            throw new InvalidOperationException($"Cannot create child while terminating or terminated: {Path}");
        CellExtra extra = MakeExtra();
        if (name is not null)
            CheckName(extra, name, isSystem);
        HostLoop loop = System.IsHostDispatcher(props.Dispatcher) ? System.AddHost(Loop) : Loop;
        ActorCell child = new(loop, this, props, name, name is null ? extra.NextChildName++ : HasName);
        if (loop != Loop)
            loop.HostCell = child;
        System.ConfigureMailbox(child, props);
        Attach(extra, child);
        if (name is not null)
        {
            extra.NamedCount++;
            if (extra.NamedChildren is not null || extra.ChildCount > CellExtra.MostListed)
                (extra.NamedChildren ??= NamedOf(extra, child)).Add(name, child);
        }
        // A new host starts at this instant: nothing else can reach it sooner.
        loop.PostSystem(SystemKind.Create, child);
        if (loop != Loop || HostLoop.Active is null)
            System.Wake(loop);
        return child;
    }

    internal void UseMailbox(Dispatch.IMessageQueue queue)
    {
        MakeExtra().Mailbox = queue;
        _state |= State.HasMailbox;
    }

    private void CheckName(CellExtra extra, string name, bool isSystem)
    {
        if (name.Length == 0)
            throw new InvalidActorNameException("Actor name must not be empty.");
        if (!isSystem && !ActorPath.IsValidPathElement(name))
            throw new InvalidActorNameException(
                $"Illegal actor name [{name}]. Actor paths MUST: not start with `$`, include only ASCII letters and can only contain these special characters: -_.*$+:@&=,!~';");
        if (FindNamed(extra, name) is not null)
            throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
    }

    private static void Attach(CellExtra extra, ActorCell child)
    {
        child._previous = extra.LastChild;
        if (extra.LastChild is ActorCell last)
            last._next = child;
        else
            extra.FirstChild = child;
        extra.LastChild = child;
        extra.ChildCount++;
    }

    private void Detach(ActorCell child)
    {
        CellExtra extra = Extra!;
        if (child._previous is ActorCell previous)
            previous._next = child._next;
        else
            extra.FirstChild = child._next;
        if (child._next is ActorCell next)
            next._previous = child._previous;
        else
            extra.LastChild = child._previous;
        child._previous = null;
        child._next = null;
        extra.ChildCount--;
        extra.RestartStats?.Remove(child);
        if (child._nameIndex != HasName)
            return;
        extra.NamedCount--;
        extra.NamedChildren?.Remove(child._name!);
    }

    internal bool IsChild(ActorCell child) => child.ParentCell == this && (child._previous is not null || Extra?.FirstChild == child);

    private static Dictionary<string, ActorCell> NamedOf(CellExtra extra, ActorCell but)
    {
        Dictionary<string, ActorCell> named = new(StringComparer.Ordinal);
        for (ActorCell? child = extra.FirstChild; child is not null; child = child._next)
        {
            if (child != but && child._nameIndex == HasName)
                named.Add(child._name!, child);
        }
        return named;
    }

    private static ActorCell? FindNamed(CellExtra extra, string name)
    {
        if (extra.NamedChildren is not null)
            return extra.NamedChildren.GetValueOrDefault(name);
        for (ActorCell? child = extra.NamedCount > 0 ? extra.FirstChild : null; child is not null; child = child._next)
        {
            if (child._nameIndex == HasName && string.Equals(child._name, name, StringComparison.Ordinal))
                return child;
        }
        return null;
    }

    internal ActorCell? FindChild(string name)
    {
        if (Extra is not CellExtra extra)
            return null;
        if (FindNamed(extra, name) is ActorCell named)
            return named;
        if (!name.StartsWith('$'))
            return null;
        for (ActorCell? child = extra.FirstChild; child is not null; child = child._next)
        {
            if (string.Equals(child.Name, name, StringComparison.Ordinal))
                return child;
        }
        return null;
    }
}
