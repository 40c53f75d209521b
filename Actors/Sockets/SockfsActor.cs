// /sock: sockfs (net/socket.c), the file system whose inodes are sockets: it makes the sockets' actors and is their supervisor.

namespace ActorNet.Actors;

/// <summary>Makes the actors of sockets. A socket that throws is stopped and reported; the others go on.</summary>
/// <remarks>Handles <see cref="Syscall.Socket"/> and <see cref="Syscall.SocketPair"/> (sent back with the actors), <see cref="AdoptChild"/> and <see cref="RunEnded"/>.</remarks>
internal sealed class SockfsActor : UntypedActor
{
    private readonly NetStack _stack;

    // One recipe for all: what each is to drive lies in NetStack.Unborn until it is born.
    private Props? _sockProps;
    private bool _ended;

    public SockfsActor(NetStack stack)
    {
        _stack = stack;
        stack.Clock = Context;
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        _stack.Books.Broken.Add($"{_stack.Net.HostName}: a socket threw at {new Instant(Context.NowNanos())}: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Syscall.Socket call:
                Spawn(call.Created!);
                call.Process!.Ref.Tell(call, Self);
                break;
            case Syscall.SocketPair call:
                Spawn(call.Created!);
                Spawn(call.Peer!);
                call.Process!.Ref.Tell(call, Self);
                break;
            case AdoptChild m:
                Spawn(m.Child, m.Ops, m);
                break;
            case RunEnded:
                _ended = true;
                foreach (IActorRef s in Context.GetChildren()) s.Tell(message, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Spawn(Socket socket)
    {
        socket.Inode = socket.Sk!.Inode = _stack.NextInode();
        socket.Driver = Spawn(socket.Sk!, socket.Ops!, null);
    }

    private IActorRef Spawn(Sock sk, ProtoOps ops, AdoptChild? adopted)
    {
        _stack.Sockets++;
        _stack.List.Add(sk);
        IActorRef made = Context.ActorOf(_sockProps ??= Props.CreateBy(new SockActorProducer(_stack)));
        _stack.Unborn.Add(made, new SockActor.Unborn(sk, ops, adopted));
        if (_ended) made.Tell(RunEnded.Instance, Self); // it was on its way when the run ended
        return made;
    }
}

/// <summary>Makes SockActors without reflection.</summary>
internal sealed class SockActorProducer(NetStack stack) : IIndirectActorProducer
{
    public Type ActorType => typeof(SockActor);

    public ActorBase Produce() => new SockActor(stack);

    public void Release(ActorBase actor)
    {
    }
}
