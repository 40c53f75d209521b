// One script on the real kernel: in a thread and a network namespace of its own, for a bounded time.

namespace ActorNet.Differential.Tests;

/// <summary>Plays scripts on the kernel of this machine, one after another.</summary>
internal static class KernelRun
{
    private static readonly Lock s_oneAtATime = new();

    // Beyond the script's own time: nothing may hang a test run.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <param name="settle">A pause behind every call, for a machine too busy to deliver a packet at once.</param>
    /// <param name="limit">How long a script may go on beyond its own time.</param>
    public static ScriptRun Play(Script script, Constants constants, TimeSpan settle = default, TimeSpan? limit = null)
    {
        lock (s_oneAtATime)
        {
            return PlayAlone(script, constants, settle, limit ?? s_limit);
        }
    }

    private static ScriptRun PlayAlone(Script script, Constants constants, TimeSpan settle, TimeSpan limit)
    {
        ScriptPlayer? player = null;
        ScriptException? wrong = null;
        string? broken = null;
        int tid = 0;
        var thread = new Thread(() =>
        {
            try
            {
                tid = Libc.Tid;
                UserMemory.KeepAll();
                Libc.EnterNewNetwork();
                Kernel.OpenTerminal();
                using var stage = new KernelStage(new Kernel(), settle);
                player = new ScriptPlayer(script, constants, stage);
                player.Play().AsTask().GetAwaiter().GetResult();
            }
            catch (ScriptException e)
            {
                wrong = e;
            }
            catch (Exception e)
            {
                broken = e.ToString();
            }
        })
        {
            IsBackground = true, Name = "script",
        };
        thread.Start();
        bool ended = thread.Join(limit + Length(script));
        if (!ended)
        {
            broken = $"{script.Events[player?.Current ?? 0].At}: does not return";
            for (int i = 0; i < 20 && !thread.Join(50); i++)
            {
                Kernel.ShutdownAll();
                Libc.Call(X64.tgkill, Environment.ProcessId, tid, Libc.SIGUSR1);
            }
        }

        Kernel.CloseAll();
        if (wrong is not null) throw new ScriptException(wrong.Message, wrong);
        return new ScriptRun("kernel", player is null ? new Answer?[script.Events.Count] : [.. player.Answers], broken);
    }

    private static TimeSpan Length(Script script)
    {
        Duration at = Duration.Zero;
        foreach (ScriptEvent e in script.Events) at = e.Time.IsRelative ? at + e.Time.Earliest : e.Time.Earliest;
        return at.ToTimeSpan();
    }
}
