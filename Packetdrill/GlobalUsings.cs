// What nearly every file of this assembly uses.
global using System.Buffers.Binary;
global using System.Diagnostics.CodeAnalysis;
global using System.Globalization;
global using ActorNet.Actors;
global using ActorNet.Protocols;
