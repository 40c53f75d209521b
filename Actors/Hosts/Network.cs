// A simulated network: hosts, switches and cables; built, booted, run, ended and audited.

using System.Globalization;
using ActorNet.Devices;
using ActorNet.Devices.Capture;
using ActorNet.Devices.Switching;
using ActorNet.Devices.Tun;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors;

/// <summary>A network of simulated hosts on one actor system.</summary>
/// <remarks>
/// Build it (<see cref="AddHost"/>, <see cref="AddSwitch"/>, <see cref="Link(SimHost, string, SimHost, string, WireSpec, WireSpec?, int)"/>), run it
/// (<see cref="RunUntil"/> boots it first), end it (<see cref="StopPrograms"/>, <see cref="Destroy"/>) and ask for its <see cref="Audit"/>.
/// </remarks>
public sealed partial class Network
{
    private static readonly System.Buffers.SearchValues<char> s_nameChars =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    // How often RunPrograms looks whether all have ended.
    private static readonly Duration s_slice = Duration.FromMilliseconds(10);

    private readonly ActorSystem _system;
    private readonly ulong _seed;
    private readonly Func<string, string, ulong, Net> _makeNet;
    private readonly List<SimHost> _hosts = [];
    private readonly List<SimSwitch> _switches = [];
    private readonly Dictionary<string, object> _names = new(StringComparer.Ordinal);
    private readonly List<Action> _cables = [];
    private readonly List<PcapngFile> _captures = [];
    private readonly Dictionary<string, PcapngFile> _captureFiles = new(StringComparer.Ordinal);
    private int _numbers;
    private bool _destroyed;

    /// <param name="seed">Of all random numbers of the run.</param>
    public Network(ActorSystem system, ulong seed)
    {
        _system = system;
        _seed = seed;
        _makeNet = (host, netns, cookie) => new Net(host, seed, Pool, netns) { Cookie = cookie };
        system.OnDeadLetter(letter => LostMessages.Take(this, letter));
    }

    /// <summary>The run's packets.</summary>
    public SkBuffPool Pool { get; } = new();

    public IReadOnlyList<SimHost> Hosts => _hosts;

    public IReadOnlyList<SimSwitch> Switches => _switches;

    public bool HasBooted { get; private set; }

    /// <summary>The run's time.</summary>
    public Instant Now => new(_system.NowNanos());

    /// <summary>The run's fingerprint: of all hosts and switches in the order of their names.</summary>
    public ulong TraceHash =>
        Protocols.TraceHash.Combine(
            _hosts.Select(h => KeyValuePair.Create(h.Name, h.TraceHash)).Concat(_switches.Select(s => KeyValuePair.Create(s.Name, s.Net.Trace.Value)))
                .Concat(_taps.Select(t => KeyValuePair.Create(t.Name, t.Net.Trace.Value))));

    /// <summary>Exceptions that programs did not catch, by host in the order of building.</summary>
    public IReadOnlyList<ProgramFailure> Failures => [.. _hosts.SelectMany(h => h.Failures)];

    /// <summary>A host. Its name is that of an actor: letters, digits, '-', '_', '.'.</summary>
    public SimHost AddHost(string name)
    {
        var host = new SimHost(this, new HostPlan(name, _makeNet), Claim(name));
        _names.Add(name, host);
        _hosts.Add(host);
        return host;
    }

    public SimSwitch AddSwitch(string name, Switch.Options? options = null)
    {
        var made = new SimSwitch(name, new Net(name, _seed, Pool), options ?? Switch.Options.Default, Claim(name));
        _names.Add(name, made);
        _switches.Add(made);
        return made;
    }

    /// <summary>The host of a name, or null.</summary>
    public SimHost? Host(string name) => _names.GetValueOrDefault(name) as SimHost;

    /// <summary>A cable between two hosts; devices that are not there yet are made.</summary>
    /// <param name="ab">What <paramref name="a"/> sends travels by it.</param>
    /// <param name="ba">The other way; null for the same as <paramref name="ab"/>.</param>
    /// <param name="mtu">Of devices that are made.</param>
    public void Link(SimHost a, string deviceA, SimHost b, string deviceB, WireSpec ab, WireSpec? ba = null, int mtu = 1500) =>
        Link(a.First, deviceA, b.First, deviceB, ab, ba, mtu);

    /// <summary>A cable between two hosts' namespaces, or a veth pair's wire within one host.</summary>
    public void Link(SimNetns a, string deviceA, SimNetns b, string deviceB, WireSpec ab, WireSpec? ba = null, int mtu = 1500) =>
        Plug(End(a, deviceA, mtu), End(b, deviceB, mtu), ab, ba ?? ab);

    /// <summary>A cable between a host and a switch.</summary>
    public void Link(SimHost a, string deviceA, SimSwitch b, string? port, WireSpec ab, WireSpec? ba = null, int mtu = 1500) =>
        Link(a.First, deviceA, b, port, ab, ba, mtu);

