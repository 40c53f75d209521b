// The queue of waiting calls: first in, first out; and who gives up first, however many wait.

namespace ActorNet.Actors.Tests;

public class CallQueueTests
{
    private static Syscall Waiting(long deadline)
    {
        var call = new Syscall.RecvFrom();
        call.Deadline = deadline < 0 ? Instant.Never : new Instant(deadline);
        return call;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void Calls_give_up_in_the_order_of_their_deadlines_and_of_one_deadline_in_the_order_they_came(int count)
    {
        var random = new RandomStream(1, "calls", "queue");
        var queue = new CallQueue();
        var model = new List<Syscall>();
        for (int round = 0; round < 20 * count; round++)
        {
            Assert.Equal(model.Count == 0 ? Instant.Never : model.Min(c => c.Deadline), queue.EarliestDeadline());
            switch (random.Below(4))
            {
                case 0 when model.Count > 0: // one ends otherwise, from the middle
                    Syscall gone = model[(int)random.Below((uint)model.Count)];
                    queue.Remove(gone);
                    model.Remove(gone);
                    break;
                case 1 when model.Count > 0: // the first is tried and waits on
                    Syscall first = queue.Head!;
                    queue.Remove(first);
                    queue.EnqueueFirst(first);
                    break;
                case 2 when model.Count >= count:
                    var now = new Instant((long)random.Below(200));
                    List<Syscall> expired = [.. model.Where(c => c.Deadline <= now)];
                    Instant last = default;
                    while (queue.TakeExpired(now) is { } call)
                    {
                        Assert.True(expired.Remove(call) && model.Remove(call) && call.Deadline >= last);
                        last = call.Deadline;
                    }

                    Assert.Empty(expired);
                    break;
                default:
                    Syscall added = Waiting(random.Below(3) == 0 ? -1 : (long)random.Below(200));
                    queue.Enqueue(added);
                    model.Add(added);
                    break;
            }
        }

        while (queue.Dequeue() is { } call) Assert.True(model.Remove(call));
        Assert.Empty(model);
    }

    [Fact]
    public void Of_one_deadline_the_first_gives_up_first()
    {
        foreach (int count in (int[])[3, 50])
        {
            var queue = new CallQueue();
            Syscall[] calls = [.. Enumerable.Range(0, count).Select(_ => Waiting(5))];
            foreach (Syscall call in calls) queue.Enqueue(call);
            foreach (Syscall call in calls) Assert.Same(call, queue.TakeExpired(new Instant(5)));
            Assert.Null(queue.TakeExpired(new Instant(5)));
        }
    }
}
