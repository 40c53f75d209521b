// The `actornet` tool.

using ActorNet.Cli;

return Commands.Invoke(args);
