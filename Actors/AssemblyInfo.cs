// The tests look at what only this assembly may touch.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("ActorNet.Actors.Tests")]
