// Logs: the engine's log events through Serilog, to stderr and to the run's folder. Nothing is written until there is something to say.

using System.CommandLine;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace ActorNet.Cli;

/// <summary>A run's log.</summary>
internal sealed class Logs : IDisposable
{
    private static readonly string[] Levels = ["debug", "info", "warning", "error", "off"];

    private readonly Logger _logger;

    private Logs(Logger logger, Config engineConfig)
    {
        _logger = logger;
        EngineConfig = engineConfig;
    }

    /// <summary>Makes the engine's loggers speak through this one.</summary>
    public Config EngineConfig { get; }

    public static Option<string> LevelOption()
    {
        var option = new Option<string>("--log-level") { Description = "What is logged to stderr and run.log: debug, info, warning, error or off.", HelpName = "LEVEL", DefaultValueFactory = _ => "warning" };
        option.AcceptOnlyFromAmong(Levels);
        return option;
    }

    public static Logs To(string level, string? file, bool console)
    {
        LoggerConfiguration configuration = new LoggerConfiguration().MinimumLevel.Is(LevelOf(level));
        const string template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";
        if (console && level != "off") configuration.WriteTo.Console(outputTemplate: template, standardErrorFromLevel: LogEventLevel.Verbose, formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        if (file is not null && level != "off")
            configuration.WriteTo.Sink(new LazyFileSink(file, new MessageTemplateTextFormatter(template, System.Globalization.CultureInfo.InvariantCulture)));
        Logger logger = configuration.CreateLogger();
        Log.Logger = logger;
        string engineLevel = level.ToUpperInvariant();
        return new Logs(logger, ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = {{engineLevel}}
              stdout-loglevel = OFF
              loggers = [{{(level == "off" ? "" : $"\"{typeof(SerilogLogger).FullName}, {typeof(SerilogLogger).Assembly.GetName().Name}\"")}}]
            }
            """));
    }

    public void Dispose()
    {
        Log.CloseAndFlush();
        _logger.Dispose();
    }

    private static LogEventLevel LevelOf(string level) => level switch
    {
        "debug" => LogEventLevel.Debug,
        "info" => LogEventLevel.Information,
        "error" => LogEventLevel.Error,
        "off" => (LogEventLevel)6,
        _ => LogEventLevel.Warning,
    };
}
