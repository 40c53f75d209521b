// What crosses between hosts: over declared links, by the key of its sender; to another worker's host by way of an outbox.

namespace ActorNet.Engine.Hosts;

internal sealed partial class EngineSystem
{
    /// <summary>How far hosts may run apart, ns: nothing crosses between two sooner.</summary>
    internal long Lookahead => _loops.Count <= 1 ? long.MaxValue : Links.Shortest;

    internal LinkGraph Links { get; } = new();

    internal void DeclareLink(HostLoop a, HostLoop b, long minDelayNanos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minDelayNanos);
        Execute(() =>
        {
            if (Conductor.InParallel)
                throw new InvalidOperationException("A link is declared before the hosts run, or between two stretches of a run: not by a running host while several workers are at work.");
            Links.Add(a.Id, b.Id, Math.Max(1, minDelayNanos));
        });
    }

    /// <summary>A message to another host, or from outside.</summary>
    internal void SendAcross(ActorCell receiver, object message, IActorRef? sender)
    {
        HostLoop? from = HostLoop.Active;
        if (from is null || from.System != this)
        {
            PutInInbox(receiver, message, sender);
            return;
        }
        SendAcrossAt(from, from.Now + Links.Between(from.Id, receiver.Loop.Id), receiver, message, sender);
    }

    internal void SendAcrossAt(HostLoop from, long at, ActorCell receiver, object message, IActorRef? sender)
    {
        HostLoop to = receiver.Loop;
        Worker worker = from.Worker;
        if (to.Worker != worker)
        {
            int other = to.Worker.Index;
            if (at - from.Now < worker.Nearest[other])
                throw TooSoon(from, at, receiver);
            worker.Outboxes![other].Add(at, from.Id, from.NextSequence(), receiver, message, sender);
            return;
        }
        if (at <= worker.Limit)
        {
            // A link declared in the middle of a window may be shorter than the window: what crosses it then waits for the window's end.
            if (Conductor.InParallel)
                throw TooSoon(from, at, receiver);
            at = worker.Limit + 1;
        }
        to.Queue.Add(at, from.Id, from.NextSequence(), receiver, message, sender);
        if (at < to.HeapTime)
            worker.Update(to);
    }

    internal ArgumentOutOfRangeException TooSoon(HostLoop from, long at, ActorCell receiver) =>
        new(nameof(at), at, $"{at - from.Now} ns to {receiver} on another host is shorter than their link, or without one the longest declared: {Links.Between(from.Id, receiver.Loop.Id)} ns.");
}