    /// <inheritdoc cref="Link(SimHost, string, SimSwitch, string?, WireSpec, WireSpec?, int)"/>
    public void Link(SimNetns a, string deviceA, SimSwitch b, string? port, WireSpec ab, WireSpec? ba = null, int mtu = 1500) =>
        Plug(End(a, deviceA, mtu), End(b, port, mtu), ab, ba ?? ab);

    /// <summary>A cable between two switches. There is no spanning tree: a loop of switches floods for ever.</summary>
    public void Link(SimSwitch a, string? portA, SimSwitch b, string? portB, WireSpec ab, WireSpec? ba = null, int mtu = 1500) =>
        Plug(End(a, portA, mtu), End(b, portB, mtu), ab, ba ?? ab);

    /// <summary>Records a device's frames. One file serves all devices of one host that name the same path.</summary>
    /// <param name="snapLength">Bytes kept of each frame; 0 for all.</param>
    public PcapngFile Capture(SimHost host, string device, string path, int snapLength = 0) => Capture(host.First, device, path, snapLength);

    /// <inheritdoc cref="Capture(SimHost, string, string, int)"/>
    public PcapngFile Capture(SimNetns netns, string device, string path, int snapLength = 0)
    {
        string key = netns.Host.Name + "\0" + path;
        if (!_captureFiles.TryGetValue(key, out PcapngFile? file))
        {
            file = PcapngFile.Create(path, new PcapngOptions(SnapLen: snapLength));
            _captureFiles.Add(key, file);
            _captures.Add(file);
        }

        DevicePlan plan = netns.Find(device);
        var tap = new NetDevice.Tap(plan.State.Info.IfIndex, file);
        if (HasBooted) plan.Actor.Tell(tap, ActorRefs.NoSender);
        else _cables.Add(() => plan.Actor.Tell(tap, ActorRefs.NoSender));
        return file;
    }

    /// <summary>Brings all hosts up, plugs the cables in, starts the programs. Once; <see cref="RunUntil"/> does it if need be.</summary>
    public void Boot()
    {
        if (HasBooted) return;
        HasBooted = true;
        foreach (SimSwitch s in _switches) s.Boot(_system);
        foreach (SimTap t in _taps) t.Boot(_system);
        foreach (SimHost h in _hosts)
        {
            HostPlan plan = h.Plan;
            plan.Actor = _system.ActorOf(Props.Create(() => new HostActor(plan)).AsHost(), h.Name);
        }

        WaitFor(p => p.HasBooted, "boot");
        foreach (Action plug in _cables) plug();
        _cables.Clear();
        // A program finds the network as an init system leaves it: every device that has a cable is up, and IP knows.
        WaitFor(p => p.Namespaces.TrueForAll(HasItsDevices), "see its devices come up");
        foreach (SimHost h in _hosts)
        {
            foreach (ProcessSpec spec in h.Plan.Processes) h.Plan.Actor.Tell(spec, ActorRefs.NoSender);
        }
    }

    // Virtual: at once, the clock does not move. Realtime: as long as it takes, but not for ever.
    private void WaitFor(Predicate<HostPlan> ready, string what)
    {
        const long bootTime = 10_000_000_000;
        int done = 0;
        if (_hosts.Count > 0) _system.RunUntil(_system.NowNanos() + bootTime, () =>
        {
            while (done < _hosts.Count && ready(_hosts[done].Plan)) done++;
            return done == _hosts.Count;
        });
        if (_hosts.Find(h => !ready(h.Plan)) is { } down)
            throw new InvalidOperationException($"host {down.Name} did not {what}: {string.Join("; ", down.Plan.Books.Broken)}");
    }

    private bool HasItsDevices(Netns ns) =>
        ns.HasBooted && ns.Devices.TrueForAll(d => !_plugged.Contains(d) || ns.Fib.Device(d.State.Info.IfIndex) is { WasUp: true });

    /// <summary>Runs everything that is due up to and including a time of the run.</summary>
    public void RunUntil(Instant until, Func<bool>? stop = null, CancellationToken cancel = default)
    {
        Boot();
        _system.RunUntil(until.Nanoseconds, stop, cancel);
    }

    /// <summary>Runs for a length of time.</summary>
    public void RunFor(Duration time, Func<bool>? stop = null, CancellationToken cancel = default)
    {
        Boot();
        RunUntil(Now + time, stop, cancel);
    }

    /// <summary>Runs until every program has ended, or a time has come. True when they have.</summary>
    public bool RunPrograms(Instant until)
    {
        // Asked at fixed times, not after each event: the answer must not depend on which host of a window runs first.
        Boot();
        while (!AllExited && Now < until) RunUntil(Instant.Min(until, Now + s_slice));
        return AllExited;
    }

    /// <summary>Ends all programs: their waits end (EINTR, OperationCanceledException), their descriptors are closed.</summary>
    public void StopPrograms()
    {
        Boot();
        foreach (SimHost h in _hosts) h.Plan.Actor.Tell(Kill.Instance, ActorRefs.NoSender);
        Settle(() => AllExited, 20);
    }

