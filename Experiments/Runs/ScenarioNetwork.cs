// A scenario as a network of actors: each spec becomes what it says, in the order of the file.

using ActorNet.Actors;
using ActorNet.Devices;
using ActorNet.Devices.Capture;
using ActorNet.Devices.Switching;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Builds a network from a scenario, and keeps what is measured on it.</summary>
internal sealed class ScenarioNetwork
{
    private readonly List<(CaptureSpec Spec, string File, PcapngFile Capture)> _captures = [];
    private int _unfinished;

    /// <param name="folder">Where captures go; null: none are written.</param>
    public ScenarioNetwork(Scenario scenario, ActorSystem system, RunFolder? folder)
    {
        Scenario = scenario;
        Network = new Network(system, scenario.Seed);
        foreach (HostSpec host in scenario.Hosts)
        {
            SimHost made = Network.AddHost(host.Name);
            foreach ((string name, string value) in host.Sysctls) made.Sysctl(name, value);
            if (host.Cpu is { } cpu) made.SetCpu(cpu);
            foreach (NetnsSpec netns in host.Netns)
            {
                SimNetns inside = made.AddNamespace(netns.Name);
                foreach ((string name, string value) in netns.Sysctls) inside.Sysctl(name, value);
            }

            foreach (PolicySpec policy in host.Policies) policy.Kind.Attach(made.Policies, policy.Parameters);
        }

        foreach (SwitchSpec s in scenario.Switches)
            Network.AddSwitch(s.Name, Switch.Options.Default with { Ageing = s.Aging });
        foreach (LinkSpec link in scenario.Links) Plug(link);
        foreach (HostSpec host in scenario.Hosts) Configure(host);
        if (folder is not null)
            foreach (CaptureSpec capture in scenario.Captures) Capture(capture, folder);
        if (folder is not null && scenario.RecordSyscalls.Count > 0)
        {
            Syscalls = new SyscallLog(folder.Begin("syscalls.jsonl"));
            foreach (HostSpec host in scenario.RecordSyscalls) Syscalls.Watch(Network.Host(host.Name)!);
        }

        foreach (ProgramSpec program in scenario.Programs) Start(program);
    }

    /// <summary>Where system calls are written; null when they are not.</summary>
    public SyscallLog? Syscalls { get; }

    public Scenario Scenario { get; }

    public Network Network { get; }

    /// <summary>One per instance, in the order of the scenario's programs.</summary>
    public List<ProgramMeter> Meters { get; } = [];

    /// <summary>Whether there are programs that end by themselves, and all have.</summary>
    public bool AllEnded => Finite > 0 && Volatile.Read(ref _unfinished) == 0;

    /// <summary>When the last of them ended.</summary>
    public Instant LastEnd => Meters.Where(m => m.Ended).Select(m => m.EndedAt).DefaultIfEmpty(Instant.Zero).Max();

    /// <summary>How many instances end by themselves.</summary>
    public int Finite { get; private set; }

    public IEnumerable<CaptureSummary> Captures => _captures.Select(c => new CaptureSummary(c.Spec.NodeName, c.Spec.Device, c.File, c.Capture.Packets));

    /// <summary>Captures that the disk would not take to their end.</summary>
    public IEnumerable<string> CaptureErrors => _captures.Where(c => c.Capture.Error is not null).Select(c => $"{c.File}: {c.Capture.Error}");

    private void Plug(LinkSpec link)
    {
        (LinkEnd a, LinkEnd b) = (link.A, link.B);
        int mtu = a.Device?.Mtu ?? b.Device?.Mtu ?? 1500;
        foreach (DeviceSpec? device in (ReadOnlySpan<DeviceSpec?>)[a.Device, b.Device])
            if (device is { Offloads: true }) Host(device).AddDevice(device.Name, mtu, new NicOptions { Features = NetIfFeature.ALL });
        if (a.Device is { } host && b.Device is { } other) Network.Link(Host(host), host.Name, Host(other), other.Name, link.Forward, link.Backward, mtu);
        else if (a.Device is { } left) Network.Link(Host(left), left.Name, SwitchOf(b), b.PortName, link.Forward, link.Backward, mtu);
        else if (b.Device is { } right) Network.Link(Host(right), right.Name, SwitchOf(a), a.PortName, link.Backward, link.Forward, mtu);
        else Network.Link(SwitchOf(a), a.PortName, SwitchOf(b), b.PortName, link.Forward, link.Backward, mtu);
    }

    private SimNetns Host(DeviceSpec device) => Network.Host(device.Host.Name)!.Namespace(device.Netns ?? "");

    private readonly Dictionary<string, SimSwitch> _switches = new(StringComparer.Ordinal);

    private SimSwitch SwitchOf(LinkEnd end)
    {
        if (_switches.Count == 0)
            foreach (SimSwitch s in Network.Switches) _switches.Add(s.Name, s);
        return _switches[end.NodeName];
    }

    private void Configure(HostSpec spec)
    {
        foreach (DeviceSpec device in spec.Devices)
            foreach (InterfaceAddress address in device.Addresses) Host(device).AddAddress(device.Name, address.ToString());
        SimHost host = Network.Host(spec.Name)!;
        AddRoutes(host.First, spec.Routes);
        foreach (NetnsSpec netns in spec.Netns) AddRoutes(host.Namespace(netns.Name), netns.Routes);
    }

    private static void AddRoutes(SimNetns netns, IReadOnlyList<RouteSpec> routes)
    {
        foreach (RouteSpec route in routes)
            netns.AddRoute(route.Prefix.PrefixLength == 0 ? "default" : route.Prefix.ToString(), route.Via?.ToString(), route.Device);
    }

    private void Capture(CaptureSpec spec, RunFolder folder)
    {
        string file = $"{spec.NodeName}-{spec.Device}.pcapng";
        PcapngFile capture = Network.Capture(Host(spec), spec.Device, folder.Begin(file), spec.SnapLength);
        _captures.Add((spec, file, capture));
    }

    private SimNetns Host(CaptureSpec spec) =>
        Network.Host(spec.NodeName)!.Namespace(Scenario.Host(spec.NodeName)!.Devices.Find(d => d.Name == spec.Device)?.Netns ?? "");

    private void Start(ProgramSpec spec)
    {
        var meter = new ProgramMeter(spec.Name, spec.Host.Name);
        Meters.Add(meter);
        bool finite = spec.Kind.Ends(spec.Parameters);
        if (finite)
        {
            Finite++;
            _unfinished++;
        }

        Network.Host(spec.Host.Name)!.Run(spec.Name, os => Live(os, spec, meter, finite), spec.Start, spec.NoFile, spec.Netns, spec.Credentials);
    }

    private async Task Live(Os os, ProgramSpec spec, ProgramMeter meter, bool finite)
    {
        meter.StartedAt = os.Now;
        try
        {
            await spec.Kind.Run(new ProgramContext(os, spec.Parameters, meter, spec.Name, spec.Index, spec.Targets));
            meter.EndedAt = os.Now;
        }
        catch (ErrnoException e)
        {
            // A call that the program cannot go on without: it ends, as a C program would after perror.
            meter.Failed(TcpServing.NameOf(e.Errno));
            meter.EndedAt = os.Now;
        }
        finally
        {
            if (finite) Interlocked.Decrement(ref _unfinished);
        }
    }
}
