// An order of messages written down: for each host, at which of its choices something else than the oldest message was taken.
// Text form: "client 17:1 23:2; server 4:1". At its 17th choice host client took the second of those that could be next. All other choices took the first.

using System.Globalization;
using System.Text;

namespace ActorNet.Engine.Hosts;

/// <summary>A recorded order of messages. It can be written, read, and run again.</summary>
public sealed class Schedule
{
    private readonly SortedDictionary<string, SortedDictionary<int, int>> _hosts = new(StringComparer.Ordinal);

    /// <summary>How many choices took something else than the oldest message.</summary>
    public int Count { get; private set; }

    /// <summary>What a host took at its choice of this number (from 1): 0 is the oldest.</summary>
    public int this[string host, int choice]
    {
        get => _hosts.TryGetValue(host, out SortedDictionary<int, int>? taken) && taken.TryGetValue(choice, out int index) ? index : 0;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(choice, 1);
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (this[host, choice] != 0)
            {
                _hosts[host].Remove(choice);
                Count--;
            }
            if (value == 0)
                return;
            if (!_hosts.TryGetValue(host, out SortedDictionary<int, int>? taken))
                _hosts.Add(host, taken = []);
            taken.Add(choice, value);
            Count++;
        }
    }

    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Schedule? schedule)
    {
        schedule = null;
        Schedule read = new();
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0].Contains(':', StringComparison.Ordinal))
                return false;
            foreach (string word in words.AsSpan(1))
            {
                string[] pair = word.Split(':');
                if (pair.Length != 2
                    || !int.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out int choice)
                    || !int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                    || choice == 0)
                    return false;
                read[words[0], choice] = index;
            }
        }
        schedule = read;
        return true;
    }

    /// <summary>The order that repeats this one.</summary>
    public MessageOrder ToOrder() => new Recorded(this);

    /// <summary>An order that chooses as another does and writes down, here, what it chose.</summary>
    public MessageOrder Record(MessageOrder chooser) => new Recorder(this, chooser);

    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((string host, SortedDictionary<int, int> taken) in _hosts)
        {
            if (taken.Count == 0)
                continue;
            text.Append(text.Length > 0 ? "; " : "").Append(host);
            foreach ((int choice, int index) in taken)
                text.Append(CultureInfo.InvariantCulture, $" {choice}:{index}");
        }
        return text.ToString();
    }

    private sealed class Recorded(Schedule schedule) : MessageOrder
    {
        public override HostOrder ForHost(string host) => new RepeatingHost(schedule._hosts.GetValueOrDefault(host));
    }

    private sealed class RepeatingHost(SortedDictionary<int, int>? taken) : HostOrder
    {
        private int _choice;

        // A schedule of another scenario may name more than there is.
        public override int Choose(long now, ReadOnlySpan<Delivery> next) =>
            taken is not null && taken.TryGetValue(++_choice, out int index) ? Math.Min(index, next.Length - 1) : 0;
    }

    private sealed class Recorder(Schedule schedule, MessageOrder chooser) : MessageOrder
    {
        public override HostOrder ForHost(string host) => new RecordingHost(schedule, host, chooser.ForHost(host));
    }

    private sealed class RecordingHost(Schedule schedule, string host, HostOrder chooser) : HostOrder
    {
        private int _choice;

        public override int Choose(long now, ReadOnlySpan<Delivery> next)
        {
            int index = chooser.Choose(now, next);
            lock (schedule)
                schedule[host, ++_choice] = index;
            return index;
        }

        public override void Handling(long now, in Delivery delivery) => chooser.Handling(now, delivery);

        public override void HandlingSystem(long now, IActorRef receiver) => chooser.HandlingSystem(now, receiver);
    }
}
