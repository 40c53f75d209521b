global using Akka.Actor;
global using Akka.Event;
global using Hocon;
