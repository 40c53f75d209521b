// The commands and what they have in common: help, errors of the command line (exit code 2), and version.

using System.CommandLine;
using System.Reflection;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>Exit codes; docs/cli.md has them for people.</summary>
internal static class ExitCode
{
    public const int Ok = 0, Failed = 1, BadInput = 2, Interrupted = 130;
}

/// <summary>The command line.</summary>
internal static class Commands
{
    private const string Description = """
        A network of simulated Linux hosts that talk TCP in virtual time.

        Examples:
          actornet run config/scenarios/quickstart.conf
          actornet run my.conf --seed 7 --set links.wan.loss=5% --out runs/seven
          actornet check my.conf
          actornet ss runs/seven -tanm --at 12s
          actornet tun --name an0 --address 10.77.0.2/24 --peer 10.77.0.1 --program http-server
          actornet wire --left red:tap0 --right blue:tap0 --rate 20Mbit --delay 20ms --loss 1%
        """;

    public static int Invoke(string[] args)
    {
        if (args is ["ss", .. string[] rest] && rest is not []) return SsCommand.Run(rest);
        var root = new RootCommand(Description)
        {
            RunCommand.Create(),
            CheckCommand.Create(),
            SsCommand.Create(),
            TunCommand.Create(),
            WireCommand.Create(),
            PacketdrillCommand.Create(),
            ProgramsCommand.Create(),
        };
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (string line in parsed.Errors.Select(e => e.Message).Distinct()) Console.Error.WriteLine($"actornet: {line}");
            Console.Error.WriteLine($"Try 'actornet {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help'.");
            return ExitCode.BadInput;
        }

        try
        {
            // Signals are ours (see Interrupts): a run that is told to end keeps what it has measured.
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (ScenarioException e)
        {
            foreach (string line in e.Errors) Console.Error.WriteLine(line);
            return ExitCode.BadInput;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"actornet: {e.Message.ReplaceLineEndings(" ")}"); // a full disk, a folder taken away in mid-run
            return ExitCode.Failed;
        }
    }

    public static string Version => typeof(Commands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
