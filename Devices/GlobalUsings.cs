// What nearly every file of this assembly uses.
global using System.Buffers.Binary;
global using System.Diagnostics.CodeAnalysis;
global using ActorNet.Protocols;
