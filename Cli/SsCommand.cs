// actornet ss RUN: the sockets of a run, as ss shows those of a machine. Its options are ss's own, short ones together, so it reads its command line itself.

using System.CommandLine;
using ActorNet.Experiments;
using ActorNet.Protocols;

namespace ActorNet.Cli;

/// <summary>The `ss` command.</summary>
internal static class SsCommand
{
    private const int LookEvery = 200; // milliseconds

    /// <summary>What the tool's help says of it.</summary>
    public static Command Create() => new("ss", "Shows the sockets of a run at any virtual time, with the options and columns of ss(8); see actornet ss --help.");

    public static int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            SsOptions options = SsOptions.Parse(arguments, Time);
            if (options.Help)
            {
                Console.Out.WriteLine(SsOptions.Usage);
                return ExitCode.Ok;
            }

            using var interrupts = new Interrupts();
            return options.Follow ? Follow(options, interrupts.Token) : Show(options);
        }
        catch (SsException e)
        {
            Console.Error.WriteLine($"actornet ss: {e.Message}");
            Console.Error.WriteLine("Try 'actornet ss --help'.");
            return ExitCode.BadInput;
        }
        catch (ScenarioException e)
        {
            foreach (string line in e.Errors) Console.Error.WriteLine(line);
            return ExitCode.BadInput;
        }
    }

    private static int Show(SsOptions options)
    {
        string file = SocketRecord.Find(options.Run, out _);
        if (SocketRecord.Read(file, options.At, out _) is not { } tables)
        {
            Console.Error.WriteLine($"actornet ss: {options.Run}: nothing was recorded {(options.At == Instant.Never ? "yet" : $"until {options.At}")}");
            return ExitCode.Failed;
        }

        Console.Out.Write(SsPrinter.Print(tables, options));
        return ExitCode.Ok;
    }

    // The run writes a moment at a time; each is shown once, until the run has moved its record to its place.
    private static int Follow(SsOptions options, CancellationToken cancel)
    {
        Instant shown = new(-1);
        while (!cancel.IsCancellationRequested)
        {
            string file = SocketRecord.Find(options.Run, out bool isGrowing);
            if (SocketRecord.Read(file, options.At, out Instant at) is { } tables && at > shown)
            {
                Console.Out.WriteLine($"--- {at}");
                Console.Out.Write(SsPrinter.Print(tables, options));
                Console.Out.Flush();
                shown = at;
            }

            if (!isGrowing || shown >= options.At) return ExitCode.Ok;
            cancel.WaitHandle.WaitOne(LookEvery);
        }

        return ExitCode.Interrupted;
    }

    private static Duration Time(string text) =>
        Units.TryTime(text, out Duration time) ? time : throw new SsException($"'{text}': expected a time such as 12s or 1500ms");
}
