// One script with packets: a host, a TUN device to the script, virtual time. The addresses and the MTU are those of the original's driver.

using ActorNet.Devices.Capture;

namespace ActorNet.Packetdrill;

/// <summary>How a script came out.</summary>
public enum Verdict { Passed, Failed, NotApplicable }

/// <summary>A script's verdict, and why it is no other.</summary>
/// <param name="Trace">All that left, with its times, as one number: equal for two targets that have sent the same.</param>
public sealed record PacketResult(Script Script, Verdict Verdict, string? Why, ulong Trace = 0);

/// <summary>What a script is played on.</summary>
public enum Target
{
    /// <summary>A simulated host: every socket, protocol and device an actor.</summary>
    Host,

    /// <summary>The machines of Protocols alone: no actor, no mailbox, every call run to its end at once.</summary>
    Machine,
}

/// <summary>Plays scripts with packets on hosts.</summary>
public static class PacketRun
{
    private const string LocalAddress = "192.168.0.1", RemoteAddress = "192.0.2.1";
    private const string HostName = "host";
    private const int PrefixLength = 16;
    private const ushort Port = 8080;
    private const int NoFile = 1024 - HostProcess.Terminal;
    private static readonly Duration s_limit = Duration.FromSeconds(36_000);

    /// <summary>Plays a script and judges it.</summary>
    /// <param name="defines">`--define=NAME=VALUE`.</param>
    /// <param name="capture">What goes over the script's wire, both ways, is written here; left open.</param>
    /// <exception cref="ScriptException">The script cannot be read.</exception>
    public static PacketResult Play(Script script, IEnumerable<KeyValuePair<string, string>> defines, ulong seed = 1, PcapngFile? capture = null, Target target = Target.Host)
    {
        var setting = new Setting();
        PacketOptions options;
        try
        {
            options = ReadOptions(script, setting);
        }
        catch (NotApplicableException e)
        {
            return new PacketResult(script, Verdict.NotApplicable, e.Message);
        }

        var constants = new Constants { UsualLocal = SockAddr.Parse($"{setting.Local}:{setting.LocalPort}"), UsualRemote = SockAddr.Parse($"{setting.Remote}:{setting.RemotePort}") };
        foreach ((string name, string value) in defines.Concat(setting.Defines)) constants.Define(name, value);
        var setup = new Setup(script, constants, options, new ScriptWire(constants.UsualLocal.Address.V4, constants.UsualRemote.Address.V4, seed, capture) { OneConnection = options.OneConnection }, setting.Mtu, seed);
        return target == Target.Host ? OnHost(setup) : OnMachines(setup);
    }

