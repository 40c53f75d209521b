// What nearly every file of this assembly uses.

global using ActorNet.Protocols.Tcp;
global using System.Buffers.Binary;
