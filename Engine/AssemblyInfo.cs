// Who may see the engine's insides: its test kit, its tests and its benchmarks, nobody of the stack.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("ActorNet.TestKit")]
[assembly: InternalsVisibleTo("ActorNet.Engine.Tests")]
[assembly: InternalsVisibleTo("ActorNet.Benchmarks")]
