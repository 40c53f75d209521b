// What nearly every file of this assembly uses.
global using System.Globalization;
global using ActorNet.Actors;
global using ActorNet.Packetdrill;
global using ActorNet.Protocols;
