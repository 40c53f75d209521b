// What a supervisor decides about a failed child.

namespace ActorNet.Engine.Actor;

/// <summary>A supervisor's decision, in Akka.NET's order.</summary>
public enum Directive { Resume = 0, Restart = 1, Escalate = 2, Stop = 3 }
