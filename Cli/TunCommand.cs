// actornet tun: one simulated host behind a TUN device, in real time. The kernel's side of the device is set up here too (`ip address`,
// `ip link`), and the device goes when the program ends.

using System.CommandLine;
using ActorNet.Actors;
using ActorNet.Devices.Capture;
using ActorNet.Devices.Tun;
using ActorNet.Devices.Wires;
using ActorNet.Experiments;
using ActorNet.Protocols;

namespace ActorNet.Cli;

/// <summary>The `tun` command.</summary>
internal static class TunCommand
{
    private const string HostName = "host", DeviceName = "tun0";
    private const string Text = """
        Puts a simulated host behind a TUN device: ping it, curl it. Linux, needs root (CAP_NET_ADMIN).

        The options of a wire, which are the keys of a scenario's link, put one between the kernel and the host; without them there is none.

          actornet tun --name an0 --address 10.77.0.2/24 --peer 10.77.0.1 --program http-server --rate 20Mbit --delay 20ms --loss 1% &
          curl http://10.77.0.2/
          actornet tun --name an0 --address 10.77.0.2/24 --peer 10.77.0.1 --program http-client --to 10.77.0.1 --delay 20ms --to-host loss=2%
        """;

    private static readonly Duration Forever = Duration.FromSeconds(3600L * 24 * 365 * 100);
    private static readonly Duration Drain = Duration.FromMilliseconds(300);

    private sealed record Request(
        string Name, string Address, string Peer, string Program, string? To, string? Root, string[] Settings, TunWire? Wire, int Mtu, ulong Seed, string? Capture, string Level);

