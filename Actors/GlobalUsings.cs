// What nearly every file of this assembly uses.
global using System.Diagnostics.CodeAnalysis;
global using System.Buffers.Binary;
global using ActorNet.Protocols;
