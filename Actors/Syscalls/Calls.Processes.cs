// Calls about processes: fork and posix_spawn, wait4, exit_group (kernel/fork.c, kernel/exit.c).

using System.Threading.Tasks.Sources;

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>fork(2), and fork with execve(2): the child's pid.</summary>
    public sealed class Fork() : Syscall(SyscallNr.fork)
    {
        /// <summary>The child's name; null for its parent's.</summary>
        public string? Name { get; set; }

        /// <summary>What the child runs.</summary>
        public Func<Os, Task>? Main { get; set; }

        /// <summary>Descriptors that are close-on-exec stay behind, and handlers are set back.</summary>
        public bool Exec { get; set; }

        internal override void OnEnter(ProcessActor process) => process.Fork(this);

        internal override void Recycle()
        {
            base.Recycle();
            Main = null;
            Name = null;
        }
    }

    /// <summary>wait4(2): a child's pid, 0 with WNOHANG when none has ended. ECHILD, EINTR.</summary>
    public sealed class Wait4() : Syscall(SyscallNr.wait4), IValueTaskSource<(int Pid, int Status)>
    {
        /// <summary>-1 for any child.</summary>
        public int Pid { get; set; } = -1;

        /// <summary>WNOHANG or 0.</summary>
        public int Options { get; set; }

        /// <summary>Exit code shifted by 8, or the signal's number.</summary>
        public int WaitStatus { get; internal set; }

        internal int Reaped { get; set; }

        internal override void OnEnter(ProcessActor process) => process.Wait(this);

        internal override void OnInterrupt(ProcessActor process) => process.EndWait(this, Errno.EINTR);

        internal override void OnCollapse(ProcessActor process) => process.ForgetWait(this);

        ValueTaskSourceStatus IValueTaskSource<(int Pid, int Status)>.GetStatus(short token) => Status(token);

        void IValueTaskSource<(int Pid, int Status)>.OnCompleted(Action<object?> c, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            SetContinuation(c, state, token);

        (int Pid, int Status) IValueTaskSource<(int Pid, int Status)>.GetResult(short token)
        {
            int status = WaitStatus;
            return ((int)ThrowOnError(Take(token)).Value, status);
        }
    }

    /// <summary>exit_group(2): the process ends; the call itself does not return.</summary>
    public sealed class Exit() : Syscall(SyscallNr.exit_group)
    {
        public int Code { get; set; }

        internal override void OnEnter(ProcessActor process) => process.Exit(this);
    }
}