    /// <summary>Ends the run: programs, then sockets without a word to their peers, then devices; and lets what is on the wires fall down.</summary>
    public void Destroy()
    {
        if (_destroyed) return;
        _destroyed = true;
        if (!HasBooted) return;
        StopPrograms();
        foreach (SimHost h in _hosts) h.Plan.Actor.Tell(RunEnded.Instance, ActorRefs.NoSender);
        foreach (SimTap t in _taps) t.Actor.Tell(TapActor.Unplug.Instance, ActorRefs.NoSender);
        // What is in flight arrives at devices that are down.
        Settle(() => Pool.Outstanding == 0 && _hosts.TrueForAll(h => h.Plan.Sockets == 0 && h.Plan.OpenFiles == 0), 30);
        foreach (PcapngFile file in _captures) file.Close(Now);
    }

    /// <summary>What did not hold at the end of the run, in words; empty when all is well. After <see cref="Destroy"/>.</summary>
    public IReadOnlyList<string> Audit()
    {
        var wrong = new List<string>();
        if (Pool.Outstanding != 0) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{Pool.Outstanding} packets were not freed"));
        foreach (SimHost h in _hosts)
        {
            HostBooks books = h.Plan.Books;
            wrong.AddRange(books.Broken);
            long open = books.Calls.Entered - books.Calls.Answered;
            if (open != 0) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{h.Name}: {open} system calls were not answered"));
            if (h.Plan.Sockets != 0) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{h.Name}: {h.Plan.Sockets} sockets are left"));
            if (h.Plan.OpenFiles != 0) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{h.Name}: {h.Plan.OpenFiles} pipes, epolls and their like are left"));
            foreach (ProcessStatus p in books.Processes)
            {
                if (p.Started && !p.Exited) wrong.Add($"{h.Name}: {p.Name}[{p.Pid}] has not ended");
                if (p.OpenDescriptors != 0) wrong.Add($"{h.Name}: {p.Name}[{p.Pid}] ended with {p.OpenDescriptors} descriptors open");
            }
        }

        return wrong;
    }

    private bool AllExited
    {
        get
        {
            foreach (SimHost h in _hosts)
            {
                foreach (ProcessStatus p in h.Processes)
                {
                    if (!p.Exited) return false;
                }
            }

            return true;
        }
    }

    // A run that was stopped between two events leaves its hosts at different times within a window, and a frame may be on a satellite's way
    // with full queues in front: look ever further until all is quiet.
    private void Settle(Func<bool> quiet, int looks)
    {
        _system.RunUntil(_system.NowNanos());
        long step = 1000;
        for (int i = 0; i < looks && !quiet(); i++, step *= 2) _system.RunUntil(_system.NowNanos() + step);
    }

    internal static bool IsName(string name) => name.Length > 0 && name.AsSpan().IndexOfAnyExcept(s_nameChars) < 0;

    private int Claim(string name)
    {
        if (HasBooted) throw new InvalidOperationException("the network has booted; hosts are added before");
        if (!IsName(name))
            throw new ArgumentException($"'{name}' is not a name for a host: letters, digits, '-', '_' and '.'", nameof(name));
        if (_names.ContainsKey(name)) throw new ArgumentException($"there are two hosts called {name}", nameof(name));
        return ++_numbers;
    }

    private static CableStub End(SimNetns netns, string device, int mtu)
    {
        if (netns.Plan.Device(device) is null) netns.AddDevice(device, mtu);
        DevicePlan plan = netns.Find(device);
        return new CableStub(netns.Host.Name, netns.Name.Length == 0 ? device : $"{netns.Name}/{device}", plan, () => plan.State.Info.IfIndex, () => plan.Actor);
    }

    private static CableStub End(SimSwitch made, string? port, int mtu)
    {
        EtherPort p = made.AddPort(port, mtu);
        return new CableStub(made.Name, p.Info.Name, p, () => p.Info.IfIndex, () => made.Actor);
    }

    private void Plug(CableStub a, CableStub b, WireSpec ab, WireSpec ba)
    {
        if (HasBooted) throw new InvalidOperationException("the network has booted; cables are plugged in before");
        if (ab.Validate() is { } wrong) throw new ArgumentException($"{a.Host} {a.Device}: {wrong}", nameof(ab));
        if (ba.Validate() is { } wrongToo) throw new ArgumentException($"{b.Host} {b.Device}: {wrongToo}", nameof(ba));
        foreach (CableStub end in (ReadOnlySpan<CableStub>)[a, b])
        {
            if (!_plugged.Add(end.Port)) throw new ArgumentException($"{end.Host} {end.Device} has a cable already");
        }

        _cables.Add(() => Cable.Connect(_system, a.Resolve(), b.Resolve(), ab, ba, _seed));
    }

    private readonly HashSet<object> _plugged = new(ReferenceEqualityComparer.Instance);

    // Device is what the wire's random streams are named after; Port is what has the cable in it, wherever it moves before the boot.
    private sealed record CableStub(string Host, string Device, object Port, Func<int> IfIndex, Func<IActorRef> Actor)
    {
        public CableEnd Resolve() => new(Actor(), Host, Device, IfIndex());
    }
}
