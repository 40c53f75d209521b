// A log file that is made when there is something to write: a run without trouble, or one that never began, leaves none.

using Serilog.Core;
using Serilog.Formatting;

namespace ActorNet.Cli;

/// <summary>Appends formatted events to a file.</summary>
internal sealed class LazyFileSink(string path, ITextFormatter formatter) : ILogEventSink, IDisposable
{
    private readonly Lock _gate = new();
    private StreamWriter? _writer;

    public void Emit(Serilog.Events.LogEvent logEvent)
    {
        lock (_gate)
        {
            if (_writer is null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                _writer = new StreamWriter(path, append: false);
            }

            formatter.Format(logEvent, _writer);
        }
    }

    public void Dispose() => _writer?.Dispose();
}