    public static Command Create()
    {
        var name = new Option<string>("--name") { Description = "The TUN device to make.", Required = true, HelpName = "DEV" };
        var address = new Option<string>("--address") { Description = "The simulated host's address with its prefix length.", Required = true, HelpName = "ADDRESS/LENGTH" };
        var peer = new Option<string>("--peer") { Description = "The kernel's address on the device.", Required = true, HelpName = "ADDRESS" };
        var program = new Option<string>("--program") { Description = $"What the host runs: {string.Join(", ", TunProgram.Names(client: false))}; with --to: {string.Join(", ", TunProgram.Names(client: true))}.", Required = true, HelpName = "NAME" };
        var to = new Option<string?>("--to") { Description = "The program is a client of this address, the kernel's own or one that it forwards to; the command ends with it, exit code 1 when a request of it failed.", HelpName = "ADDRESS" };
        var root = new Option<string?>("--http-root") { Description = "http-server: the folder whose files are served.", HelpName = "DIR" };
        var set = new Option<string[]>("--set") { Description = "A parameter of the program (see `actornet programs NAME`), such as --set port=8080, or sysctl.NAME=value.", HelpName = "key=value" };
        var mtu = new Option<int>("--mtu") { Description = "The device's MTU, 68 to 65535.", DefaultValueFactory = _ => 1500, HelpName = "BYTES" };
        var seed = new Option<ulong>("--seed") { Description = "Of initial sequence numbers, a wire's faults and the like.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var capture = new Option<string?>("--capture") { Description = "Write the device's packets to this pcapng file.", HelpName = "FILE" };
        Option<string> level = Logs.LevelOption();
        var command = new Command("tun", Text)
        {
            name, address, peer, program, to, root, set, mtu, seed, capture, level,
        };
        var wire = new WireOptions(command, ("--to-host", "the kernel to the host"), ("--to-kernel", "the host to the kernel"));
        command.SetAction(r => Run(new Request(r.GetRequiredValue(name), r.GetRequiredValue(address), r.GetRequiredValue(peer), r.GetRequiredValue(program), r.GetValue(to), r.GetValue(root),
            r.GetValue(set) ?? [], Wire(wire, r, r.GetValue(seed)), r.GetValue(mtu), r.GetValue(seed), r.GetValue(capture), r.GetRequiredValue(level))));
        return command;
    }

    // Without any of its options there is no wire, and no event more per packet.
    private static TunWire? Wire(WireOptions options, ParseResult parsed, ulong seed)
    {
        if (!options.Any(parsed)) return null;
        var errors = new ScenarioErrors();
        (WireSpec toHost, WireSpec toKernel) = options.Read(parsed, errors);
        errors.ThrowIfAny();
        return new TunWire(toHost, toKernel, seed);
    }

    private static int Run(Request request)
    {
        using var interrupts = new Interrupts();
        TunProgram program = TunProgram.Read(request.Program, request.To, request.Root, request.Settings);
        (InterfaceAddress address, IpAddress peer) = Addresses(request);
        using Logs logs = Logs.To(request.Level, file: null, console: true);
        using TunDevice tun = Open(request, address, peer);
        ActorSystem system = EngineRun.Create("actornet", logs.EngineConfig, EngineMode.Realtime);
        try
        {
            var network = new Network(system, request.Seed);
            SimHost host = Build(network, request, program, address, peer, tun);
            PcapngFile? capture = request.Capture is null ? null : Capture(network, host, request.Capture);
            var meter = new ProgramMeter(request.Program, HostName);
            bool listens = program.IsClient;
            ProcessStatus process = host.Run(request.Program,
                os => program.Run(os, meter, () => Volatile.Write(ref listens, true)), noFile: 65_536);
            network.RunFor(Forever, () => Volatile.Read(ref listens) || process.Exited, interrupts.Token);
            Console.Out.WriteLine($"ready: {request.Program} on {address.Address}{program.Port}{(program.IsClient ? $" to {request.To}" : "")} behind {request.Name}; the kernel is {peer}");
            Console.Out.Flush();
            network.RunFor(Forever, () => process.Exited, interrupts.Token);
            return End(network, program, meter, capture);
        }
        finally
        {
            system.Terminate();
        }
    }

    private static SimHost Build(Network network, Request request, TunProgram program, InterfaceAddress address, IpAddress peer, TunDevice tun)
    {
        try
        {
            SimHost host = network.AddHost(HostName).AddTun(DeviceName, tun, request.Mtu, request.Wire).AddAddress(DeviceName, address.ToString());
            if (!address.Contains(peer)) host.AddRoute(new InterfaceAddress(peer, 32).ToString(), null, DeviceName);
            host.AddRoute("default", null, DeviceName);
            foreach ((string key, string value) in program.Sysctls) host.Sysctl(key, value);
            return host;
        }
        catch (ArgumentException e)
        {
            throw new ScenarioException(e.Message.ReplaceLineEndings(" "));
        }
    }

    private static PcapngFile Capture(Network network, SimHost host, string file)
    {
        try
        {
            return network.Capture(host, DeviceName, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"--capture {file}: {e.Message}");
        }
    }

    // A signal is how a server ends, a client ends by itself: exit code 0, unless the books are not even, or a request failed.
    private static int End(Network network, TunProgram program, ProgramMeter meter, PcapngFile? capture)
    {
        network.StopPrograms();
        network.RunFor(Drain);
        network.Destroy();
        Console.Out.WriteLine($"{meter.Name}: {Quantity.Number(meter.Requests)} requests, {Quantity.Number(meter.Errors)} errors{Names(meter)}, {Quantity.Bytes(meter.BytesReceived)} received, {Quantity.Bytes(meter.BytesSent)} sent");
        if (capture?.Error is { } error) Console.Error.WriteLine($"capture: {error}");
        List<string> violations = [.. network.Failures.Select(f => f.ToString()), .. network.Audit()];
        foreach (string violation in violations) Console.Error.WriteLine($"violation: {violation}");
        return violations.Count > 0 || (program.IsClient && meter.Errors > 0) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static string Names(ProgramMeter meter) =>
        meter.ErrorsByName.Count == 0 ? "" : $" ({string.Join(", ", meter.ErrorsByName.Select(e => $"{e.Key} {Quantity.Number(e.Value)}"))})";

    private static (InterfaceAddress Address, IpAddress Peer) Addresses(Request request)
    {
        List<string> errors = [];
        if (!InterfaceAddress.TryParse(request.Address, out InterfaceAddress address)) errors.Add($"--address {request.Address}: expected an IPv4 address with its prefix length, such as 10.77.0.2/24");
        if (!IpAddress.TryParse(request.Peer, out IpAddress peer) || !peer.IsV4) errors.Add($"--peer {request.Peer}: expected an IPv4 address, such as 10.77.0.1");
        if (errors.Count == 0 && peer == address.Address) errors.Add($"--peer {request.Peer}: the host and the kernel cannot have the same address");
        if (request.Name.Length is 0 or > 15 || request.Name.Contains('/', StringComparison.Ordinal)) errors.Add($"--name {request.Name}: a device's name has 1 to 15 letters and no '/'");
        if (request.Mtu is < 68 or > 65_535) errors.Add($"--mtu {request.Mtu}: expected 68 to 65535");
        return errors.Count == 0 ? (address, peer) : throw new ScenarioException(errors);
    }

    private static TunDevice Open(Request request, InterfaceAddress address, IpAddress peer)
    {
        TunDevice? tun = null;
        try
        {
            tun = TunDevice.Open(request.Name);
            tun.Mtu = request.Mtu;
            // The kernel's side. With a prefix that holds both, the device's subnet leads to the host; else a route to it does.
            KernelSide.Ip("address", "add", address.Contains(peer) ? $"{peer}/{address.PrefixLength}" : $"{peer}/32", "dev", request.Name);
            KernelSide.Ip("link", "set", "dev", request.Name, "up");
            if (!address.Contains(peer)) KernelSide.Ip("route", "add", $"{address.Address}/32", "dev", request.Name);
            return tun;
        }
        catch (TunException e)
        {
            tun?.Dispose();
            throw new ScenarioException($"--name {request.Name}: {e.Message}");
        }
        catch
        {
            tun?.Dispose();
            throw;
        }
    }
}
