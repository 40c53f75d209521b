// What nearly every file of this assembly uses.

global using Akka.Actor;
global using Akka.Event;
global using Hocon;
