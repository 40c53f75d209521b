// What one worker's hosts have sent to another worker's, during one window: written by the one until the window's end, read by the other after it.
// Two of them take turns, so that nobody waits for the reader.

namespace ActorNet.Engine.Hosts;

internal sealed class Outbox
{
    private readonly List[] _turns = [new(), new()];

    private sealed class List
    {
        public Letter[] Letters = new Letter[16];
        public int Count;
        public long Earliest = EventQueue.Never;
    }

    private struct Letter
    {
        public ActorCell Receiver;
        public object Message;
        public IActorRef? Sender;
        public long At;
        public long Sequence;
        public int Origin;
    }

    /// <summary>The writer's: files a letter for the window whose number is of this parity.</summary>
    internal void Add(int turn, long at, int origin, long sequence, ActorCell receiver, object message, IActorRef? sender)
    {
        List list = _turns[turn];
        if (list.Count == list.Letters.Length)
            Array.Resize(ref list.Letters, list.Count * 2);
        ref Letter letter = ref list.Letters[list.Count++];
        letter.Receiver = receiver;
        letter.Message = message;
        letter.Sender = sender;
        letter.At = at;
        letter.Sequence = sequence;
        letter.Origin = origin;
        if (at < list.Earliest)
            list.Earliest = at;
    }

    /// <summary>When the first of that window's letters is due.</summary>
    internal long Earliest(int turn) => _turns[turn].Earliest;

    /// <summary>The reader's, once the window is over: files all letters where they belong.</summary>
    internal void Deliver(int turn, Worker to)
    {
        List list = _turns[turn];
        Letter[] letters = list.Letters;
        for (int i = 0; i < list.Count; i++)
        {
            ref Letter letter = ref letters[i];
            HostLoop loop = letter.Receiver.Loop;
            loop.Queue.Add(letter.At, letter.Origin, letter.Sequence, letter.Receiver, letter.Message, letter.Sender);
            if (letter.At < loop.HeapTime)
                to.Update(loop);
            letter = default;
        }
        list.Count = 0;
        list.Earliest = EventQueue.Never;
    }
}
