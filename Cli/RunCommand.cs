// actornet run FILE: runs a scenario and reports.

using System.CommandLine;
using System.Globalization;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>The `run` command.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The scenario: HOCON, see docs/scenarios.md." };
        var seed = new Option<ulong?>("--seed") { Description = "Where all randomness comes from, instead of the scenario's own.", HelpName = "N" };
        var set = SetOption("Changes the scenario, such as --set links.wan.loss=5%. May be repeated.");
        var outFolder = new Option<string?>("--out") { Description = "The run's folder; runs/NAME-SEED when absent.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Print summary.json, and nothing else." };
        var workers = new Option<string>("--workers") { Description = "Threads that share the hosts: a number, or auto (one per processor, where that is quicker). Results are the same with any.", HelpName = "N", DefaultValueFactory = _ => "auto" };
        workers.Validators.Add(r =>
        {
            if (WorkersOf(r.GetValueOrDefault<string>()) is null) r.AddError($"--workers {r.GetValueOrDefault<string>()}: expected auto, or a number from 1 to 256");
        });
        Option<string> level = Logs.LevelOption();
        var command = new Command("run", "Runs a scenario in virtual time, prints a report, and writes summary.json, metrics.csv and captures.") { file, seed, set, outFolder, json, workers, level };
        command.SetAction(r => Run(r.GetRequiredValue(file), r.GetValue(set) ?? [], r.GetValue(seed), r.GetValue(outFolder), r.GetValue(json), WorkersOf(r.GetRequiredValue(workers)), r.GetRequiredValue(level)));
        return command;
    }

    // 0: auto. Null: neither.
    private static int? WorkersOf(string? text) =>
        text == "auto" ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= 256 ? n : null;

    public static Option<string[]> SetOption(string description) =>
        new("--set") { Description = description, HelpName = "path=value", AllowMultipleArgumentsPerToken = false };

    private static int Run(string file, string[] settings, ulong? seed, string? outFolder, bool json, int? workers, string level)
    {
        using var interrupts = new Interrupts();
        Scenario scenario = ScenarioFile.Load(file, settings, seed);
        string folder = outFolder ?? RunFolder.Default(scenario);
        using Logs logs = Logs.To(level, Path.Combine(folder, "run.log"), console: !json);
        using var progress = new ProgressLine(json ? TextWriter.Null : Console.Error, !json && !Console.IsErrorRedirected);
        var options = new RunOptions { OutFolder = folder, OnProgress = json ? null : progress.Show, EngineConfig = logs.EngineConfig, Workers = workers };
        RunResult result = new ScenarioRun(scenario, options).Execute(interrupts.Token);
        progress.Clear();
        if (json) Console.Out.WriteLine(result.Summary.ToJson());
        else RunReport.Print(scenario, result);
        foreach (string violation in result.Summary.Violations) Console.Error.WriteLine($"violation: {violation}");
        if (result.Interrupted) Console.Error.WriteLine("interrupted: what was measured until then is kept");
        return result.Interrupted ? ExitCode.Interrupted : result.Failed ? ExitCode.Failed : ExitCode.Ok;
    }
}
