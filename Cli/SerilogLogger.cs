// The engine's log events on their way to Serilog: a logger actor, named in akka.loggers, as Akka.Logger.Serilog has one.

using Serilog;

namespace ActorNet.Cli;

/// <summary>Writes log events to Serilog's global logger.</summary>
public sealed class SerilogLogger : ReceiveActor
{
    public SerilogLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<Error>(e => Log.Error(e.Cause, "{Source}: {Message}", e.LogSource, e.Message));
        Receive<Warning>(e => Log.Warning("{Source}: {Message}", e.LogSource, e.Message));
        Receive<Info>(e => Log.Information("{Source}: {Message}", e.LogSource, e.Message));
        Receive<Debug>(e => Log.Debug("{Source}: {Message}", e.LogSource, e.Message));
    }
}
