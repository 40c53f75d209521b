// What nearly every test of scripts uses.
global using ActorNet.Actors;
global using ActorNet.Protocols;
global using Xunit;
