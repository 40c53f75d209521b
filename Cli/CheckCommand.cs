// actornet check FILE: reads a scenario, says what it is, or all that is wrong with it.

using System.CommandLine;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>The `check` command.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The scenario." };
        Option<string[]> set = RunCommand.SetOption("Changes the scenario first, as with run.");
        var plan = new Option<bool>("--plan") { Description = "Also print every address and route that was given automatically." };
        var command = new Command("check", "Reads a scenario and says whether it can run; exit code 2 if not.") { file, set, plan };
        command.SetAction(r => Check(r.GetRequiredValue(file), r.GetValue(set) ?? [], r.GetValue(plan)));
        return command;
    }

    private static int Check(string file, string[] settings, bool plan)
    {
        Scenario s = ScenarioFile.Load(file, settings);
        Console.Out.WriteLine($"{file}: ok: {Count(s.Hosts.Count, "host")}, {Count(s.Switches.Count, "switch", "es")}, {Count(s.Links.Count, "link")}, {Count(s.Programs.Count, "program")}");
        if (!plan) return ExitCode.Ok;
        foreach (HostSpec host in s.Hosts)
        {
            foreach (DeviceSpec device in host.Devices)
                Console.Out.WriteLine($"{host.Name}{(device.Netns is null ? "" : "/" + device.Netns)}: {device.Name} {string.Join(" ", device.Addresses)} mtu {device.Mtu}");
            foreach (RouteSpec route in host.Routes) Console.Out.WriteLine($"{host.Name}: {route}");
            foreach (NetnsSpec netns in host.Netns)
            {
                foreach (RouteSpec route in netns.Routes) Console.Out.WriteLine($"{host.Name}/{netns.Name}: {route}");
            }
        }

        return ExitCode.Ok;
    }

    private static string Count(int n, string what, string plural = "s") => $"{n} {what}{(n == 1 ? "" : plural)}";
}
