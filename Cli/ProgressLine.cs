// One line that says how far a run is: rewritten in place on a terminal, a new line every few seconds elsewhere.

using System.Globalization;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>Shows progress in virtual time.</summary>
internal sealed class ProgressLine(TextWriter output, bool terminal) : IDisposable
{
    private const double PlainEvery = 5; // seconds of wall time between lines where nothing can be rewritten

    private double _next = PlainEvery;
    private bool _shown;

    public void Show(RunProgress p)
    {
        if (terminal)
        {
            output.Write("\r\u001b[2K" + Text(p));
            output.Flush();
            _shown = true;
        }
        else if (p.WallSeconds >= _next)
        {
            _next = p.WallSeconds + PlainEvery;
            output.WriteLine(Text(p));
        }
    }

    public void Clear()
    {
        if (_shown) output.Write("\r\u001b[2K");
        _shown = false;
    }

    public void Dispose() => Clear();

    internal static string Text(RunProgress p)
    {
        string share = p.Share is { } s ? string.Create(CultureInfo.InvariantCulture, $", {s * 100:0} %") : "";
        string left = p.SecondsLeft is { } l && p.WallSeconds > 1 ? string.Create(CultureInfo.InvariantCulture, $", about {Math.Ceiling(l):0} s left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{p.VirtualSeconds:0.000} s of virtual time, {Quantity.Number(p.EventsPerSecond)} events/s{share}{left}");
    }
}
