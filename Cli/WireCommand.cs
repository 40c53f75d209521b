// actornet wire: an ActorNet wire between two TAP devices of the machine, in real time. Two kernels' stacks (or one, in two namespaces) talk over
// it as over a cable, and it delays, loses and reorders their frames as a scenario's link does, from the same seed by the same numbers.

using System.CommandLine;
using ActorNet.Actors;
using ActorNet.Devices.Capture;
using ActorNet.Devices.Tun;
using ActorNet.Devices.Wires;
using ActorNet.Experiments;
using ActorNet.Protocols;

namespace ActorNet.Cli;

/// <summary>The `wire` command.</summary>
internal static class WireCommand
{
    private const string Description = """
        Joins two TAP devices, each in a network namespace, by an impaired wire, in real time. Linux, needs root (CAP_NET_ADMIN).

        Prints a line that begins with "ready: " (with --json to stderr) when frames pass, and what it has counted when it ends: on SIGINT or SIGTERM,
        after --for, or when a device is taken away. Devices that it made go with it. The wire's options are the keys of a scenario's link.

          ip netns add red; ip netns add blue
          actornet wire --left red:tap0 --right blue:tap0 --left-address 10.77.0.1/24 --right-address 10.77.0.2/24 --rate 20Mbit --delay 20ms --loss 1% &
          ip netns exec red ping 10.77.0.2
        """;

    private static readonly Duration Forever = Duration.FromSeconds(3600L * 24 * 365 * 100);

    private sealed record Request(WireEnd Left, WireEnd Right, WireSpec ToRight, WireSpec ToLeft, int Mtu, ulong Seed, Duration For, string? Capture, bool Json, string Level);

    public static Command Create()
    {
        var left = new Option<string>("--left") { Description = "The TAP device at the left end; it is made if it is not there.", Required = true, HelpName = "[NETNS:]DEVICE" };
        var right = new Option<string>("--right") { Description = "The TAP device at the right end.", Required = true, HelpName = "[NETNS:]DEVICE" };
        var leftAddress = new Option<string?>("--left-address") { Description = "The kernel's address on the left device.", HelpName = "ADDRESS/LENGTH" };
        var rightAddress = new Option<string?>("--right-address") { Description = "The kernel's address on the right device.", HelpName = "ADDRESS/LENGTH" };
        var mtu = new Option<int>("--mtu") { Description = "Of both devices, 68 to 9710.", DefaultValueFactory = _ => 1500, HelpName = "BYTES" };
        var seed = new Option<ulong>("--seed") { Description = "Of what is lost, reordered and so on: the same decisions by frame number and direction.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var time = new Option<string?>("--for") { Description = "End after this time.", HelpName = "TIME" };
        var capture = new Option<string?>("--capture") { Description = "Write left.pcapng and right.pcapng into this folder: frames sent as they leave for the wire, frames received as they arrive.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Print what was counted as JSON, and nothing else to stdout." };
        Option<string> level = Logs.LevelOption();
        var command = new Command("wire", Description) { left, right, leftAddress, rightAddress };
        var wire = new WireOptions(command, ("--to-right", "left to right"), ("--to-left", "right to left"));
        foreach (Option option in (ReadOnlySpan<Option>)[mtu, seed, time, capture, json, level]) command.Options.Add(option);
        command.SetAction(r =>
        {
            var errors = new ScenarioErrors();
            WireEnd l = WireEnd.Read("--left", r.GetRequiredValue(left), r.GetValue(leftAddress), errors), rt = WireEnd.Read("--right", r.GetRequiredValue(right), r.GetValue(rightAddress), errors);
            (WireSpec toRight, WireSpec toLeft) = wire.Read(r, errors);
            int bytes = r.GetValue(mtu);
            if (bytes is < 68 or > 9710) errors.Add(new SettingsOrigin($"--mtu {bytes}", 0), "", "expected 68 to 9710");
            Duration length = Forever;
            if (r.GetValue(time) is { } text && !Units.TryTime(text, out length)) errors.Add(new SettingsOrigin($"--for {text}", 0), "", $"expected {Units.TimeExpected}");
            errors.ThrowIfAny();
            return Run(new Request(l, rt, toRight, toLeft, bytes, r.GetValue(seed), length, r.GetValue(capture), r.GetValue(json), r.GetRequiredValue(level)));
        });
        return command;
    }

    private static int Run(Request request)
    {
        using var interrupts = new Interrupts();
        using Logs logs = Logs.To(request.Level, file: null, console: true);
        using TunDevice leftDevice = request.Left.Open(request.Mtu), rightDevice = request.Right.Open(request.Mtu);
        ActorSystem system = EngineRun.Create("actornet", logs.EngineConfig, EngineMode.Realtime);
        try
        {
            var network = new Network(system, request.Seed);
            // The random streams' names: a scenario whose link is between "left:wire" and "right:wire" meets the same fate.
            SimTap left = network.AddTap("left", leftDevice, request.Mtu), right = network.AddTap("right", rightDevice, request.Mtu);
            network.Link(left, right, request.ToRight, request.ToLeft);
            PcapngFile[] captures = Captures(network, request.Capture, left, right);
            network.Boot();
            Instant start = network.Now;
            TextWriter ready = request.Json ? Console.Error : Console.Out;
            ready.WriteLine($"ready: {request.Left} <-> {request.Right}");
            ready.Flush();
            network.RunFor(request.For, () => left.IsGone || right.IsGone, interrupts.Token);
            return End(network, request, start, left, right, captures);
        }
        finally
        {
            system.Terminate();
        }
    }

    private static PcapngFile[] Captures(Network network, string? folder, SimTap left, SimTap right)
    {
        if (folder is null) return [];
        try
        {
            Directory.CreateDirectory(folder);
            return [.. new[] { left, right }.Select(t => network.Capture(t, Path.Combine(folder, t.Name + ".pcapng")))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"--capture {folder}: {e.Message}");
        }
    }

    // A signal is how this command ends: exit code 0, unless a device was taken away or the books are not even.
    private static int End(Network network, Request request, Instant start, SimTap left, SimTap right, PcapngFile[] captures)
    {
        Instant end = network.Now;
        network.Destroy();
        var report = new WireReport(1, request.Left.ToString(), request.Right.ToString(), request.Seed, (end - start).Nanoseconds / 1e9, WireDirection.Of(left, right), WireDirection.Of(right, left));
        Console.Out.WriteLine(request.Json ? report.ToJson() : report.ToText());
        foreach (PcapngFile capture in captures)
            if (capture.Error is { } error) Console.Error.WriteLine($"capture: {error}");
        List<string> violations = [.. network.Audit()];
        foreach (string violation in violations) Console.Error.WriteLine($"violation: {violation}");
        foreach ((SimTap tap, WireEnd at) in (ReadOnlySpan<(SimTap, WireEnd)>)[(left, request.Left), (right, request.Right)])
            if (tap.IsGone) Console.Error.WriteLine($"{at.Option} {at}: the device was taken away");
        return violations.Count > 0 || left.IsGone || right.IsGone ? ExitCode.Failed : ExitCode.Ok;
    }
}
