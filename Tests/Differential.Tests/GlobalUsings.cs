// What nearly every file of this assembly uses.
global using System.Globalization;
global using ActorNet.Actors;
global using ActorNet.Packetdrill;
global using ActorNet.Protocols;
global using SyscallEvent = ActorNet.Packetdrill.SyscallEvent; // not the observers' record of a call
