// What nearly every test uses.
global using ActorNet.Protocols;
global using ActorNet.Testing;

// Most of a transfer's time is waiting for a wire, so more of them run at once than there are processors.
[assembly: Xunit.CollectionBehavior(MaxParallelThreads = 3)]
