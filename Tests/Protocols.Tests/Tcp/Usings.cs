global using ActorNet.Protocols.Tcp;
