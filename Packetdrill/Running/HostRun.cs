// One script on a network of its own: one host, its loopback, virtual time.

namespace ActorNet.Packetdrill;

/// <summary>Plays scripts on simulated hosts.</summary>
public static class HostRun
{
    /// <summary>As Linux's default: descriptors 0 to 1023, of which a script has those from 3.</summary>
    private const int NoFile = 1024 - 3;

    // Of the host's time: nothing that a script waits for takes longer.
    private static readonly Duration s_limit = Duration.FromSeconds(600);

    /// <summary>Plays a script.</summary>
    /// <exception cref="ScriptException">The script makes no sense.</exception>
    public static ScriptRun Play(Script script, Constants constants, ulong seed = 1)
    {
        ActorSystem system = EngineRun.Create("packetdrill", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        try
        {
            var network = new Network(system, seed);
            SimHost host = network.AddHost("host");
            ScriptPlayer? player = null;
            host.Run("script", os => (player = new ScriptPlayer(script, constants, new HostStage(new ActorHost(host, os), HostStage.Settle))).Play().AsTask(), noFile: NoFile);
            bool ended = network.RunPrograms(Instant.Zero + s_limit);
            string? broken = Broken(script, network, player, ended);
            IReadOnlyList<Answer?> answers = player is null ? new Answer?[script.Events.Count] : [.. player.Answers];
            network.Destroy();
            if (broken is null && network.Audit() is { Count: > 0 } audit) broken = "the host's books do not balance: " + string.Join("; ", audit);
            return new ScriptRun("ActorNet", answers, broken);
        }
        finally
        {
            system.Dispose();
        }
    }

    private static string? Broken(Script script, Network network, ScriptPlayer? player, bool ended)
    {
        if (network.Failures.Count > 0)
        {
            Exception e = network.Failures[0].Exception;
            if (e is ScriptException) throw new ScriptException(e.Message, e);
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }

        return ended ? null : $"{script.Events[player?.Current ?? 0].At}: does not return";
    }
}
