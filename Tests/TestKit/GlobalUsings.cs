// What nearly every file of this assembly uses.

global using ActorNet.Engine.Actor;
global using ActorNet.Engine.Configuration;
global using ActorNet.Engine.Event;
global using ActorNet.Engine.Hosts;
