// What one worker's hosts send to another worker's: a ring that one thread writes and another reads, neither waiting for the other. A full one is followed
// by one of twice its size, so that in the end it holds what a lookahead's worth of traffic needs and nothing is allocated any more.

using System.Runtime.InteropServices;

namespace ActorNet.Engine.Hosts;

/// <summary>One writer, one reader: whoever holds the sending worker, and whoever holds the receiving one.</summary>
internal sealed class Outbox
{
    private Ring _read = new(16);
    private Ring _write;
    private long _freeUntil = 16; // the writer's: up to here it need not ask how far the reader is

    internal Outbox() => _write = _read;

    private sealed class Ring(int size)
    {
        public readonly Letter[] Letters = new Letter[size];
        public Padded Written, Read;
        public Ring? Next;
    }

    /// <summary>On a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)] public long Value;
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

    /// <summary>The writer's. What it has filed is seen by who reads the writer's clock after it has moved on.</summary>
    internal void Add(long at, int origin, long sequence, ActorCell receiver, object message, IActorRef? sender)
    {
        Ring ring = _write;
        long written = ring.Written.Value;
        if (written == _freeUntil)
            ring = Room(ring, ref written);
        ref Letter letter = ref ring.Letters[written & (ring.Letters.Length - 1)];
        letter.Receiver = receiver;
        letter.Message = message;
        letter.Sender = sender;
        letter.At = at;
        letter.Sequence = sequence;
        letter.Origin = origin;
        Volatile.Write(ref ring.Written.Value, written + 1);
    }

    private Ring Room(Ring ring, ref long written)
    {
        _freeUntil = Volatile.Read(ref ring.Read.Value) + ring.Letters.Length;
        if (written < _freeUntil)
            return ring;
        Ring next = new(ring.Letters.Length * 2);
        _freeUntil = next.Letters.Length;
        written = 0;
        _write = next;
        Volatile.Write(ref ring.Next, next);
        return next;
    }

    /// <summary>The reader's: files all that is there where it belongs.</summary>
    internal void Deliver(Worker to)
    {
        for (; ; )
        {
            Ring ring = _read;
            Ring? next = Volatile.Read(ref ring.Next); // before the count: once there is another ring, this one's count stands
            long written = Volatile.Read(ref ring.Written.Value), read = ring.Read.Value;
            if (read < written)
            {
                for (; read < written; read++)
                    File(ref ring.Letters[read & (ring.Letters.Length - 1)], to);
                Volatile.Write(ref ring.Read.Value, read);
            }
            if (next is null)
                return;
            _read = next;
        }
    }

    private static void File(ref Letter letter, Worker to)
    {
        HostLoop loop = letter.Receiver.Loop;
        loop.Queue.Add(letter.At, letter.Origin, letter.Sequence, letter.Receiver, letter.Message, letter.Sender);
        if (letter.At < loop.HeapTime)
            to.Update(loop);
        letter = default;
    }
}
