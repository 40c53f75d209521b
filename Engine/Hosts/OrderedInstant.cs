// What a host may handle at this instant when its order is a choice: a channel for each pair of sender and receiver, first in, first out; their heads are
// the choices, in the order in which the host would handle them without one.

using System.Runtime.InteropServices;

namespace ActorNet.Engine.Hosts;

/// <summary>The messages of one instant of one host.</summary>
internal sealed class OrderedInstant(HostLoop loop)
{
    private static readonly object s_outside = new Outside();
    private readonly List<Channel> _channels = [];
    private readonly List<Delivery> _heads = [];
    private readonly Stack<Channel> _spare = new();
    private HostOrder? _order;
    private long _number;
    private long _step;

    /// <summary>A message and how it came.</summary>
    internal struct Waiting
    {
        public object Message;
        public ActorCell? Receiver;
        public IActorRef? Sender;
        public long Number;
        public long Cause;

        /// <summary>Of a later origin than this host: after all that this host tells itself.</summary>
        public bool IsLate;
        public bool WasQueued;
    }

    private sealed class Channel
    {
        public object From = s_outside;
        public ActorCell? To;
        public readonly Queue<Waiting> Messages = new();
    }

    private sealed class Outside;

    public int Count { get; private set; }

    private HostOrder Order => _order ??= loop.System.Order!.ForHost(loop.HostCell is ActorCell cell ? NameOf(cell) : "");

    private static string NameOf(ActorCell host)
    {
        string path = host.Path.ToStringWithoutAddress();
        return path.StartsWith("/user/", StringComparison.Ordinal) ? path[6..] : path;
    }

    /// <summary>A system message's turn begins: what is sent in it has it as its cause.</summary>
    public void BeginSystem(ActorCell receiver)
    {
        _step++;
        Order.HandlingSystem(loop.Now, receiver);
    }

    /// <summary>A message of this host to itself, told in a turn of <paramref name="teller"/>.</summary>
    public void AddTold(ActorCell receiver, object message, IActorRef? sender, ActorCell? teller)
    {
        // The end of an actor comes behind all that it told; a timer is a sender of its own, as it is in the queue.
        object from = message switch { Terminated => sender!, ActorTimer => message, _ => (object?)teller ?? s_outside };
        Add(from, new Waiting { Message = message, Receiver = receiver, Sender = sender, Cause = _step });
    }

    /// <summary>An event that is due.</summary>
    public void AddDue(in QueuedEvent due)
    {
        Waiting waiting = new() { Message = due.Message!, Receiver = due.Receiver, Sender = due.Sender, WasQueued = true, IsLate = due.Origin > loop.Id };
        object from;
        if (due.Message is ActorTimer timer)
        {
            timer.Waits();
            waiting.Receiver = timer.Cell;
            from = timer;
        }
        else if (due.Origin == loop.Id)
        {
            from = due.Message is EngineMessage engine ? engine : (object?)due.Sender ?? s_outside;
        }
        else
        {
            from = (object?)loop.System.LoopOf(due.Origin) ?? s_outside;
        }
        if (due.Message is EngineMessage message and not ActorTimer && due.Receiver is ActorCell receiver && !message.TakeFromQueue(receiver))
            return;
        Add(from, waiting);
    }

    private void Add(object from, Waiting waiting)
    {
        waiting.Number = ++_number;
        Count++;
        foreach (Channel open in _channels)
        {
            if (ReferenceEquals(open.From, from) && open.To == waiting.Receiver)
            {
                open.Messages.Enqueue(waiting);
                return;
            }
        }
        Channel channel = _spare.TryPop(out Channel? spare) ? spare : new Channel();
        channel.From = from;
        channel.To = waiting.Receiver;
        channel.Messages.Enqueue(waiting);
        Place(channel);
    }

    /// <summary>Takes the message that the order says is next.</summary>
    public Waiting Take()
    {
        int index = 0;
        if (_channels.Count > 1)
        {
            _heads.Clear();
            foreach (Channel c in _channels)
                _heads.Add(Describe(c));
            index = Order.Choose(loop.Now, CollectionsMarshal.AsSpan(_heads));
            if ((uint)index >= (uint)_channels.Count)
                throw new EngineBugException($"the order chose {index} of {_channels.Count} messages");
        }
        Channel channel = _channels[index];
        Order.Handling(loop.Now, Describe(channel));
        _channels.RemoveAt(index);
        Waiting taken = channel.Messages.Dequeue();
        Count--;
        _step++;
        if (channel.Messages.Count > 0)
            Place(channel);
        else
            Keep(channel);
        return taken;
    }

    private void Keep(Channel channel)
    {
        channel.From = s_outside;
        channel.To = null;
        if (_spare.Count < 64)
            _spare.Push(channel);
    }

    private static Delivery Describe(Channel channel)
    {
        Waiting head = channel.Messages.Peek();
        return new Delivery(head.Number, channel.From, head.Receiver, head.Message, head.Cause);
    }

    // Channels stand in the order of their heads.
    private void Place(Channel channel)
    {
        Waiting head = channel.Messages.Peek();
        int at = _channels.Count;
        while (at > 0)
        {
            Waiting other = _channels[at - 1].Messages.Peek();
            if (other.IsLate == head.IsLate ? other.Number < head.Number : head.IsLate)
                break;
            at--;
        }
        _channels.Insert(at, channel);
    }
}