    private static PacketResult OnHost(Setup setup)
    {
        ActorSystem system = EngineRun.Create("packetdrill", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        try
        {
            var network = new Network(system, setup.Seed);
            SimHost host = network.AddHost(HostName);
            host.AddTun(ScriptWire.TunName, setup.Wire.OnSent, setup.Mtu).AddAddress(ScriptWire.TunName, $"{setup.Local}/{PrefixLength}").AddRoute("default", device: ScriptWire.TunName)
                .AddRoute(setup.Remote + "/32", via: setup.Gateway.ToString(), device: ScriptWire.TunName);
            ScriptPlayer? player = null;
            host.Run("script", async os =>
            {
                player = setup.Player(new ActorHost(host, os));
                await player.Play();
                setup.Wire.End();
            }, noFile: NoFile);
            bool ended = network.RunPrograms(Instant.Zero + s_limit);
            if (network.Failures.Count > 0) return setup.Thrown(network.Failures[0].Exception);
            network.Destroy();
            return setup.Judge(player, ended, network.Audit());
        }
        finally
        {
            system.Dispose();
        }
    }

    // All of it goes on in this turn: what awaits an answer goes on when it is given, so nothing may be posted elsewhere.
    private static PacketResult OnMachines(Setup setup)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var host = new Bare.BareHost(HostName, setup.Seed, ScriptWire.TunName, setup.Mtu, setup.Wire.OnSent);
            Fib fib = host.Fib;
            fib.AddAddress(host.Device, setup.Local.V4, PrefixLength);
            fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Protocol = RouteProtocol.STATIC, Device = host.Device });
            fib.AddRoute(new FibRoute { Prefix = setup.Remote.V4, PrefixLength = 32, Gateway = setup.Gateway.V4, Protocol = RouteProtocol.STATIC, Device = host.Device });
            ScriptPlayer player = setup.Player(new Bare.BareScriptHost(host));
            bool ended = true;
            try
            {
                player.Play().AsTask().GetAwaiter().GetResult();
                setup.Wire.End();
            }
            catch (TimeoutException)
            {
                ended = false;
            }

            return setup.Judge(player, ended, host.Destroy());
        }
        catch (Exception e)
        {
            return setup.Thrown(e);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private static PacketOptions ReadOptions(Script script, Setting setting)
    {
        PacketOptions options = PacketOptions.Default;
        foreach (ScriptOption o in script.Options)
        {
            switch (o.Name)
            {
                case "tolerance_usecs": options = options with { Tolerance = Duration.FromMicroseconds(Number(o)), IsToleranceGiven = true }; break;
                case "mtu": setting.Mtu = (int)Number(o); break;
                case "strict_segments": options = options with { StrictSegments = true }; break;
                case "one_connection": options = options with { OneConnection = true }; break;
                case "to_the_end": options = options with { ToTheEnd = true }; break;
                case "tcp_ts_tick_usecs": options = options with { JudgesStamps = Number(o) > 0 }; break;
                case "ip_version" when o.Value is "ipv4": break;
                case "ip_version": throw new NotApplicableException($"--ip_version={o.Value}: there is no IPv6");
                case "local_ip": setting.Local = o.Value; break;
                case "remote_ip": setting.Remote = o.Value; break;
                case "bind_port": setting.LocalPort = (ushort)Number(o); break;
                case "connect_port": setting.RemotePort = (ushort)Number(o); break;
                case "define": setting.Defines.Add(new(o.Value.Split('=', 2)[0], o.Value.Split('=', 2)[^1])); break;
                // What says how the original is run, or how much it says.
                case "gateway_ip" or "netmask_ip" or "speed" or "non_fatal" or "verbose" or "debug" or "dry_run" or "wire_client" or "code_command" or "code_format" or "code_sockopt" or "init_scripts": break; // init_scripts: InitScripts
                default: throw new ScriptException(o.At, $"there is no option --{o.Name} here");
            }
        }

        return options;
    }

    // The addresses and ports of a script; those of the original's driver unless it says otherwise.
    private sealed class Setting
    {
        public string Local = LocalAddress, Remote = RemoteAddress;
        public ushort LocalPort = Port, RemotePort = Port;
        public int Mtu = 1500;
        public readonly List<KeyValuePair<string, string>> Defines = [];
    }

    private static long Number(ScriptOption o) =>
        long.TryParse(o.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : throw new ScriptException(o.At, $"--{o.Name} takes a number, not '{o.Value}'");

    // One script and all that playing it needs, but for the host.
    private sealed record Setup(Script Script, Constants Constants, PacketOptions Options, ScriptWire Wire, int Mtu, ulong Seed)
    {
        public IpAddress Local => Constants.UsualLocal.Address;

        public IpAddress Remote => Constants.UsualRemote.Address;

        /// <summary>Another address of the host's own network: the original's driver has the way to the far end go by way of one.</summary>
        public IpAddress Gateway => IpAddress.FromV4(Local.V4 ^ 3);

        /// <summary>The script begins.</summary>
        public ScriptPlayer Player(IScriptHost host)
        {
            Wire.Begin(host);
            return new ScriptPlayer(Script, Constants, new PacketStage(host, Wire, Script, Constants, Options));
        }

        /// <summary>The script has been played.</summary>
        /// <param name="audit">What of the host's books does not balance.</param>
        public PacketResult Judge(ScriptPlayer? player, bool ended, IReadOnlyList<string> audit)
        {
            string? why = ended ? player?.Wrong : $"{Script.Events[player?.Current ?? 0].At}: does not return";
            IReadOnlyList<Answer?> answers = player is null ? new Answer?[Script.Events.Count] : [.. player.Answers];
            if (why is null && Options.ToTheEnd && Wire.Left is { } left) why = $"{Script.File}: at the end of the script, not expected:\n  ActorNet:  > {left.ToSpec(Wire.FlowOf(left))} at {left.At.TotalSeconds:0.######}";
            if (why is null && audit.Count > 0) why = "the host's books do not balance: " + string.Join("; ", audit);
            // Calls first: a wrong answer is why the packets after it are others.
            var judge = new Judge(Script, Constants) { Began = Sock.Epoch * 1_000_000_000 + Wire.Began.Nanoseconds };
            string? calls = judge.ByScript(new ScriptRun(Wire.Host?.Name ?? "ActorNet", answers, why), strictTime: true);
            return new PacketResult(Script, calls is null ? Verdict.Passed : Verdict.Failed, calls, Wire.Trace);
        }

        /// <summary>The script has thrown.</summary>
        public PacketResult Thrown(Exception exception) => exception switch
        {
            NotApplicableException or NotSayableException => new PacketResult(Script, Verdict.NotApplicable, exception.Message),
            ScriptException s => throw new ScriptException(s.Message, s),
            _ => new PacketResult(Script, Verdict.Failed, $"{exception.GetType().Name}: {exception.Message}\n{exception.StackTrace}"),
        };
    }
}
