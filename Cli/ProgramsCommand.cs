// actornet programs: what can run on a host, and with which parameters.

using System.CommandLine;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>The `programs` command.</summary>
internal static class ProgramsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "One program, with its parameters.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("programs", "Lists the programs that hosts can run, and their parameters.") { name };
        command.SetAction(r => List(r.GetValue(name)));
        return command;
    }

    private static int List(string? name)
    {
        if (name is null)
        {
            foreach (ProgramKind kind in ProgramTable.All) Console.Out.WriteLine($"{kind.Name,-12} {kind.Doc}");
            return ExitCode.Ok;
        }

        if (!ProgramTable.TryGet(name, out ProgramKind? one)) throw new ScenarioException($"unknown program '{name}'{Nearest.Hint(name, ProgramTable.Names)}");
        Console.Out.WriteLine($"{one.Name}: {one.Doc}");
        foreach (Key key in one.Parameters.Keys)
            Console.Out.WriteLine($"  {key.Name,-24} {key.Kind,-10} {(key.Default.Length > 0 ? $"[{key.Default}] " : "")}{key.Doc}");
        return ExitCode.Ok;
    }
}
