// What nearly every test of devices uses.
global using ActorNet.Devices;
global using ActorNet.Devices.Capture;
global using ActorNet.Devices.Switching;
global using ActorNet.Devices.Wires;
global using ActorNet.Protocols;
