// Messages whose receiver has ended, or was stopped by a bug: what they own goes back to whom it belongs, so that a bug costs what it broke and no more.

namespace ActorNet.Actors;

/// <summary>Takes a network's dead letters, where they are lost: a system call is EIO, a poll's question is answered, packets are freed.</summary>
internal static class LostMessages
{
    public static void Take(Network network, AllDeadLetters letter)
    {
        switch (letter.Message)
        {
            case SkBuff chain when chain.Pool == network.Pool:
                Free(network, letter.Recipient, chain);
                break;
            case Syscall { Process: { } process } call when process.Net.Pool == network.Pool:
                if (call.IsAnswered) process.OnLostAnswer(call);
                else if (call.IsEntered && !call.GoesHome(letter.Recipient)) Fail(call, process);
                break;
            case ListenerClosed m:
                m.Listener.Tell(ChildGone.Instance, ActorRefs.NoSender);
                break;
            case EpollItem { IsAsked: true } item when !letter.Recipient.Equals(item.Epoll.Actor):
                item.Lost();
                break;
            case PollEntry { Handled: false } entry when entry.Call.Process is { } process && process.Net.Pool == network.Pool:
                entry.At = PollEntry.Stage.Idle;
                if (entry.Ask == PollEntry.Request.Query) entry.Result = PollEvents.ERR | PollEvents.HUP;
                entry.Handled = true;
                entry.Sent++;
                process.Ref.Tell(entry, ActorRefs.NoSender);
                break;
        }
    }

    private static void Fail(Syscall call, ProcessActor process)
    {
        call.Answer(Errno.EIO);
        process.Ref.Tell(call, ActorRefs.NoSender);
    }

    // Counted by the namespace in whose part of the tree they were lost: /user/HOST/..., or /user/HOST/netns/NAME/...
    private static void Free(Network network, IActorRef recipient, SkBuff chain)
    {
        string[] path = [.. recipient.Path.Elements.Take(4)];
        HostPlan? host = path.Length > 1 ? network.Host(path[1])?.Plan : null;
        Netns? ns = path.Length > 3 && path[2] == "netns" ? host?.Namespace(path[3]) : host?.Init;
        if (ns is null) chain.FreeChain();
        else Free(ns.Net, chain);
    }

    /// <summary>Drops a chain: nobody is there for it.</summary>
    public static void Free(Net net, SkBuff? chain)
    {
        for (SkBuff? skb = chain, next; skb is not null; skb = next)
        {
            next = skb.Next;
            net.Mib.Drop(skb, DropReason.NO_SOCKET);
        }
    }
}

/// <summary>The packet that an actor was at when it threw, and those that were to follow.</summary>
/// <param name="life">The packet's, from before: a machine that threw may have freed it, or may not.</param>
internal sealed class LostPackets(SkBuff packet, uint life, SkBuff? rest)
{
    public void Free(Net net)
    {
        if (packet.IsAlive(life)) net.Mib.Drop(packet, DropReason.NO_SOCKET);
        LostMessages.Free(net, rest);
    }
}
