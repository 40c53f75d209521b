// When an event happens: absolute, relative to the event before, within a range, at any time; and when a blocking call returns.

namespace ActorNet.Packetdrill;

/// <summary>An event's time as it is written.</summary>
/// <param name="IsRelative">Counts from the event before, not from the script's beginning (<c>+</c>).</param>
/// <param name="IsAny">At any time after the event before (<c>*</c>).</param>
/// <param name="Earliest">The time; of a range (<c>~</c>) its beginning.</param>
/// <param name="Latest">The end of a range; equal to <paramref name="Earliest"/> without one.</param>
/// <param name="End">When a blocking call returns (<c>...</c>), counted as <paramref name="Earliest"/> is; null for a call that does not block.</param>
public readonly record struct EventTime(bool IsRelative, bool IsAny, Duration Earliest, Duration Latest, Duration? End = null)
{
    public static readonly EventTime Next = new(IsRelative: true, IsAny: false, Duration.Zero, Duration.Zero);

    public override string ToString()
    {
        string sign = IsRelative ? "+" : "";
        string text = IsAny ? "*" : sign + Seconds(Earliest);
        if (Latest != Earliest) text += "~" + sign + Seconds(Latest);
        return End is { } end ? text + "..." + Seconds(end) : text;
    }

    private static string Seconds(Duration d) => ((decimal)d.Nanoseconds / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture);
}
