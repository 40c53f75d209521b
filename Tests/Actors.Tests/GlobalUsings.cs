// What nearly every test uses.
global using ActorNet.Protocols;
