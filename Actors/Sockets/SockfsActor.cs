// /sock: sockfs (net/socket.c), the file system whose inodes are sockets: it makes the sockets' actors and is their supervisor.

namespace ActorNet.Actors;

/// <summary>Makes the actors of sockets. A socket that throws is stopped and reported; the others go on.</summary>
/// <remarks>Handles <see cref="Syscall.Socket"/> (sent back with the actor), <see cref="AdoptChild"/> and <see cref="RunEnded"/>.</remarks>
internal sealed class SockfsActor(NetStack stack) : UntypedActor
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        stack.Books.Broken.Add($"{stack.Net.HostName}: a socket threw at {new Instant(Context.NowNanos())}: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Syscall.Socket call:
                Socket socket = call.Created!;
                socket.Inode = stack.NextInode();
                socket.Actor = Spawn(socket.Sk!, socket.Ops!, hashed: false);
                call.Process!.Ref.Tell(call, Self);
                break;
            case AdoptChild m:
                IActorRef child = Spawn(m.Child, m.Ops, hashed: true);
                m.Child.Owner = child;
                m.Demux.Tell(
                    new DemuxRequest(DemuxRequest.What.HashChild, child, m.Child)
                    { Local = m.Child.Local, Peer = m.Child.Peer, Listener = m.Listener, ListenerPort = m.ListenerPort },
                    Self);
                break;
            case RunEnded:
                foreach (IActorRef s in Context.GetChildren()) s.Tell(message, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private IActorRef Spawn(Sock sk, ProtoOps ops, bool hashed)
    {
        stack.Sockets++;
        return Context.ActorOf(Props.CreateBy(new SockActorProducer(stack, sk, ops, hashed)));
    }
}

/// <summary>Makes one SockActor without reflection.</summary>
internal sealed class SockActorProducer(NetStack stack, Sock sk, ProtoOps ops, bool hashed) : IIndirectActorProducer
{
    public Type ActorType => typeof(SockActor);

    public ActorBase Produce() => new SockActor(stack, sk, ops, hashed);

    public void Release(ActorBase actor)
    {
    }
}
