global using ActorNet.Actors;
global using ActorNet.Protocols;
global using Xunit;
