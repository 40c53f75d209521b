// One script with packets: a host, a TUN device to the script, virtual time. The addresses and the MTU are those of the original's driver.

using ActorNet.Devices.Capture;

namespace ActorNet.Packetdrill;

/// <summary>How a script came out.</summary>
public enum Verdict { Passed, Failed, NotApplicable }

/// <summary>A script's verdict, and why it is no other.</summary>
public sealed record PacketResult(Script Script, Verdict Verdict, string? Why);

/// <summary>Plays scripts with packets on simulated hosts.</summary>
public static class PacketRun
{
    private const string LocalAddress = "192.168.0.1", RemoteAddress = "192.0.2.1";
    private const ushort Port = 8080;
    private const int NoFile = 1024 - HostProcess.Terminal;
    private static readonly Duration s_limit = Duration.FromSeconds(36_000);

    /// <summary>Plays a script and judges it.</summary>
    /// <param name="defines">`--define=NAME=VALUE`.</param>
    /// <param name="capture">What goes over the script's wire, both ways, is written here; left open.</param>
    /// <exception cref="ScriptException">The script cannot be read.</exception>
    public static PacketResult Play(Script script, IEnumerable<KeyValuePair<string, string>> defines, ulong seed = 1, PcapngFile? capture = null)
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
        ActorSystem system = EngineRun.Create("packetdrill", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        try
        {
            return Play(script, constants, options, new Network(system, seed), setting.Mtu, seed, capture);
        }
        finally
        {
            system.Dispose();
        }
    }

    private static PacketResult Play(Script script, Constants constants, PacketOptions options, Network network, int mtu, ulong seed, PcapngFile? capture)
    {
        var wire = new ScriptWire(constants.UsualLocal.Address.V4, constants.UsualRemote.Address.V4, seed, capture);
        SimHost host = network.AddHost("host");
        host.AddTun(ScriptWire.TunName, wire.OnSent, mtu).AddAddress(ScriptWire.TunName, constants.UsualLocal.Address + "/16").AddRoute("default", device: ScriptWire.TunName)
            .AddRoute(constants.UsualRemote.Address + "/32", via: Gateway(constants.UsualLocal.Address), device: ScriptWire.TunName);
        wire.Host = host;
        ScriptPlayer? player = null;
        host.Run("script", os =>
        {
            wire.Begin(os.Now);
            player = new ScriptPlayer(script, constants, new PacketStage(host, os, wire, script, constants, options));
            return player.Play().AsTask();
        }, noFile: NoFile);
        bool ended = network.RunPrograms(Instant.Zero + s_limit);
        string? why = ended ? player?.Wrong : $"{script.Events[player?.Current ?? 0].At}: does not return";
        if (network.Failures.Count > 0)
        {
            switch (network.Failures[0].Exception)
            {
                case NotApplicableException n: return new PacketResult(script, Verdict.NotApplicable, n.Message);
                case ScriptException s: throw new ScriptException(s.Message, s);
                case NotSayableException n: return new PacketResult(script, Verdict.NotApplicable, n.Message);
                case Exception e: return new PacketResult(script, Verdict.Failed, $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
            }
        }

        IReadOnlyList<Answer?> answers = player is null ? new Answer?[script.Events.Count] : [.. player.Answers];
        network.Destroy();
        if (why is null && network.Audit() is { Count: > 0 } audit) why = "the host's books do not balance: " + string.Join("; ", audit);
        // Calls first: a wrong answer is why the packets after it are others.
        string? calls = new Judge(script, constants) { Began = Sock.Epoch * 1_000_000_000 + wire.Began.Nanoseconds }.ByScript(new ScriptRun("ActorNet", answers, why), strictTime: true);
        return calls is null ? new PacketResult(script, Verdict.Passed, null) : new PacketResult(script, Verdict.Failed, calls);
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

    // Another address of the host's own network: the original's driver has the way to the far end go by way of one.
    private static string Gateway(IpAddress local) => IpAddress.FromV4(local.V4 ^ 3).ToString();

    private static long Number(ScriptOption o) =>
        long.TryParse(o.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : throw new ScriptException(o.At, $"--{o.Name} takes a number, not '{o.Value}'");
}
