// The real kernel as the stage: the script's own thread makes the calls, a second one those that block.

using System.Diagnostics;

namespace ActorNet.Differential.Tests;

/// <summary>A script's thread in its network namespace. Everything here completes at once: the thread itself waits.</summary>
internal sealed class KernelStage(Kernel kernel, TimeSpan settle) : IStage, IDisposable
{
    private const int Futex = 202;

    private Kernel Kernel => kernel;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Blocking? _last;
    private long _behind;

    public Duration Grace => Duration.FromMilliseconds(30);

    /// <summary>The script's time: while a busy machine makes the script fall behind, it stands still.</summary>
    private Duration Now => _clock.Elapsed - TimeSpan.FromTicks(Interlocked.Read(ref _behind));

    public ValueTask Until(Duration time)
    {
        if (Now > time) Interlocked.Add(ref _behind, (Now - time).ToTimeSpan().Ticks);
        for (Duration left = time - Now; left > Duration.Zero; left = time - Now) Thread.Sleep((int)Math.Max(1, left.Milliseconds));
        return ValueTask.CompletedTask;
    }

    public ValueTask<Answer> Make(SystemCall call)
    {
        Answer answer = Enter(call, kernel.Make);
        if (settle > TimeSpan.Zero) Thread.Sleep(settle);
        return ValueTask.FromResult(answer);
    }

    public ValueTask<IPendingCall> Begin(SystemCall call)
    {
        _last = new Blocking(this, call);
        _last.Start();
        return ValueTask.FromResult<IPendingCall>(_last);
    }

    // /proc/sys/net is the reading thread's namespace's.
    public ValueTask<string?> Command(CommandEvent command)
    {
        foreach ((string name, string value) in ShellCommand.Sysctls(command))
        {
            try
            {
                File.WriteAllText("/proc/sys/" + name.Replace('.', '/'), value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ScriptException(command.At, $"{name}={value}: {e.Message}");
            }
        }

        return ValueTask.FromResult<string?>(null);
    }

    public void Dispose() => _last?.End();

    private Answer Enter(SystemCall call, Func<SystemCall, SysResult> make)
    {
        Duration called = Now;
        TimeSpan begin = _clock.Elapsed;
        SysResult r = make(call);
        TimeSpan took = _clock.Elapsed - begin;
        return Answer.Of(call, r, called, Now) with { Took = took };
    }

    private sealed class Blocking(KernelStage stage, SystemCall call) : IPendingCall
    {
        private readonly ManualResetEventSlim _done = new();
        private volatile int _tid;
        private Answer? _answer;

        public void Start()
        {
            // Started by the script's thread, and so in its namespace.
            new Thread(Run) { IsBackground = true, Name = "blocking call" }.Start();
            for (int i = 0; i < 2000 && !_done.IsSet && !Waits(); i++) Thread.Sleep(i < 100 ? 0 : 1);
        }

        public ValueTask<Answer?> Wait(Duration atMost) => ValueTask.FromResult(_done.Wait(atMost.ToTimeSpan()) ? _answer : null);

        public void End()
        {
            for (int i = 0; i < 20 && !_done.Wait(i == 0 ? 0 : 50); i++)
            {
                Tests.Kernel.ShutdownAll();
                Libc.Call(X64.tgkill, Environment.ProcessId, _tid, Libc.SIGUSR1);
            }
        }

        private void Run()
        {
            _tid = Libc.Tid;
            UserMemory.KeepAll();
            _answer = stage.Enter(call, stage.Kernel.MakeBlocking);
            _done.Set();
        }

        // The kernel tells in which call a thread sleeps.
        private bool Waits()
        {
            if (_tid == 0) return false;
            try
            {
                string[] words = File.ReadAllText($"/proc/self/task/{_tid}/syscall").Split(' ');
                return words.Length > 1 && words[0] != Futex.ToString(CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                return false; // it has just ended
            }
        }
    }
}
