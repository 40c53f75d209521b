global using ActorNet.Protocols.Tcp;
global using System.Buffers.Binary;
