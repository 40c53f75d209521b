// actornet packetdrill FILE...: runs packetdrill scripts on a simulated host, in virtual time.

using System.CommandLine;
using ActorNet.Packetdrill;

namespace ActorNet.Cli;

/// <summary>The `packetdrill` command.</summary>
internal static class PacketdrillCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Scripts, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var define = new Option<string[]>("--define") { Description = "A name for scripts: NAME=VALUE." };
        var command = new Command("packetdrill", "Runs packetdrill scripts on a simulated host; exit code 1 if one fails. One that needs what the host does not have counts as neither.") { files, define };
        Option<string>[] given =
        [
            new("--tolerance_usecs") { Description = "By how much times may be off, microseconds; 4000, or an eighth of the time since the event before." },
            new("--ip_version") { Description = "ipv4." },
            new("--mtu") { Description = "Of the device, bytes." },
            new("--local_ip") { Description = "The host's address." },
            new("--remote_ip") { Description = "The far end's address." },
            new("--bind_port") { Description = "The port that `...` binds." },
            new("--connect_port") { Description = "The port that `...` connects to." },
        ];
        foreach (Option<string> option in given) command.Options.Add(option);
        var strict = new Option<bool>("--strict_segments") { Description = "Segments are not joined up to the length that a script expects." };
        command.Options.Add(strict);
        command.SetAction(r =>
        {
            // As if they stood at each script's beginning; what stands there itself comes later, and counts.
            List<ScriptOption> options = [.. given.Where(o => r.GetValue(o) is not null).Select(o => new ScriptOption(default, o.Name[2..], r.GetValue(o)!))];
            if (r.GetValue(strict)) options.Add(new ScriptOption(default, "strict_segments", ""));
            return Run(r.GetRequiredValue(files), r.GetValue(define) ?? [], options);
        });
        return command;
    }

    private static int Run(string[] files, string[] defines, IReadOnlyList<ScriptOption> options)
    {
        var names = new List<KeyValuePair<string, string>>();
        foreach (string d in defines)
        {
            int equals = d.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                Console.Error.WriteLine($"actornet: --define takes NAME=VALUE, not '{d}'");
                return ExitCode.BadInput;
            }

            names.Add(new(d[..equals], d[(equals + 1)..]));
        }

        int passed = 0, failed = 0, not = 0;
        foreach (string file in files.SelectMany(Scripts))
        {
            PacketResult? result = null;
            string? unreadable = null;
            try
            {
                Script script = Parser.Parse(file, File.ReadAllText(file));
                result = PacketRun.Play(script with { Options = [.. options, .. script.Options] }, names);
            }
            catch (Exception e) when (e is ScriptException or IOException or UnauthorizedAccessException)
            {
                unreadable = e.Message;
            }

            switch (result?.Verdict)
            {
                case Verdict.Passed:
                    passed++;
                    Console.Out.WriteLine($"passed  {file}");
                    break;
                case Verdict.NotApplicable:
                    not++;
                    Console.Out.WriteLine($"not applicable  {file}: {result.Why}");
                    break;
                default:
                    failed++;
                    Console.Out.WriteLine($"FAILED  {file}\n{(unreadable ?? result!.Why)!.TrimEnd()}");
                    break;
            }
        }

        Console.Out.WriteLine($"{passed} passed, {failed} failed, {not} not applicable");
        return failed > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static IEnumerable<string> Scripts(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];
}
