// The queue of future events against a sorted list: exact key order, whatever is scheduled, cancelled and taken in between.

using ActorNet.Engine.Actor;
using ActorNet.Engine.Hosts;
using FsCheck;
using FsCheck.Fluent;

namespace ActorNet.Engine.Tests.Hosts;

public sealed class EventQueueTests
{
    private static readonly object s_message = new();

    /// <summary>One step: schedule after a delay from an origin, cancel a pending one, or take all that is due within a time.</summary>
    public enum Kind { Add, Cancel, Take }

    public readonly record struct Step(Kind Kind, long Amount, int Pick);

    private static Gen<Step> Steps
    {
        get
        {
            // Delays over the whole range of levels, with many equal ones.
            Gen<long> delay = from bits in Gen.Choose(0, 45) from low in Gen.Choose(0, 3) select (1L << bits) - 1 + low;
            Gen<int> pick = Gen.Choose(0, 1_000_000);
            return from kind in Gen.Elements(Kind.Add, Kind.Add, Kind.Add, Kind.Cancel, Kind.Take)
                   from amount in delay
                   from number in pick
                   select new Step(kind, amount, number);
        }
    }

    private static void AgreesWithSortedList(IReadOnlyList<Step> steps)
    {
        EventQueue queue = new();
        List<(long Time, int Origin, long Sequence, int Handle)> model = [];
        long now = 0;
        long sequence = 0;
        foreach (Step step in steps)
        {
            switch (step.Kind)
            {
                case Kind.Add:
                    int origin = step.Pick % 3;
                    long time = now + step.Amount;
                    int handle = queue.Add(time, origin, ++sequence, null, s_message, null);
                    model.Add((time, origin, sequence, handle));
                    break;
                case Kind.Cancel when model.Count > 0:
                    int at = step.Pick % model.Count;
                    queue.Cancel(model[at].Handle);
                    model.RemoveAt(at);
                    break;
                case Kind.Take:
                    now = TakeAll(queue, model, now + step.Amount, step.Pick % 5);
                    break;
                default:
                    break;
            }
            Assert.Equal(model.Count, queue.Count);
            Assert.True(model.Count == 0 ? queue.NextTime == EventQueue.Never : queue.NextTime <= model.Min(m => m.Time));
        }
        TakeAll(queue, model, long.MaxValue - 1, int.MaxValue);
        Assert.Empty(model);
        Assert.Equal(EventQueue.Never, queue.NextTime);
    }

    private static long TakeAll(EventQueue queue, List<(long Time, int Origin, long Sequence, int Handle)> model, long limit, int most)
    {
        model.Sort();
        for (int i = 0; i < most; i++)
        {
            if (!queue.TryTake(limit, out QueuedEvent due))
            {
                Assert.True(model.Count == 0 || model[0].Time > limit);
                Assert.True(queue.NextTime > limit);
                return limit;
            }
            Assert.Equal((model[0].Time, model[0].Origin, model[0].Sequence), (due.Time, due.Origin, due.Sequence));
            Assert.Same(s_message, due.Message);
            limit = limit == long.MaxValue - 1 ? limit : Math.Max(limit, due.Time);
            model.RemoveAt(0);
        }
        return model.Count == 0 ? limit : Math.Min(limit, model[0].Time);
    }

    [Fact]
    public void The_timer_queue_agrees_with_a_sorted_list_over_any_schedule_cancel_and_take()
    {
        Arbitrary<Step[]> steps = Steps.ArrayOf().ToArbitrary();
        Prop.ForAll(steps, s => AgreesWithSortedList(s)).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(300));
    }

    [Fact]
    public void Events_of_one_instant_come_by_origin_and_then_by_sequence()
    {
        EventQueue queue = new();
        queue.Add(1000, 2, 1, null, "2/1", null);
        queue.Add(1000, 1, 9, null, "1/9", null);
        queue.Add(1000, 1, 3, null, "1/3", null);
        queue.Add(999, 7, 50, null, "earlier", null);
        string[] order = new string[4];
        for (int i = 0; i < 4; i++)
        {
            Assert.True(queue.TryTake(1000, out QueuedEvent due));
            order[i] = (string)due.Message!;
        }
        Assert.Equal(["earlier", "1/3", "1/9", "2/1"], order);
        Assert.False(queue.TryTake(long.MaxValue - 1, out _));
    }

    [Fact]
    public void A_million_pending_timers_come_out_in_order_with_half_of_them_cancelled()
    {
        const int Count = 1_000_000;
        EventQueue queue = new();
        long[] times = new long[Count];
        int[] handles = new int[Count];
        ulong state = 42;
        for (int i = 0; i < Count; i++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            times[i] = 1 + (long)(state >> 20) % 10_000_000_000;
            handles[i] = queue.Add(times[i], 0, i, null, s_message, null);
        }
        for (int i = 0; i < Count; i += 2)
            queue.Cancel(handles[i]);
        Assert.Equal(Count / 2, queue.Count);
        (long, long) last = (-1, -1);
        int taken = 0;
        while (queue.TryTake(long.MaxValue - 1, out QueuedEvent due))
        {
            Assert.True((due.Time, due.Sequence).CompareTo(last) > 0);
            Assert.Equal(times[due.Sequence], due.Time);
            Assert.Equal(1, due.Sequence & 1);
            last = (due.Time, due.Sequence);
            taken++;
        }
        Assert.Equal(Count / 2, taken);
    }

    [Fact]
    public void Arming_and_cancelling_over_and_over_holds_no_memory()
    {
        EventQueue queue = new();
        int far = queue.Add(7_200_000_000_000, 0, 0, null, s_message, null);
        for (int i = 1; i < 200_000; i++)
            queue.Cancel(queue.Add(i * 1000L, 0, i, null, s_message, null));
        Assert.Equal(1, queue.Count);
        Assert.InRange(queue.Bytes, 0, 8192);
        queue.Cancel(far);
        Assert.Equal(EventQueue.Never, queue.NextTime);
    }

    [Fact]
    public void An_empty_queue_costs_little()
    {
        EventQueue queue = new();
        Assert.InRange(queue.Bytes, 0, 300);
    }

    // The cost of finding the earliest does not follow from how many lie in its slot: this would take minutes if it did.
    [Fact]
    public void Cancelling_the_earliest_beside_a_crowd_costs_no_search_of_the_crowd()
    {
        EventQueue queue = new();
        for (int i = 0; i < 200_000; i++)
            queue.Add(3_000_000_000 + i, 0, i, null, s_message, null);
        for (int i = 0; i < 200_000; i++)
            queue.Cancel(queue.Add(2_900_000_000, 0, 1_000_000 + i, null, s_message, null));
        Assert.True(queue.TryTake(long.MaxValue - 1, out QueuedEvent first));
        Assert.Equal(3_000_000_000, first.Time);
    }
}
