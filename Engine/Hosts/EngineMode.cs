// How a system's clock runs.

namespace ActorNet.Engine.Hosts;

/// <summary>Virtual time jumps to the next event; realtime paces the same loops by the wall clock.</summary>
public enum EngineMode { Virtual, Realtime }
