// The processors of one host: who works on which, and until when. Interrupts and softirqs come first and take their time from the process that runs there;
// processes take turns, first come, first served (kernel/softirq.c; the scheduler is this simple because programs cost nothing but their calls).

namespace ActorNet.Protocols;

/// <summary>A piece of a process's work on a processor.</summary>
/// <param name="End">When it would be done if nothing interrupted it from now on.</param>
/// <param name="Stolen">What interrupts had taken from the processor's processes when it began to wait.</param>
public readonly record struct CpuJob(int Core, Instant End, long Stolen);

/// <summary>A host's processors. Owned by the host's loop.</summary>
public sealed class Cpu
{
    private readonly Core[] _cores;

    public Cpu(CpuModel model)
    {
        if (model.Validate() is { } wrong) throw new ArgumentException(wrong, nameof(model));
        Model = model;
        _cores = new Core[model.Cores];
    }

    private struct Core
    {
        /// <summary>Softirq work is done by then, ns; so are the processes that wait.</summary>
        public long SoftirqFree, UserFree;

        /// <summary>What softirqs have taken from processes, ns.</summary>
        public long Stolen;
        public long SoftirqTime, UserTime;
    }

    public CpuModel Model { get; }

    /// <summary>Time spent in interrupts and softirqs, and in system calls, over all processors.</summary>
    public Duration SoftirqTime => Sum(static c => c.SoftirqTime);

    /// <inheritdoc cref="SoftirqTime"/>
    public Duration UserTime => Sum(static c => c.UserTime);

    /// <summary>Which processor a device's interrupts go to (smp_affinity).</summary>
    public int CoreOf(int ifIndex) => ifIndex % _cores.Length;

    /// <summary>Interrupt or softirq work: at once, behind such work that is under way. Says when it is done.</summary>
    public Instant Softirq(int core, Instant now, Duration cost)
    {
        ref Core c = ref _cores[core];
        long start = Math.Max(now.Nanoseconds, c.SoftirqFree);
        c.SoftirqFree = start + cost.Nanoseconds;
        c.SoftirqTime += cost.Nanoseconds;
        if (c.UserFree > start)
        {
            c.UserFree += cost.Nanoseconds;
            c.Stolen += cost.Nanoseconds;
        }

        return new Instant(c.SoftirqFree);
    }

    /// <summary>A process's work: on the processor that is free first.</summary>
    public CpuJob Run(Instant now, Duration cost)
    {
        int best = 0;
        long start = long.MaxValue;
        for (int i = 0; i < _cores.Length; i++)
        {
            long free = Math.Max(now.Nanoseconds, Math.Max(_cores[i].UserFree, _cores[i].SoftirqFree));
            if (free >= start) continue;
            start = free;
            best = i;
        }

        ref Core c = ref _cores[best];
        c.UserFree = start + cost.Nanoseconds;
        c.UserTime += cost.Nanoseconds;
        return new CpuJob(best, new Instant(c.UserFree), c.Stolen);
    }

    /// <summary>When a piece of work is done, as far as is known now: later than <see cref="CpuJob.End"/> by what interrupts have taken.</summary>
    public Instant Due(in CpuJob job) => new(job.End.Nanoseconds + _cores[job.Core].Stolen - job.Stolen);

    /// <summary>More work for the process that has just had its turn (the packets that its call sent).</summary>
    public void Charge(int core, Instant now, Duration cost)
    {
        ref Core c = ref _cores[core];
        c.UserFree = Math.Max(now.Nanoseconds, c.UserFree) + cost.Nanoseconds;
        c.UserTime += cost.Nanoseconds;
    }

    /// <summary>A process wants the processor.</summary>
    public bool HasWaiting(int core, Instant now) => _cores[core].UserFree > now.Nanoseconds;

    private Duration Sum(Func<Core, long> of)
    {
        long sum = 0;
        foreach (Core c in _cores) sum += of(c);
        return new Duration(sum);
    }
}
