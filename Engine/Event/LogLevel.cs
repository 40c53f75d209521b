// How loud a log event is.

namespace ActorNet.Engine.Event;

/// <summary>Log levels, in Akka.NET's order.</summary>
public enum LogLevel { DebugLevel = 0, InfoLevel = 1, WarningLevel = 2, ErrorLevel = 3 }
