// actornet packetdrill FILE...: runs packetdrill scripts on a simulated host, in virtual time.

using System.CommandLine;
using ActorNet.Devices.Capture;
using ActorNet.Packetdrill;

namespace ActorNet.Cli;

/// <summary>The `packetdrill` command.</summary>
internal static class PacketdrillCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Scripts, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var define = new Option<string[]>("--define") { Description = "A name for scripts: NAME=VALUE." };
        var command = new Command("packetdrill", "Runs packetdrill scripts on a simulated host; exit code 0 if none fails, 1 if one does, 2 if there is none. One that needs what the host does not have counts as neither.") { files, define };
        Option<string>[] given =
        [
            new("--tolerance_usecs") { Description = "By how much times may be off, microseconds; 4000, or an eighth of the time since the event before." },
            new("--ip_version") { Description = "ipv4." },
            new("--mtu") { Description = "Of the device, bytes." },
            new("--local_ip") { Description = "The host's address." },
            new("--remote_ip") { Description = "The far end's address." },
            new("--bind_port") { Description = "The port that `...` binds." },
            new("--connect_port") { Description = "The port that `...` connects to." },
            new("--init_scripts") { Description = "Shell scripts, separated by commas, that run on the host before each script." },
        ];
        foreach (Option<string> option in given) command.Options.Add(option);
        var strict = new Option<bool>("--strict_segments") { Description = "Segments are not joined up to the length that a script expects." };
        command.Options.Add(strict);
        var target = new Option<Target>("--target")
        {
            HelpName = "host|machine",
            Description = "What scripts are played on: a whole simulated host of actors, or the bare protocol machines without any. Calls of the actor layer (files, pipes, epoll, signals) make a script not applicable there.",
            DefaultValueFactory = _ => Target.Host,
        };
        command.Options.Add(target);
        var junit = new Option<string>("--junit") { Description = "A file for the results, in JUnit's XML." };
        var pcapng = new Option<string>("--pcapng") { Description = "A file for what goes over the script's wire; with several scripts a folder, one file for each." };
        command.Options.Add(junit);
        command.Options.Add(pcapng);
        command.SetAction(r =>
        {
            // As if they stood at each script's beginning; what stands there itself comes later, and counts.
            List<ScriptOption> options = [.. given.Where(o => r.GetValue(o) is not null).Select(o => new ScriptOption(default, o.Name[2..], r.GetValue(o)!))];
            if (r.GetValue(strict)) options.Add(new ScriptOption(default, "strict_segments", ""));
            return Run([.. r.GetRequiredValue(files).SelectMany(Scripts)], r.GetValue(define) ?? [], options, r.GetValue(junit), r.GetValue(pcapng), r.GetValue(target));
        });
        return command;
    }

    private static int Run(string[] files, string[] defines, IReadOnlyList<ScriptOption> options, string? junit, string? pcapng, Target target)
    {
        var names = new List<KeyValuePair<string, string>>();
        foreach (string d in defines)
        {
            int equals = d.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) return BadInput($"--define takes NAME=VALUE, not '{d}'");
            names.Add(new(d[..equals], d[(equals + 1)..]));
        }

        if (files.Length == 0) return BadInput("there is no script (*.pkt) there");
        List<PacketdrillCase> cases = [];
        try
        {
            var captures = PacketdrillCaptures.Open(pcapng, files.Length);
            foreach (string file in files)
            {
                PacketdrillCase c = Play(file, names, options, captures, target);
                cases.Add(c);
                Console.Out.WriteLine(c.Line);
            }

            if (junit is not null) PacketdrillJunit.Write(junit, cases);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return BadInput(e.Message); // of the files that are written: a script that cannot be read fails
        }

        int failed = Count(Verdict.Failed);
        Console.Out.WriteLine($"{Count(Verdict.Passed)} passed, {failed} failed, {Count(Verdict.NotApplicable)} not applicable");
        return failed > 0 ? ExitCode.Failed : ExitCode.Ok;

        int Count(Verdict v) => cases.Count(c => c.Verdict == v);
    }

    private static PacketdrillCase Play(string file, List<KeyValuePair<string, string>> names, IReadOnlyList<ScriptOption> options, PacketdrillCaptures captures, Target target)
    {
        Script script;
        try
        {
            script = Parser.Parse(file, File.ReadAllText(file));
            script = InitScripts.Prepend(script with { Options = [.. options, .. script.Options] });
        }
        catch (Exception e) when (e is ScriptException or IOException or UnauthorizedAccessException)
        {
            return new PacketdrillCase(file, Verdict.Failed, e.Message);
        }

        using PcapngFile? capture = captures.For(file);
        try
        {
            PacketResult result = PacketRun.Play(script, names, capture: capture, target: target);
            return new PacketdrillCase(file, result.Verdict, result.Why);
        }
        catch (ScriptException e)
        {
            return new PacketdrillCase(file, Verdict.Failed, e.Message);
        }
    }

    private static int BadInput(string why)
    {
        Console.Error.WriteLine($"actornet: {why}");
        return ExitCode.BadInput;
    }

    private static IEnumerable<string> Scripts(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];
}
